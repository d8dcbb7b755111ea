"""Which bone is shown."""

import numpy as np
import pytest

from napari_rpdl.gui import layers as shown
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.session import BY_NOBODY


@pytest.fixture
def cases(session, layers, jobs, small_dataset) -> CaseCoordinator:
    made = CaseCoordinator(session, layers, jobs)
    made.open_dataset(small_dataset.folder)
    return made


def test_opening_shows_the_first_bone_with_its_surfaces(cases, session, viewer) -> None:
    assert session.case_id == "bone_1"
    assert {shown.BONE, shown.STRUCTURES} <= {layer.name for layer in viewer.layers if layer.visible}
    assert session.agreement.case_id == "bone_1"
    assert session.busy == ""


def test_a_view_chosen_before_is_the_first_one_and_slices_need_no_surface(
    session, layers, jobs, viewer, small_dataset
) -> None:
    cases = CaseCoordinator(session, layers, jobs)
    cases.first_of = lambda dataset: dataset.case_ids[-1]
    session.view = "coronal"
    cases.open_dataset(small_dataset.folder)
    assert (session.case_id, session.view) == ("bone_3", "coronal")
    assert (viewer.dims.ndisplay, viewer.dims.order) == (2, (1, 0, 2))
    assert shown.BONE not in viewer.layers
    layers.standpoint.set_3d(True)
    assert session.view == "surgical"
    assert viewer.layers[shown.BONE].visible
    cases.look("superior")
    layers.standpoint.set_3d(False)
    assert session.view == "axial"


def test_steps_go_round(cases, session) -> None:
    cases.step(-1)
    assert session.case_id == "bone_3"
    cases.step(1)
    assert session.case_id == "bone_1"


def test_a_bone_that_is_not_there_leaves_the_one_that_is_shown(cases, session, jobs) -> None:
    cases.show_case("bone_77")
    assert "bone_1" in jobs.failures[0]
    assert session.case_id == "bone_1"


def test_the_cavity_of_a_surgeon_is_cut_out_and_forgotten_where_they_are_unknown(cases, session, viewer) -> None:
    whole = len(viewer.layers[shown.BONE].data[0])
    cases.choose_left_by("surgeon_3")
    assert len(viewer.layers[shown.BONE].data[0]) != whole
    cases.step(1)
    assert session.left_by == "surgeon_3"
    cases.choose_left_by(BY_NOBODY)
    cases.show_case("bone_1")
    assert len(viewer.layers[shown.BONE].data[0]) == whole


def test_ticked_surgeons_stay_ticked_on_the_next_bone(cases, session, viewer) -> None:
    cases.choose_surgeons(("surgeon_1", "surgeon_3"))
    cases.step(1)
    assert session.surgeons == ("surgeon_1", "surgeon_3")
    assert viewer.layers[shown.REGIONS].visible


def test_hidden_structures_are_left_out(cases, viewer) -> None:
    both = len(viewer.layers[shown.STRUCTURES].data[0])
    cases.hide_structures(frozenset({5}))
    assert 0 < len(viewer.layers[shown.STRUCTURES].data[0]) < both
    cases.hide_structures(frozenset())
    assert len(viewer.layers[shown.STRUCTURES].data[0]) == both


def test_slices_turn_the_axes_and_solids_turn_them_back(cases, viewer) -> None:
    cases.look("coronal")
    assert (viewer.dims.ndisplay, viewer.dims.order) == (2, (1, 0, 2))
    cases.look("superior")
    assert (viewer.dims.ndisplay, viewer.dims.order) == (3, (0, 1, 2))
    assert viewer.scene.camera.view_direction == pytest.approx((-1, 0, 0), abs=1e-6)


def test_without_a_bone_nothing_can_be_looked_at(session, layers, jobs, viewer) -> None:
    cases = CaseCoordinator(session, layers, jobs)
    for act in (cases.make_solids, lambda: cases.look("axial"), lambda: cases.step(1)):
        act()
    assert len(viewer.layers) == 0


def test_two_surgeons_are_compared_voxel_by_voxel(cases, session, viewer) -> None:
    cases.compare("surgeon_1", "surgeon_3")
    assert session.surgeons == ("surgeon_1", "surgeon_3")
    one, _, other = session.case.masks()
    differences = np.asarray(viewer.layers[shown.DIFFERENCES].data)
    assert [int((differences == code).sum()) for code in (1, 2, 3)] == [
        int((one & other).sum()),
        int((one & ~other).sum()),
        int((other & ~one).sum()),
    ]
    cases.look("axial")
    assert viewer.layers[shown.DIFFERENCES].visible
    cases.choose_surgeons(("surgeon_1",))
    assert not viewer.layers[shown.DIFFERENCES].visible


def test_in_slices_surfaces_wait_until_someone_turns_to_3d(cases, session, jobs, viewer) -> None:
    cases.choose_surgeons(("surgeon_1",))
    cases.look("axial")
    bone = len(viewer.layers[shown.BONE].data[0])
    cases.step(1)
    cases.choose_left_by("surgeon_2")
    cases.choose_surgeons(("surgeon_2",))
    assert "solids" not in jobs.names
    assert len(viewer.layers[shown.BONE].data[0]) == bone
    assert viewer.layers["Drilled by surgeon_2"].visible
    assert not viewer.layers[shown.BONE].visible
    cases.look("surgical")
    assert jobs.names.count("solids") == 1
    assert len(viewer.layers[shown.BONE].data[0]) != bone
    assert viewer.layers[shown.BONE].visible
    assert viewer.layers[shown.REGIONS].visible


def test_a_wish_during_loading_counts_for_the_bone_that_comes(cases, session, jobs) -> None:
    jobs.busy.add("case")
    cases._coming = "bone_2"
    cases.choose_surgeons(("surgeon_3",))
    assert (session.case_id, session.surgeons) == ("bone_2", ("surgeon_3",))


def test_a_hundred_steps_make_no_layer_more(cases, session, viewer) -> None:
    cases.choose_surgeons(session.case.surgeons)
    cases.step(1)
    layers, watchers = list(viewer.layers), len(viewer.dims.events.ndisplay.callbacks)
    for _ in range(100):
        cases.step(1)
    assert list(viewer.layers) == layers
    assert len(viewer.dims.events.ndisplay.callbacks) == watchers
