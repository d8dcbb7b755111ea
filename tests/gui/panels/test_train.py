"""The panel of training."""

from pathlib import Path

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QApplication

from napari_rpdl.errors import InputError
from napari_rpdl.gui.panels.train import TrainPanel, ask_whether_it_goes_on
from napari_rpdl.gui.training_state import TrainingState
from napari_rpdl.learning.events import TimeEstimated
from napari_rpdl.learning.hardware import Device
from napari_rpdl.settings import PRESETS, NetworkSettings, TrainingSettings, preset_for


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
        (TrainingState(paused=True), True, True),
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


def test_a_training_is_queued_only_behind_another(panel, session, heard) -> None:
    assert "press Train" in panel.queue_button.toolTip()
    session.training = TrainingState(running=True)
    asked = heard(panel.queue_asked)
    panel.queue_button.click()
    assert len(asked) == 1


def test_pause_becomes_continue(panel, session, heard) -> None:
    paused, continued = heard(panel.pause_asked), heard(panel.continue_asked)
    assert not panel.pause_button.isEnabled()
    session.training = TrainingState(running=True)
    panel.pause_button.click()
    session.training = TrainingState(running=True, stopping=True, paused=True)
    assert panel.pause_button.text() == "Pause"
    session.training = TrainingState(paused=True)
    assert panel.pause_button.text() == "Continue"
    panel.pause_button.click()
    assert (len(paused), len(continued)) == (1, 1)


def test_a_preset_fills_the_form(panel, heard) -> None:
    edited = heard(panel.edited)
    panel.preset.setCurrentIndex(panel.preset.findData("paper"))
    assert panel.wish().settings == PRESETS["paper"]
    assert edited


def test_another_network_brings_what_the_preset_has_for_it(panel, heard) -> None:
    panel.preset.setCurrentIndex(panel.preset.findData("paper"))
    panel.form.control("epochs").value = 7
    edited = heard(panel.edited)
    panel.form.group("network").control("name").value = "myronenko18"
    assert panel.wish().settings == preset_for("paper", "myronenko18").model_copy(update={"epochs": 7})
    assert edited
    panel.form.control("loss").value = "rpdl-published"
    assert panel.wish().settings.rpmap == PRESETS["published-code"].rpmap
    panel.form.control("loss").value = "rpdl"
    panel.form.group("network").control("name").value = "unet-published"
    assert panel.wish().settings == PRESETS["paper"].model_copy(update={"epochs": 7})


def test_what_would_change_nothing_is_greyed_out_and_left_out(panel) -> None:
    network = panel.form.group("network")
    network.control("channels").value = "8, 16"
    assert panel.wish().settings.network.channels == (8, 16)
    assert network.control("channels").enabled
    assert not network.control("filters").enabled
    assert "Counts only with the network unet-published" in network.control("filters").tooltip
    network.control("name").value = "isensee17"
    assert not network.control("channels").enabled
    assert "Counts only with the network unet or resenc." in network.control("channels").tooltip
    assert network.control("filters").enabled
    assert panel.wish().settings.network == NetworkSettings(name="isensee17")
    network.control("name").value = "resenc"
    assert panel.wish().settings.network.channels == (8, 16), "what was typed counts again"
    assert panel.form.control("validation_bones").enabled
    panel.preset.setCurrentIndex(panel.preset.findData("paper"))
    assert not panel.form.control("validation_bones").enabled


def test_what_is_learned_from_follows_the_ticks(panel) -> None:
    assert "<b>2</b> of 3" in panel.data.text()
    panel.hold_out.item(0).setCheckState(Qt.CheckState.Checked)
    assert "<b>1</b> of 3" in panel.data.text()


def test_device_and_time_are_said_with_their_source(panel, session) -> None:
    assert "Asking" in panel.device.text()
    session.devices = (
        Device("cuda", "NVIDIA H100", 80 * 10**9, 75 * 10**9),
        Device("cpu", "the CPU, 2 cores", None, None),
    )
    assert panel.device.text() == "Computes on NVIDIA H100 (80 GB memory, 75 GB free), or the CPU, 2 cores."
    assert "Not known" in panel.estimate.text()
    session.estimate = TimeEstimated(240, "Measured just now.")
    assert panel.estimate.text() == "At most <b>4 min</b>. Measured just now."


def test_settings_that_exclude_each_other_are_told_at_once_and_not_trained(panel) -> None:
    assert panel.problem.isHidden()
    heads = panel.form.group("network").control("surgeon_heads")
    heads.value = True
    assert "Choose the loss" in panel.problem.text()
    assert not panel.problem.isHidden()
    with pytest.raises(InputError, match="judges one prediction for all"):
        panel.wish()
    heads.value = False
    assert panel.problem.isHidden()


def test_the_loss_of_each_surgeon_brings_each_surgeon_a_head_and_takes_it_away(panel) -> None:
    panel.form.control("loss").value = "surgeon-heads"
    assert panel.problem.isHidden()
    assert panel.wish().settings.network.surgeon_heads
    panel.form.control("loss").value = "rpdl"
    assert panel.problem.isHidden()
    assert not panel.wish().settings.network.surgeon_heads
