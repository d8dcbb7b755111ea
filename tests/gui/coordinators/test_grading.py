"""What a grader's wishes do, without a window."""

import sqlite3

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.grading import GradingCoordinator, titles
from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.gui.tiles import Tiles
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.sitting import Sitting
from napari_rpdl.review.study import Presentation


@pytest.fixture
def led(planned, viewer, jobs):
    """A grader at the first presentation of a study."""

    def begin(scale="global-rating", bones=1):
        study = planned(scale, bones)
        session = GradingSession(study.study.title, study.study.origin, study.study.scale)
        sitting = Sitting(study.study, GradeBook(study.answers_file, study.study, wait_seconds=0.05), "ada")
        coordinator = GradingCoordinator(session, Tiles(viewer), jobs, study, sitting)
        coordinator.begin()
        return coordinator, session, sitting

    return begin


def test_the_record_knows_what_was_in_view(led):
    coordinator, session, sitting = led()
    coordinator.look("axial")
    coordinator.answer(4.0)
    kept = sitting.book.current("ada", 0)["shape"]
    assert '"ndisplay": 2' in kept.view_state
    assert len(kept.data_hash) == 64
    assert session.drafts["shape"].saved


def test_each_presentation_opens_in_the_same_view(led, viewer):
    coordinator, _, _ = led()
    angles = viewer.scene.camera.angles
    coordinator.look("superior")
    assert viewer.scene.camera.angles != angles
    coordinator.step(+1)
    assert viewer.dims.ndisplay == 3
    assert viewer.scene.camera.angles == pytest.approx(angles)


def test_an_answer_goes_on_to_the_next_question_that_has_none(led):
    coordinator, session, _ = led()
    coordinator.choose_item("depth")
    coordinator.answer(3.0)
    coordinator.choose_item("shape")
    coordinator.answer(3.0)
    assert session.item == "deficiency"
    for _ in range(3):
        coordinator.answer(3.0)
    assert session.item == "overall"
    coordinator.step_item(+1)
    assert session.item == "overall"


def test_a_bone_that_cannot_be_loaded_is_told_and_cannot_be_graded(planned, viewer, jobs):
    study = planned(bones=1)
    for file in (study.folder / "results").iterdir():
        file.write_bytes(b"broken")
    session = GradingSession(study.study.title, "", study.study.scale)
    sitting = Sitting(study.study, GradeBook(study.answers_file, study.study), "ada")
    coordinator = GradingCoordinator(session, Tiles(viewer), jobs, study, sitting)
    coordinator.begin()
    assert jobs.failures
    coordinator.answer(3.0)
    assert session.told == "Wait until the bone is shown."
    assert sitting.book.answers() == ()


def test_what_is_no_answer_is_told(led):
    coordinator, session, sitting = led()
    coordinator.answer(9.0)
    assert "from 1 to 5" in session.told
    assert sitting.book.answers() == ()
    assert session.trouble == ""


def test_the_same_mistake_is_told_every_time(led):
    coordinator, session, _ = led()
    told = []
    session.events.told.connect(lambda text: told.append(text))
    coordinator.lock()
    coordinator.lock()
    assert sum("answers are missing" in text for text in told) == 2


def test_what_can_still_be_written_is_written_before_the_window_closes(led):
    coordinator, session, sitting = led()
    other = sqlite3.connect(sitting.book.name, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    coordinator.answer(4.0)
    assert coordinator.let_go() == 1
    assert "1 answer is on this form but not in the record" in session.trouble
    other.rollback()
    other.close()
    assert coordinator.let_go() == 0
    assert sitting.book.current("ada", 0)["shape"].score == 4


def test_progress_tells_what_can_be_reached(led):
    coordinator, session, sitting = led()
    assert (session.progress.has_previous, session.progress.has_next) == (False, True)
    coordinator.step(+1)
    assert session.progress.has_previous
    assert session.progress.count == sitting.count


def test_the_time_is_shown_when_it_is_asked_for(led):
    coordinator, session, sitting = led()
    sitting._times[0]._seconds = 12.0
    coordinator.tick()
    assert session.seconds == 12


@pytest.mark.parametrize(
    ("tiles", "said"),
    [
        (("R-07",), ("Original B-02", "Result R-07")),
        (("R-07", "R-01"), ("Original B-02", "Left R-07", "Right R-01")),
    ],
)
def test_titles_are_codes(tiles, said):
    assert titles(Presentation(index=0, phase="main", bone="B-02", tiles=tiles)) == said


def test_a_locked_presentation_takes_no_answer(led):
    coordinator, _, sitting = led()
    for _ in range(5):
        coordinator.answer(3.0)
    coordinator.lock()
    assert sitting.locked == {0}
    with pytest.raises(InputError, match="is locked"):
        sitting.go_to(0)
