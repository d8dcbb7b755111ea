"""Where the bone in the viewer is cut open."""

import numpy as np
import pytest

from napari_rpdl.gui import roles
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.cutting import CutCoordinator
from napari_rpdl.gui.cut import WHOLE, Cut


@pytest.fixture
def cutting(session, layers, jobs, small_dataset, qtbot) -> CutCoordinator:
    cases = CaseCoordinator(session, layers, jobs)
    made = CutCoordinator(session, layers, jobs, cases.region_of)
    made.cases = cases
    cases.open_dataset(small_dataset.folder)
    return made


def face(viewer) -> np.ndarray:
    return np.asarray(viewer.layers[roles.CUT_FACE].data[0])


def test_the_bone_is_cut_at_once_and_closed_when_the_hand_rests(cutting, session, viewer, qtbot) -> None:
    cutting.choose(Cut("axial", 0.5))
    for role in (roles.BONE, roles.STRUCTURES):
        (plane,) = viewer.layers[role].experimental_clipping_planes
        assert plane.normal == (-1, 0, 0)
    qtbot.waitUntil(lambda: roles.CUT_FACE in viewer.layers and viewer.layers[roles.CUT_FACE].visible, timeout=5000)
    assert np.allclose(face(viewer)[:, 0], 7.5)
    cutting.choose(WHOLE)
    assert not viewer.layers[roles.CUT_FACE].visible
    assert len(viewer.layers[roles.BONE].experimental_clipping_planes) == 0


def test_structures_stay_whole_where_asked(cutting, viewer) -> None:
    cutting.choose(Cut("coronal", 0.5, structures=False))
    assert len(viewer.layers[roles.BONE].experimental_clipping_planes) == 1
    assert len(viewer.layers[roles.STRUCTURES].experimental_clipping_planes) == 0


def test_the_face_follows_the_cavity_and_the_next_bone(cutting, session, viewer, qtbot) -> None:
    cutting.choose(Cut("axial", 0.5))
    qtbot.waitUntil(lambda: roles.CUT_FACE in viewer.layers and viewer.layers[roles.CUT_FACE].visible, timeout=5000)
    whole = len(face(viewer))
    cutting.cases.choose_left_by("surgeon_3")
    qtbot.waitUntil(lambda: viewer.layers[roles.CUT_FACE].visible and len(face(viewer)) < whole, timeout=5000)
    cutting.cases.step(1)
    assert len(viewer.layers[roles.BONE].experimental_clipping_planes) == 1
    qtbot.waitUntil(lambda: viewer.layers[roles.CUT_FACE].visible, timeout=5000)


def test_cutting_in_slices_turns_to_3d_and_without_a_bone_nothing_happens(
    cutting, session, viewer, layers, jobs
) -> None:
    layers.standpoint.set_3d(False)
    cutting.choose(Cut("axial", 0.5))
    assert viewer.dims.ndisplay == 3
    session.case = None
    cutting.choose(Cut("axial", 0.6))
    assert session.cut == Cut("axial", 0.6)
