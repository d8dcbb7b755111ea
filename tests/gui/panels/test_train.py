"""The panel of training."""

from pathlib import Path

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QApplication

from napari_rpdl.gui.panels.train import TrainPanel, ask_whether_it_goes_on
from napari_rpdl.gui.session import TrainingState
from napari_rpdl.settings import TrainingSettings


@pytest.fixture
def panel(qtbot, session, small_dataset) -> TrainPanel:
    made = TrainPanel(session)
    qtbot.addWidget(made)
    session.dataset = small_dataset
    return made


def test_the_wish_holds_settings_folder_and_held_out_bones(panel) -> None:
    panel.form.control("loss").value = "dice"
    panel.folder.setText(" runs/first ")
    panel.hold_out.item(0).setCheckState(Qt.CheckState.Checked)
    wish = panel.wish()
    assert wish.settings == TrainingSettings(loss="dice")
    assert wish.run == Path("runs/first")
    assert wish.hold_out == ("bone_1", "bone_3")  # the last is held out unless a person says otherwise
    assert wish.own_process
    panel.folder.clear()
    panel.where.choose("this program")
    assert (panel.wish().run, panel.wish().own_process) == (None, False)


@pytest.mark.parametrize(
    ("state", "train", "cancel"),
    [
        (TrainingState(), True, False),
        (TrainingState(running=True), False, True),
        (TrainingState(running=True, stopping=True), False, False),
    ],
)
def test_only_what_makes_sense_can_be_pressed(panel, session, state, train, cancel) -> None:
    session.training = state
    assert (panel.train_button.isEnabled(), panel.cancel_button.isEnabled()) == (train, cancel)


@pytest.mark.parametrize(("seconds", "words"), [(None, "%p %"), (42, "42 s"), (600, "10 min"), (9000, "2.5 h")])
def test_the_bar_says_what_is_left(panel, session, seconds, words: str) -> None:
    session.training = TrainingState(running=True, share=0.5, remaining_s=seconds)
    assert panel.bar.value() == 500
    assert words in panel.bar.format()


def test_without_a_dataset_there_is_nothing_to_train_on(qtbot, session) -> None:
    panel = TrainPanel(session)
    qtbot.addWidget(panel)
    assert not panel.train_button.isEnabled()
    assert "dataset" in panel.train_button.toolTip()


@pytest.mark.parametrize(("answer", "goes_on"), [("Let it go on", True), ("Stop it", False), ("Escape", False)])
def test_the_question_of_a_closing_window_has_two_answers(qtbot, answer, goes_on) -> None:
    def press() -> None:
        question = QApplication.activeModalWidget()
        buttons = {button.text(): button for button in question.buttons()}
        assert len(buttons) == 2
        if answer in buttons:
            buttons[answer].click()
        else:
            qtbot.keyClick(question, Qt.Key.Key_Escape)

    QTimer.singleShot(50, press)
    assert ask_whether_it_goes_on() is goes_on
