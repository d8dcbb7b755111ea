"""The state of three slices."""

from napari_rpdl.gui.cut import ACROSS
from napari_rpdl.gui.ortho import AXES, EDGES, Ortho


def test_each_slice_shows_the_two_axes_that_it_does_not_cross() -> None:
    directions = (("S", "I"), ("A", "P"), ("R", "L"))
    for axis in AXES:
        top, bottom, left, right = EDGES[axis]
        vertical, horizontal = (directions[along] for along in range(3) if along != ACROSS[axis])
        assert (top, bottom) == vertical
        assert (left, right) == horizontal
    assert Ortho().slices == ()
