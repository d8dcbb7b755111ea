"""What the key opens, without a window."""

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.unblinding import UnblindingCoordinator, middle
from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.gui.tiles import Tiles
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.hints import Hint
from napari_rpdl.review.sitting import Sitting


@pytest.fixture
def graded(planned, viewer, jobs):
    """A grader who has locked everything, or nothing."""

    def make(locked=True, scale="global-rating"):
        study = planned(scale, bones=1)
        book = GradeBook(study.answers_file, study.study)
        sitting = Sitting(study.study, book, "ada")
        while locked and not sitting.is_finished:
            for item in study.study.scale.items:
                sitting.answer(item.id, 1.0)
            sitting.lock()
        session = GradingSession(study.study.title, "", study.study.scale)
        return UnblindingCoordinator(session, Tiles(viewer), jobs, study, sitting), session, book

    return make


def test_the_key_opens_nothing_before_the_last_lock(graded, tmp_path):
    coordinator, session, book = graded(locked=False)
    with pytest.raises(InputError, match="when everything is locked"):
        coordinator.unblind(tmp_path / "key")
    with pytest.raises(InputError, match="need the key"):
        coordinator.write_results(tmp_path / "out")
    assert (session.unblinded, book.marks()) == ((), ())


def test_that_codes_were_revealed_is_on_record(graded, tmp_path):
    coordinator, session, book = graded()
    coordinator.unblind(tmp_path / "key")
    assert [mark.kind for mark in book.marks()][-1] == "revealed"
    assert {one.source for one in session.unblinded} == {"surgeon_1", "surgeon_2", "surgeon_3", "rpd_loss_fold3"}
    assert [one.presentation.index for one in session.unblinded] == list(range(len(session.unblinded)))


def test_a_line_without_voxels_takes_the_marks_away(graded, tmp_path, viewer):
    coordinator, session, _ = graded(scale="cm-end-product-provisional")
    coordinator.unblind(tmp_path / "key")
    rows = [place for place, one in enumerate(session.judged) if one.hint is not None and len(one.hint.voxels)]
    coordinator.go_to(rows[0])
    coordinator.look("axial")
    assert [layer.name[-5:] for layer in viewer.layers if layer.visible].count("marks") == 1
    coordinator.go_to(0)
    assert session.judged[0].hint is None
    assert not [layer for layer in viewer.layers if layer.visible and layer.name.endswith("marks")]


def test_both_results_of_a_pair_have_hints_of_their_own(graded, tmp_path):
    coordinator, session, _ = graded(scale="pairwise-preference")
    coordinator.unblind(tmp_path / "key")
    pair = session.unblinded[:2]
    assert [one.tile for one in pair] == [0, 1]
    coordinator.show(1)
    assert session.chosen == 1
    assert session.judged[0].item.id == "preferred"
    assert len(session.judged) > 10


def test_the_middle_of_a_hint_is_one_of_its_voxels():
    voxels = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 9]])
    assert middle(Hint("x", "no", "", voxels)) == (0, 0, 1)
