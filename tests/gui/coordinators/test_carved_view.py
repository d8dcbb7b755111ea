"""What the burr takes is seen at once in slices, and in 3-D as soon as anybody looks there."""

import numpy as np
import pytest

from napari_rpdl.gui import roles
from napari_rpdl.gui.coordinators.carved_view import CarvedView
from napari_rpdl.gui.meshes import NOTHING


class Surface:
    """Remembers where it was made anew."""

    rest = site = NOTHING

    def __init__(self) -> None:
        self.carved: list[tuple] = []

    def carve(self, box) -> bool:
        self.carved.append(tuple((part.start, part.stop) for part in box))
        return False


@pytest.fixture
def view(layers, small_case) -> CarvedView:
    layers.show_case(small_case)
    return CarvedView(layers)


def box(*bounds: tuple[int, int]) -> tuple[slice, ...]:
    return tuple(slice(*each) for each in bounds)


def test_in_3d_each_change_is_carved_and_in_slices_all_of_them_together_later(view, layers, small_case) -> None:
    surface, mask = Surface(), np.zeros(small_case.grid.shape, bool)
    layers.standpoint.set_3d(True)
    view.begin(surface, mask)
    view.change(box((1, 2), (3, 4), (5, 6)))
    view.change(None)
    layers.standpoint.set_3d(False)
    view.change(box((2, 4), (8, 9), (5, 7)))
    view.change(box((1, 3), (6, 8), (9, 10)))
    view.catch_up()
    assert surface.carved == [((1, 2), (3, 4), (5, 6))], "nobody sees the surface"
    layers.standpoint.set_3d(True)
    view.catch_up()
    view.catch_up()
    assert surface.carved[1:] == [((1, 4), (6, 9), (5, 10))]


def test_what_was_not_seen_of_a_bone_is_not_carved_from_the_next(view, layers, viewer, small_case) -> None:
    first, second = Surface(), Surface()
    mask = np.zeros(small_case.grid.shape, bool)
    layers.standpoint.set_3d(False)
    view.begin(first, mask)
    view.use_cursor(4.0)
    view.change(box((1, 2), (3, 4), (5, 6)))
    view.end()
    assert not viewer.layers[roles.BEING_DRILLED].visible
    assert str(viewer.cursor.style) == "standard"
    view.begin(second, mask)
    layers.standpoint.set_3d(True)
    view.catch_up()
    assert first.carved == second.carved == []
