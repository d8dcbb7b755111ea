from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.sitting import Draft


def test_changes_are_told_and_a_blank_form_has_no_drafts():
    session = GradingSession("A study", "", find_scale("global-rating"))
    assert session.draft("shape") is None
    told = []
    session.events.drafts.connect(lambda drafts: told.append(drafts))
    session.drafts = {"shape": Draft(True, 3.0)}
    assert told == [{"shape": Draft(True, 3.0)}]
    assert session.draft("shape").score == 3
