import pytest

from napari_rpdl.gui.questions import Question, Sureness, score_of_key
from napari_rpdl.review.scale import Item
from napari_rpdl.review.sitting import Draft


@pytest.fixture
def question(qtbot):
    def make(answer, **more):
        made = Question(Item(id="q", group="G", text="Text", answer=answer, **more), 1)
        qtbot.addWidget(made)
        return made

    return make


@pytest.mark.parametrize(
    ("kind", "scores"),
    [
        ("binary", {0: 0.0, 1: 1.0}),
        ("rating", {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 5.0}),
        ("preference", {0: 0.0, 1: 1.0, 2: 2.0}),
        ("visual analogue", {digit: 10.0 * digit for digit in range(10)}),
    ],
)
def test_digits_give_the_scores_that_the_item_takes(kind, scores):
    found = {digit: score_of_key(digit, kind) for digit in range(10)}
    assert {digit: score for digit, score in found.items() if score is not None} == scores
    item = Item(id="q", group="G", text="Text", answer=kind)
    for score in scores.values():
        item.check(score)


def test_buttons_say_what_scores_mean(question):
    words = [button.text() for button in question("preference").buttons.values()]
    assert words == ["1  left", "0  no difference", "2  right"]
    own = question("binary", anchors=[{"score": 1, "text": "opened"}])
    assert [button.text() for button in own.buttons.values()] == ["1  opened", "0  not done"]


def test_an_item_that_must_be_judged_offers_no_way_out(question):
    assert question("rating", may_be_not_assessable=False).cannot_tell.isHidden()
    assert not question("rating").cannot_tell.isHidden()


def test_a_click_answers(question, qtbot):
    made = question("rating")
    with qtbot.waitSignal(made.answered) as told:
        made.cannot_tell.click()
    assert told.args == ["q", None]


def test_help_is_shown_where_the_person_is(question):
    made = question("rating", help="look here", anchors=[{"score": 1, "text": "bad"}])
    assert made.help.isHidden()
    made.mark(True)
    assert made.help.text() == "look here\n1: bad\nKeys: Alt+1, 2, 3, 4, 5 · U: cannot tell"
    assert not made.help.isHidden()


def test_an_unsaved_answer_looks_different(question):
    made = question("rating")
    plain = made.styleSheet()
    made.show_draft(Draft(True, 2.0, saved=False))
    assert made.styleSheet() != plain
    made.show_draft(Draft(True, 2.0))
    assert made.styleSheet() == plain
    assert made.buttons[2.0].isChecked()


def test_a_slider_stays_within_its_scale(question):
    made = question("visual analogue")
    assert made.nudged(+1) == 51
    made.show_draft(Draft(True, 95.0))
    assert (made.nudged(+10), made.nudged(-1), made.value.text()) == (100, 94, "95")


def test_how_sure_is_a_number_with_a_word(qtbot):
    sureness, given = Sureness(), []
    qtbot.addWidget(sureness)
    sureness.given.connect(given.append)
    sureness.buttons[4].click()
    sureness.show_sure(2)
    assert given == [4]
    assert [number for number, button in sureness.buttons.items() if button.isChecked()] == [2]
    assert sureness.buttons[1].toolTip() == "a guess (Ctrl+1)"
    sureness.show_sure(None)
    assert not any(button.isChecked() for button in sureness.buttons.values())
