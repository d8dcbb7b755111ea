"""Trainings and predictions by the real controls, in a real viewer."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
from qtpy.QtCore import Qt

from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.session import BY_NETWORK
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingStarted
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.learning.run_history import find_runs
from napari_rpdl.learning.training import train


def fake_training(epochs: int, blocked: threading.Event | None = None, closed: threading.Event | None = None):
    """Return a training of known events; it goes on until closed where ``blocked`` is given."""

    def train(*_: object) -> Iterator[Event]:
        try:
            yield TrainingStarted("cpu", 10, epochs, 1, 1, ("bone_1",), ("bone_2",))
            for epoch in range(1, epochs + 1):
                yield StepEnded(epoch, 1, 1, epochs, 1 / epoch, 5.0)
                yield EpochEnded(epoch, epochs, 1 / epoch, 1.1 / epoch, 0.5, 1e-3, 0.1, 5.0, True)
            while blocked is not None and not blocked.wait(0.02):
                yield Progressed("training", 0, 0)
        finally:
            if closed is not None:
                closed.set()

    return train


def test_rules_decide_what_is_drilled_by_the_real_controls(opened, viewer, qtbot, idle, errors, monkeypatch) -> None:
    """The network wants a ball and all of the facial nerve (code 5); the constraints leave the ball."""

    def predict(run, case, settings):
        wanted = case.masks()[0] | (case.labels() == 5)
        return Prediction(case.case_id, np.where(wanted, np.float32(0.7), np.float32(0.1)))

    monkeypatch.setattr("napari_rpdl.gui.coordinators.asking.ask", predict)
    session, panel = opened.session, opened.predict
    nerve, ball = int((session.case.labels() == 5).sum()), session.case.masks()[0]
    session.run = opened.session.dataset.folder
    qtbot.mouseClick(panel.predict_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.scores is not None, timeout=5000)
    assert f"facial nerve {nerve}" in panel.summary.text()
    panel.rules.control("avoid_critical").native.click()
    panel.cut_box.click()
    qtbot.waitUntil(lambda: "Taken away" in panel.decided.text(), timeout=5000)
    idle(opened.jobs)
    assert f"margin {nerve} voxels" in panel.decided.text()
    assert session.scores.dice[0] == 1.0
    assert np.array_equal(opened.cases.region_of(session.case, BY_NETWORK), ball)
    panel.cut_box.click()
    assert viewer.layers[shown.NETWORK_SURFACE].visible
    assert not viewer.layers[shown.PROBABILITY].visible

    panel.rules.control("rule").value = "tuned"
    qtbot.waitUntil(lambda: bool(errors), timeout=5000)
    assert "napari-rpdl tune" in errors[-1]
    assert not panel.threshold.isEnabled()
    assert (panel.decided.text(), panel.table.rowCount()) == ("", 0)
    panel.rules.control("rule").value = "threshold"
    qtbot.waitUntil(lambda: session.scores is not None, timeout=5000)
    assert panel.threshold.isEnabled()
    qtbot.mouseClick(opened.bones.next_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert (session.decision, panel.decided.text()) == (None, "")
    assert not viewer.layers[shown.NETWORK_SURFACE].visible


def test_a_training_is_cancelled_resumed_and_shown_meanwhile(
    opened, qtbot, idle, errors, monkeypatch, tmp_path
) -> None:
    closed = threading.Event()
    monkeypatch.setattr("napari_rpdl.learning.process.follow", fake_training(3, threading.Event(), closed))
    for button in (opened.train.cancel_button, opened.predict.predict_button):
        assert not button.isEnabled()
        assert button.toolTip()
    opened.train.train_button.click()
    qtbot.waitUntil(lambda: len(opened.session.training.epochs) == 3, timeout=5000)
    assert "CPU" in opened.train.device.text()
    assert opened.train.cancel_button.isEnabled()
    opened.train.cancel_button.click()
    idle(opened.jobs)
    assert closed.is_set()
    assert not opened.session.training.running
    assert "Resume" in opened.train.status.text()
    assert opened.train.train_button.isEnabled()
    opened.train.resume_asked.emit(tmp_path / "nowhere", True)
    assert "run.json" in errors[-1]


def test_trainings_wait_pause_and_are_listed_by_the_real_buttons(opened, qtbot, idle, errors, tiny) -> None:
    """Three real trainings in processes of their own: one paused and continued, one queued, one dropped."""
    train, runs, session = opened.train, opened.runs, opened.session
    train.form.show_settings(tiny.model_copy(update={"loss": "rpdl", "epochs": 60, "stop_patience": 100}))
    train.live_box.click()
    train.train_button.click()
    qtbot.waitUntil(lambda: len(session.training.epochs) > 1, timeout=60_000)
    train.form.show_settings(tiny.model_copy(update={"loss": "dice"}))
    train.queue_button.click()
    train.queue_button.click()
    runs.drop_button.click()
    assert len(session.queue) == 1
    train.pause_button.click()
    qtbot.waitUntil(lambda: not session.training.running, timeout=30_000)
    assert train.pause_button.text() == "Continue"
    done = len(session.training.epochs)
    train.pause_button.click()
    qtbot.waitUntil(lambda: session.queue == (), timeout=60_000)
    qtbot.waitUntil(lambda: not session.training.running, timeout=60_000)
    idle(opened.jobs)
    assert session.prediction is not None, "the network in training was asked"
    assert errors == []
    found = {run.settings.loss: run for run in session.found.runs}
    assert {loss: (run.state, len(run.epochs)) for loss, run in found.items()} == {
        "rpdl": ("complete", 60),
        "dice": ("complete", 2),
    }
    assert 1 < done < 60
    runs.table.selectAll()
    assert len(runs.curves.figure.axes[0].get_legend().get_texts()) == 2
    runs.predict_button.click()
    assert (session.run, *session.more_runs) == tuple(run.folder for run in session.found.runs)
    runs.table.selectRow(0)
    runs.predict_button.click()
    assert (session.run, session.more_runs) == (session.found.runs[0].folder, ())
    assert opened.tabs.tabText(opened.tabs.currentIndex()) == "Predict"


def test_a_form_that_is_not_filled_in_rightly_asks_for_no_time(opened, errors, make_run, tmp_path) -> None:
    """Its mistake is told where it was made and when Train is pressed, not whenever a run has been found."""
    rate = opened.train.form.control("learning_rate")
    rate.value = "fast"
    rate.native.editingFinished.emit()
    make_run(tmp_path / "run")
    opened.session.found = find_runs([tmp_path])
    opened.train.hold_out.item(0).setCheckState(Qt.CheckState.Checked)
    assert errors == []
    assert opened.session.estimate is None
    opened.train.train_button.click()
    assert "learning_rate" in errors[-1]


def test_a_failing_job_says_why_and_lets_the_person_try_again(opened, idle, errors, monkeypatch) -> None:
    def failing(*_: object) -> Iterator[Event]:
        yield Said("Starting")
        msg = "CUDA out of memory"
        raise RuntimeError(msg)

    monkeypatch.setattr("napari_rpdl.learning.process.follow", failing)
    opened.train.train_button.click()
    idle(opened.jobs)
    assert "CUDA out of memory" in errors[-1]
    assert "CUDA out of memory" in opened.train.status.text()
    assert opened.train.train_button.isEnabled()


def test_a_result_for_another_bone_is_thrown_away(opened, qtbot, idle, monkeypatch, small_dataset) -> None:
    may_end = threading.Event()

    def slow(run, case, settings):
        may_end.wait(10)
        return SimpleNamespace(case_id=case.case_id, probabilities=np.ones(case.grid.shape, np.float32))

    monkeypatch.setattr("napari_rpdl.gui.coordinators.asking.ask", slow)
    opened.session.run = small_dataset.folder
    opened.predict.predict_button.click()
    opened.cases.show_case("bone_2")
    qtbot.waitUntil(lambda: opened.jobs.names == ("prediction",), timeout=10_000)
    may_end.set()
    idle(opened.jobs)
    assert opened.session.case_id == "bone_2"
    assert opened.session.prediction is None


def test_the_threshold_is_tuned_by_its_button_for_the_way_in_which_the_network_is_asked(
    opened, qtbot, idle, errors, tiny, tmp_path
) -> None:
    session, panel = opened.session, opened.predict
    settings = tiny.model_copy(update={"epochs": 1, "validation_bones": 1})
    list(train(settings, session.dataset, tmp_path / "run", ["bone_3"]))
    assert not panel.tune_button.isEnabled()
    opened.learning.predictions.choose_run(tmp_path / "run")
    panel.predict_button.click()
    idle(opened.jobs)
    assert session.prediction.runs == (tmp_path / "run",)
    assert "Training has seen bone_1" in panel.caution.text()
    panel.rules.control("rule").value = "tuned"
    qtbot.waitUntil(lambda: bool(errors), timeout=5000)
    assert "Tune threshold" in errors[-1]
    idle(opened.jobs)
    panel.tune_button.click()
    idle(opened.jobs)
    assert "tuned threshold" in session.told
    assert session.decision.rule == "tuned"
    assert session.decision.threshold == session.prediction.tuned
    told = len(errors)
    panel.form.control("views").value = "single"
    panel.predict_button.click()
    qtbot.waitUntil(lambda: len(errors) > told, timeout=5000)
    assert "--views single" in errors[-1]
    assert session.decision is None
