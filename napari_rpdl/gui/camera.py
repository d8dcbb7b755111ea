"""Where the person stands: camera directions and slices in world coordinates (z, y, x), RAS+."""

from dataclasses import dataclass
from typing import Literal

from napari_rpdl.data.case import Side

Direction = tuple[float, float, float]
View = Literal["surgical", "lateral", "superior", "posterior", "axial", "coronal"]


@dataclass(frozen=True, slots=True)
class Stance:
    """The direction of gaze and the one that points up on the screen, both (z, y, x)."""

    gaze: Direction
    up: Direction


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """A view as a person meets it.

    Attributes:
        view: its name in the code.
        title: what the button says.
        key: the letter that, with Shift, chooses it; napari leaves these free.
        tip: what is to be seen.
    """

    view: View
    title: str
    key: str
    tip: str


VIEWS = (
    ViewChoice("surgical", "Surgical", "S", "From the side as at operation: ear canal up, mastoid below."),
    ViewChoice("lateral", "Lateral", "L", "From the side as in an atlas: crown up."),
    ViewChoice("superior", "Superior", "T", "From above, on the tegmen: face up."),
    ViewChoice("posterior", "Posterior oblique", "P", "From behind, above and outside into the antrum: crown up."),
    ViewChoice("axial", "Axial slice", "A", "Horizontal slice at the lateral canal: face up, right side on the left."),
    ViewChoice(
        "coronal", "Coronal slice", "C", "Frontal slice at the lateral canal: crown up, right side on the left."
    ),
)

SLICED: dict[View, tuple[int, int, int]] = {"axial": (0, 1, 2), "coronal": (1, 0, 2)}
"""Order of the axes (z, y, x) in the views that are slices: the first is the one sliced through."""

_CROWN, _FACE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def stance(view: View, side: Side | None) -> Stance:
    """Return how to look at an ear; an unknown side is seen as a right ear.

    x grows to the patient's right, so a right ear is seen from outside along -x and a
    left ear along +x. In the surgical view the patient lies with the head turned away:
    the face, and with it the ear canal, points up and the mastoid lies below.

    Raises:
        KeyError: ``view`` is a slice.
    """
    inwards = 1.0 if side == "left" else -1.0
    stances = {
        "surgical": Stance((0.0, 0.0, inwards), _FACE),
        "lateral": Stance((0.0, 0.0, inwards), _CROWN),
        "superior": Stance((-1.0, 0.0, 0.0), _FACE),
        "posterior": Stance((-0.4, 0.65, 0.65 * inwards), _CROWN),
    }
    return stances[view]


def lamp(side: Side | None) -> Direction:
    """Return the direction (z, y, x) towards the operating lamp: from the side, a little above and in front."""
    return 0.55, 0.45, -1.0 if side == "left" else 1.0
