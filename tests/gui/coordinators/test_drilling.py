"""A surgeon drills: start, strokes, undo, autosave, saving."""

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.drilling.recorded import region_of
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.gui import roles
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.drilling import DrillCoordinator
from napari_rpdl.gui.drill_state import StartChoice

HERE = np.array([8.0, 6.0, 11.0])
WHOLE = StartChoice("nothing")


@pytest.fixture
def cases(session, layers, jobs, small_dataset) -> CaseCoordinator:
    made = CaseCoordinator(session, layers, jobs)
    made.open_dataset(small_dataset.folder)
    return made


@pytest.fixture
def drilling(session, layers, jobs, cases) -> DrillCoordinator:
    made = DrillCoordinator(session, layers, jobs, cases.renew, cases.make_solids)
    made.offer()
    return made


def stroke(drilling, *places) -> None:
    drilling.begin()
    for place in places:
        drilling.move(np.asarray(place, float), False)
    drilling.end()


def test_a_stroke_changes_bone_state_and_distance(drilling, session, viewer) -> None:
    drilling.start(WHOLE)
    before = len(viewer.layers[roles.DRILLED_BONE].data[0])
    stroke(drilling, HERE, HERE + np.array([0, 2, 0]))
    state = session.drilling
    assert (state.strokes, state.can_undo, state.can_redo, state.removed) == (1, True, False, 0)
    assert state.added > 20
    assert state.volume.endswith("cm³")
    site = viewer.layers[roles.DRILL_SITE]
    assert len(site.data[0]) > 3
    assert before
    assert np.asarray(viewer.layers[roles.BEING_DRILLED].data).sum() == state.added
    assert session.burr_distance.unit == "mm"
    drilling.undo()
    assert session.drilling.added == 0
    drilling.redo()
    assert session.drilling.added == state.added


def test_refilling_sizes_modes_and_lifting(drilling, session, viewer) -> None:
    drilling.start(WHOLE)
    stroke(drilling, HERE)
    drilling.swap_mode()
    assert session.burr_mode == "refill"
    stroke(drilling, HERE)
    assert session.drilling.added == 0
    drilling.swap_mode()
    drilling.resize(larger=True)
    assert session.burr.diameter == 5.0
    assert viewer.cursor.size == 5.0
    drilling.resize(larger=False)
    assert session.burr.diameter == 4.0
    drilling.lift(True)
    assert str(viewer.cursor.style) == "standard"
    assert list(drilling.dragged(None, None)) == []
    drilling.moved(None, None)
    drilling.lift(False)
    assert str(viewer.cursor.style) == "circle"


def test_the_lock_keeps_the_burr_off(drilling, session) -> None:
    drilling.start(WHOLE)
    nerve = np.argwhere(session.case.labels() == 5)[0]
    stroke(drilling, nerve)
    assert not (session.case.labels()[drilling.region] == 5).any()
    drilling.choose_settings(session.burr.model_copy(update={"spares_critical": False}))
    stroke(drilling, nerve)
    assert (session.case.labels()[drilling.region] == 5).any()
    assert session.burr_distance.distance == 0


def test_a_saved_region_counts_at_once_and_drilling_goes_on(drilling, session, small_dataset, jobs) -> None:
    drilling.start(StartChoice("surgeon", "surgeon_2", words="the region of surgeon_2"))
    stroke(drilling, HERE + 2)
    drilling.save("anna")
    assert session.dataset.surgeons[-1] == "anna"
    assert session.case.surgeons[-1] == "anna"
    assert session.drilling.saved_as == "anna"
    assert session.agreement.surgeons[-1] == "anna"
    assert "anna" in [choice.name for choice in session.drill_starts]
    kept = Dataset.open(small_dataset.folder).case("bone_1").annotation("anna")
    assert np.array_equal(kept.mask, drilling.region)
    assert kept.log.header.start.name == "surgeon_2"
    stroke(drilling, HERE - 2)
    assert session.drilling.saved_as == ""
    drilling.save("anna")
    again = Dataset.open(small_dataset.folder).case("bone_1").annotation("anna")
    replayed = region_of(Surroundings(session.case), again.log.header, again.log.events)
    assert np.array_equal(replayed.mask, again.mask)
    drilling.save("surgeon_1")
    assert "already" in jobs.failures[-1]


def test_nothing_is_lost_when_the_person_goes_to_another_bone(drilling, session, cases, viewer) -> None:
    drilling.start(WHOLE)
    stroke(drilling, HERE)
    region = drilling.region.copy()
    cases.show_case("bone_2")
    assert session.drilling is None
    assert not viewer.layers[roles.DRILLED_BONE].visible
    assert viewer.layers[roles.BONE].visible
    cases.show_case("bone_1")
    unsaved = session.drill_starts[0]
    assert unsaved.kind == "unsaved"
    drilling.start(unsaved)
    assert np.array_equal(drilling.region, region)
    drilling.undo()
    drilling.stop()
    assert str(viewer.cursor.style) == "standard"
    assert session.drill_starts[0].kind == "unsaved"


def test_what_is_drilled_in_slices_is_cut_in_3d_later(drilling, session, viewer, layers) -> None:
    drilling.start(WHOLE)
    layers.standpoint.set_3d(False)
    before = viewer.layers[roles.DRILL_SITE].data[0]
    stroke(drilling, HERE)
    stroke(drilling, HERE - 4)
    assert viewer.layers[roles.DRILL_SITE].data[0] is before
    layers.standpoint.set_3d(True)
    assert len(viewer.layers[roles.DRILL_SITE].data[0]) > len(before)


def test_one_drilling_at_a_time_and_only_with_something_drilled(drilling) -> None:
    drilling.save("anna")
    drilling.undo()
    drilling.redo()
    drilling.stop()
    drilling.start(WHOLE)
    with pytest.raises(InputError, match="End that first"):
        drilling.start(WHOLE)
    with pytest.raises(InputError, match="Nothing is drilled"):
        drilling.save("anna")


def test_a_full_disk_is_told_once_and_shown_until_it_is_over(drilling, session, monkeypatch) -> None:
    drilling.start(WHOLE)
    told = []
    session.events.told.connect(told.append)
    with monkeypatch.context() as patch:

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr("napari_rpdl.drilling.journal.os.fsync", full)
        stroke(drilling, HERE)
        stroke(drilling, HERE - 1)
        assert "No space left" in session.drilling.problem
        assert session.drilling.strokes == 2
    assert len(told) == 1
    stroke(drilling, HERE - 2)
    assert session.drilling.problem == ""


def test_a_dataset_that_cannot_be_written_cannot_be_drilled(drilling, session, small_dataset, jobs) -> None:
    (small_dataset.case_folder("bone_1") / "drillings").write_text("in the way")
    drilling.start(WHOLE)
    assert "Copy the dataset" in jobs.failures[-1]
    assert session.drilling is None
    assert session.busy == ""
