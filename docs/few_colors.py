"""Small pictures: few colours, but none that means something is lost."""

from pathlib import Path

from PIL import Image

from napari_rpdl.gui.palette import DISTANCES, NETWORK, OKABE_ITO, PENALTY, REWARD, rgb

MEANT = (*OKABE_ITO, NETWORK, REWARD, PENALTY, *DISTANCES.values())
"""Colours of small marks: of a few pixels only, they would melt into those of the bone."""
COUNT = 256


def keep_few_colors(path: Path) -> None:
    """Write a PNG file again with 256 colours: those that are most frequent, and those that mean something."""
    picture = Image.open(path).convert("RGB")
    frequent = COUNT - len(MEANT)
    channels = picture.quantize(frequent, dither=Image.Dither.NONE).getpalette()[: 3 * frequent]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*channels, *(round(255 * part) for color in MEANT for part in rgb(color))])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
