"""Three slices that follow the crosshair."""

import numpy as np
import pytest

from napari_rpdl.evaluation.probe import probe
from napari_rpdl.gui import roles
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.slices import SliceCoordinator
from napari_rpdl.gui.ortho import Ortho
from napari_rpdl.gui.palette import rgb, surgeon_color


@pytest.fixture
def ortho() -> Ortho:
    return Ortho()


@pytest.fixture
def slicing(session, ortho, layers, jobs, small_dataset) -> SliceCoordinator:
    cases = CaseCoordinator(session, layers, jobs)
    made = SliceCoordinator(session, ortho, layers, cases.region_of)
    made.cases = cases
    cases.open_dataset(small_dataset.folder)
    made.see(True)
    return made


def viewed(viewer, session) -> tuple[int, ...]:
    grid = session.case.grid
    return tuple(
        round((point - origin) / step)
        for point, origin, step in zip(viewer.dims.point, grid.origin, grid.steps, strict=True)
    )


def test_nothing_is_drawn_while_nobody_looks(slicing, ortho, viewer) -> None:
    assert [shown.axis for shown in ortho.slices] == ["axial", "coronal", "sagittal"]
    assert viewer.layers[roles.CROSSHAIR].visible
    slicing.see(False)
    assert ortho.slices == ()
    assert not viewer.layers[roles.CROSSHAIR].visible


def test_a_click_moves_the_crosshair_everywhere(slicing, session, ortho, viewer) -> None:
    """Right on the screen is the patient's left, up is front or crown: shares count the other way round."""
    slicing.go_to((8, 8, 8))
    slicing.go_to_place("axial", right=0.25, down=0.9)
    assert session.cursor == (8, 1, 12)
    assert viewed(viewer, session) == (8, 1, 12)
    slicing.go_to_place("sagittal", right=0.0, down=0.0)
    assert session.cursor == (15, 15, 12)
    slicing.go_to_place("coronal", right=1.0, down=1.0)
    assert session.cursor == (0, 15, 0)
    vertices = np.asarray(viewer.layers[roles.CROSSHAIR].data[0])
    assert np.allclose(np.median(vertices, axis=0), (0, 15, 0), atol=0.13)
    for shown in ortho.slices:
        assert shown.rank[0] == {"axial": 1, "coronal": 16, "sagittal": 1}[shown.axis]


def test_the_cross_lies_where_the_click_was(slicing, ortho) -> None:
    slicing.go_to((8, 8, 8))
    slicing.go_to_place("axial", right=0.25, down=0.9)
    axial = ortho.slices[0]
    assert axial.cross == pytest.approx((0.25, 0.9), abs=1 / 16)


def test_the_viewers_own_slider_and_a_probe_move_it_too(slicing, session, viewer, small_case) -> None:
    slicing.go_to((8, 8, 8))
    viewer.dims.set_point(0, 3.0)
    assert session.cursor == (3, 8, 8)
    session.probe = probe(small_case, (5, 6, 7))
    assert session.cursor == (5, 6, 7)
    assert viewed(viewer, session) == (5, 6, 7)


def test_steps_stay_in_the_grid(slicing, session) -> None:
    slicing.go_to((15, 8, 0))
    slicing.step("axial", 1)
    slicing.step("sagittal", -1)
    assert session.cursor == (15, 8, 0)
    slicing.step("coronal", -2)
    assert session.cursor == (15, 6, 0)


def test_chosen_surgeons_are_outlined_and_the_cavity_is_dark(slicing, session, ortho) -> None:
    z, y, x = (int(index) for index in np.argwhere(session.case.masks()[2]).mean(axis=0))
    slicing.go_to((z, y, x))
    before = ortho.slices[0].pixels
    slicing.cases.choose_surgeons(("surgeon_3",))
    outlined = ortho.slices[0].pixels
    color = np.multiply(rgb(surgeon_color(2)), 255).astype(np.uint8)
    assert (outlined == color).all(axis=2).any()
    assert not (before == color).all(axis=2).any()
    slicing.cases.choose_left_by("surgeon_3")
    assert ortho.slices[0].pixels.astype(int).sum() < outlined.astype(int).sum()


def test_words_say_what_lies_there_and_who_drilled_it(slicing, session, ortho) -> None:
    voxel = tuple(int(index) for index in np.argwhere(session.case.masks()[0])[0])
    slicing.go_to(voxel)
    assert ortho.words.startswith("bone")
    assert "drilled by 3 of 3: surgeon_1" in ortho.words


def test_the_next_bone_is_seen_at_the_same_voxel_and_without_one_all_is_empty(slicing, session, ortho) -> None:
    slicing.go_to((3, 4, 5))
    slicing.cases.step(1)
    assert session.case_id == "bone_2"
    assert session.cursor == (3, 4, 5)
    session.case = None
    assert session.cursor is None
    assert ortho.slices == ()
    slicing.step("axial", 1)
    slicing.go_to_place("axial", 0.5, 0.5)
