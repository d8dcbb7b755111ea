"""Where the surgeon stands: camera directions in world coordinates (z, y, x), RAS+."""

from dataclasses import dataclass
from typing import Literal

from napari_rpdl.data.case import Side

Direction = tuple[float, float, float]
View = Literal["surgical", "lateral"]


@dataclass(frozen=True, slots=True)
class Stance:
    """The direction of gaze and the one that points up on the screen, both (z, y, x)."""

    gaze: Direction
    up: Direction


def stance(view: View, side: Side | None) -> Stance:
    """Return how to look at an ear from its outside.

    x grows to the patient's right, so a right ear is seen along -x and a left ear along
    +x. In the surgical view the patient lies with the head turned away: the face, and
    with it the ear canal, points up and the mastoid lies below. In the lateral view of
    the atlas the crown points up. An unknown side is seen as a right ear.
    """
    gaze = (0.0, 0.0, 1.0 if side == "left" else -1.0)
    return Stance(gaze, (0.0, 1.0, 0.0) if view == "surgical" else (1.0, 0.0, 0.0))


def lamp(side: Side | None) -> Direction:
    """Return the direction (z, y, x) towards the operating lamp: from the side, a little above and in front."""
    return 0.55, 0.45, -1.0 if side == "left" else 1.0
