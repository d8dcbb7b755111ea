"""What is found where a person clicks."""

from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.gui.coordinators.inspection import InspectionCoordinator


@pytest.fixture
def inspection(session, layers, small_case) -> InspectionCoordinator:
    layers.show_case(small_case)
    made = InspectionCoordinator(session, layers, lambda case, who: case.annotation(who).mask)
    session.case = small_case
    return made


def click(inspection, moves=(), position=(8.0, 6.0, 9.0)) -> None:
    """Press, move and release as napari does: one generator, an event that changes under it."""
    event = SimpleNamespace(type="mouse_press", pos=(100, 100), position=position, view_direction=None)
    gesture = inspection.clicked(None, event)
    next(gesture)
    for event.pos in moves:
        event.type = "mouse_move"
        next(gesture)
    event.type = "mouse_release"
    with pytest.raises(StopIteration):
        next(gesture)


def test_a_click_in_a_slice_probes_the_voxel(inspection, session) -> None:
    click(inspection, moves=[(101, 100)])
    assert session.probe.voxel == (8, 6, 9)
    assert session.probe.structure == "bone"


def test_a_drag_and_a_click_beside_the_bone_probe_nothing(inspection, session) -> None:
    click(inspection, moves=[(120, 100)])
    click(inspection, position=(99.0, 6.0, 9.0))
    assert session.probe is None


def test_in_3d_the_first_matter_on_the_line_of_sight_counts(inspection, session, layers) -> None:
    layers.standpoint.set_3d(True)
    inspection.probe_at(np.array([8.0, 6.0, 30.0]), np.array([0.0, 0.0, -1.0]))
    assert session.probe.voxel == (8, 6, 11)  # the bone's outer plane lies at x = 12
    session.left_by = "surgeon_3"
    inspection.probe_at(np.array([8.0, 6.0, 30.0]), np.array([0.0, 0.0, -1.0]))
    drilled = session.case.annotation("surgeon_3").mask[8, 6]
    assert session.probe.voxel == (8, 6, 11 - drilled.sum())
    inspection.probe_at(np.array([99.0, 6.0, 30.0]), np.array([0.0, 0.0, -1.0]))
    assert session.probe.voxel == (8, 6, 11 - drilled.sum())


def test_going_to_a_voxel_slices_and_looking_stays_in_3d(inspection, session, viewer, layers, small_dataset) -> None:
    inspection.go_to((3, 4, 5))
    assert viewer.dims.point == pytest.approx((3, 4, 5))
    layers.standpoint.set_3d(True)
    inspection.look_at((8, 6, 9))
    assert session.probe.voxel == (8, 6, 9)
    assert layers.standpoint.is_3d
    session.case = small_dataset.case("bone_2")
    assert session.probe is None
