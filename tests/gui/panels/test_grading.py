"""The form, without a viewer."""

import pytest

from napari_rpdl.gui.grading_session import GradingSession, Progress
from napari_rpdl.gui.panels.grading import GradingPanel
from napari_rpdl.review.scale import Anchor, Item, Scale, find_scale
from napari_rpdl.review.sitting import Draft


@pytest.fixture
def form(qtbot):
    def make(scale="global-rating"):
        scale = find_scale(scale) if isinstance(scale, str) else scale
        session = GradingSession("A study", "phantom (synthetic): made here", scale)
        panel = GradingPanel(session)
        qtbot.addWidget(panel)
        session.item = scale.items[0].id
        return panel, session

    return make


def own_scale(answer="visual analogue"):
    item = Item(id="vas", group="G", text="How good?", answer=answer, anchors=(Anchor(score=0, text="worst"),))
    return Scale(
        format_version=1, id="own", version="1", name="Own", citation="", total="none", groups=("G",), items=(item,)
    )


@pytest.mark.parametrize("name", ["global-rating", "cm-end-product-provisional", "pairwise-preference"])
def test_the_form_is_made_from_the_scale(form, name):
    panel, session = form(name)
    assert [question.item for question in panel.questions.values()] == list(session.scale.items)


def test_it_says_where_the_bones_come_from_in_a_word(form):
    panel, _ = form()
    words = [label.text() for label in panel.findChildren(type(panel.place))]
    assert "Bones: phantom (synthetic)" in words


def test_a_click_answers_and_makes_the_question_the_current_one(form, heard):
    panel, _ = form()
    answers, items = heard(panel.answer_given), heard(panel.item_chosen)
    panel.questions["safety"].buttons[2.0].click()
    assert (answers, items) == ([2.0], ["safety"])


def test_a_comment_belongs_to_the_question_it_was_typed_for(form, heard):
    panel, session = form()
    comments = heard(panel.comment_given)
    panel.comment.setText("overhang")
    panel.questions["safety"].buttons[2.0].click()
    assert set(comments) == {("shape", "overhang")}
    panel.comment.setText("typed on")
    panel.end_comment()
    assert comments[-1] == ("shape", "typed on")
    session.item = "safety"
    assert panel.comment.text() == ""


def test_the_draft_of_the_current_question_is_shown(form):
    panel, session = form()
    session.drafts = {"shape": Draft(True, 4.0, 2, "good"), "depth": Draft(True, None)}
    assert panel.questions["shape"].buttons[4.0].isChecked()
    assert panel.questions["depth"].cannot_tell.isChecked()
    assert panel.sureness.buttons[2].isChecked()
    assert panel.comment.text() == "good"
    assert panel.lock_button.toolTip() == "3 questions have no answer yet."


def test_progress_practice_and_pause_are_said(form):
    panel, session = form()
    session.progress = Progress(2, 12, 3, practice=True, titles=("Original B-01", "Result R-02"), has_next=True)
    assert panel.place.text() == "<b>3 of 12</b>: Result R-02. Practice, not counted."
    assert (panel.bar.value(), panel.bar.maximum()) == (3, 12)
    assert panel.next_button.isEnabled()
    session.resting = True
    assert panel.pause_button.text() == "Go on (P)"
    assert not panel.next_button.isEnabled()
    session.resting = False
    assert panel.next_button.isEnabled()


def test_trouble_is_shown_until_it_is_over(form):
    panel, session = form()
    session.trouble = "1 answer is on this form but not in the record. The disk is full; make room."
    assert not panel.trouble.isHidden()
    assert "make room" in panel.trouble.text()
    session.trouble = ""
    assert panel.trouble.isHidden()
    assert panel.save_button.isHidden()


def test_time_is_shown_in_minutes(form):
    panel, session = form()
    session.seconds = 83.4
    assert panel.time.text() == "1:23"


def test_a_visual_analogue_scale_is_moved_in_steps(form, heard):
    panel, session = form(own_scale())
    answers = heard(panel.answer_given)
    panel._nudge(-10)
    session.drafts = {"vas": Draft(True, 99.0)}
    panel._nudge(+10)
    panel._press(7)
    assert answers == [40.0, 100.0, 70.0]
