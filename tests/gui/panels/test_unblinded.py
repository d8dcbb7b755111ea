"""Names, answers and hints beside each other, without a viewer."""

from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.gui.panels import unblinded
from napari_rpdl.gui.panels.unblinded import UnblindedPanel
from napari_rpdl.review.hints import Hint
from napari_rpdl.review.record import Answer
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.study import Presentation
from napari_rpdl.review.unblinding import JudgedItem, Unblinded

SCALE = find_scale("global-rating")


@pytest.fixture
def panel(qtbot):
    made = UnblindedPanel(GradingSession("A study", "", SCALE))
    qtbot.addWidget(made)
    return made


def result(code="R-01", repeat_of="", total=3.25):
    shown = Presentation(index=0, phase="main", bone="B-01", tiles=(code,))
    return Unblinded(shown, 0, code, "bone_9", "rpdl", "prediction", repeat_of, total, {})


def row(table, number):
    return [table.item(number, column).text() for column in range(table.columnCount())]


def test_before_the_key_there_is_nothing_to_see(panel):
    assert panel._body.isHidden()
    assert not panel.results_button.isEnabled()
    assert panel.results_button.toolTip() == "Choose the key first."


def test_names_stand_beside_the_codes(panel):
    panel._session.unblinded = (result(), result("R-05", "R-01", None))
    assert row(panel.results, 0) == ["R-01", "bone_9", "rpdl (prediction)", "3.25"]
    assert row(panel.results, 1) == ["R-05, again R-01", "bone_9", "rpdl (prediction)", "–"]
    assert panel.results_button.isEnabled()
    assert panel.key_button.isHidden()


def test_a_hint_stands_beside_the_answer_and_says_what_was_found(panel, heard):
    jumps = heard(panel.item_chosen)
    answer = Answer.model_construct(score=4.0, comment="an island")
    hint = Hint("no_islands", "below resolution", "2 pieces of bone.", np.zeros((1, 3), np.int64))
    panel._session.judged = (JudgedItem(SCALE.item("deficiency"), answer, hint), JudgedItem(None, None, hint))
    assert row(panel.items, 0)[1:] == ["4 (good)", "below resolution"]
    assert row(panel.items, 1) == ["no islands", "–", "below resolution"]
    panel.items.cellClicked.emit(0, 2)
    assert jumps == [0]
    assert panel.text.text().endswith('below resolution. 2 pieces of bone. You wrote: "an island"')


def test_the_folders_are_asked_for(panel, heard, monkeypatch, tmp_path):
    keys, reports = heard(panel.key_chosen), heard(panel.results_asked)
    chosen = iter([str(tmp_path), ""])
    monkeypatch.setattr(unblinded.QFileDialog, "getExistingDirectory", lambda *_: next(chosen))
    panel.key_button.click()
    panel._session.unblinded = (result(),)
    panel.results_button.click()
    assert (keys, reports) == ([Path(tmp_path)], [])
