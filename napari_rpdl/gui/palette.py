"""Colours that mean something: surgeons, reward and penalty, the network. No napari."""

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
"""Distinguishable with any colour vision (Okabe and Ito, 2008); black is left out on the dark canvas."""

NETWORK = "#FF4FD8"
AGREED = "#d0d0d0"
ORACLE, BASELINE = "#FFFFFF", "#8FA3B8"
DRILLED, MARKED = "#FFD24A", "#FF4FD8"
"""While grading: every drilled region, whoever made it; and, afterwards, the voxels that a hint comes from."""
REWARD, PENALTY = "#2C7BE5", "#E66101"


def surgeon_color(rank: int) -> str:
    """Return the colour of the surgeon at ``rank`` in the dataset's order; repeats after seven."""
    return OKABE_ITO[rank % len(OKABE_ITO)]


def rgb(color: str) -> tuple[float, float, float]:
    """Return red, green and blue (0..1) of "#rrggbb"."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


DISTANCES = {
    "inside": "#ff6b6b",
    "below resolution": "#ff922b",
    "< 1 mm": "#ffd43b",
    "1-2 mm": "#c0eb75",
    "2-3 mm": "#69db7c",
    "> 3 mm": "#74c0fc",
}
"""From what must not be touched: the bands that surgeons think in, from alarm to calm."""
WALL = ("#A50026", "#F46D43", "#FEE090", "#ABD9E9", "#74ADD1", "#4575B4")
"""Of a cavity's wall in the bands of ``evaluation.wall_safety``: RdYlBu (ColorBrewer), for any colour vision."""
_NO_BAND = "#d0d4dc"
ALARM = "#e03e3e"
"""Of words that must not be missed: a red that can be read on light and on dark."""


def distance_color(band: str) -> str:
    """Return the colour of a band of ``evaluation.clearance``; a neutral one where there is no band."""
    return DISTANCES.get(band, _NO_BAND)
