"""Long work is seen in napari's activity dock, and leaves it."""

import threading
from collections.abc import Iterator

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton

from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.gui.activity import TICK_MS, steps_of
from napari_rpdl.gui.jobs import computing
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingStarted

EPOCH = EpochEnded(1, 4, 0.5, 0.6, 0.5, 1e-3, 0.1, 5.0, True)


@pytest.fixture
def viewer(make_napari_viewer_proxy):
    return make_napari_viewer_proxy()


@pytest.fixture
def dock(viewer, qtbot):
    """What a person sees of the bars in napari's window: texts, how far, buttons to press."""

    class Dock:
        def __init__(self) -> None:
            self.workspace = Workspace(viewer)
            viewer.window.add_dock_widget(self.workspace)
            self.dialog = self.workspace.window().findChild(QDialog, "Activity")

        def seen(self) -> dict[str, tuple[int, int]]:
            bars = [bar for bar in self.dialog.findChildren(QProgressBar) if bar.isVisibleTo(self.dialog)]
            return {bar.parent().findChild(QLabel).text(): (bar.value(), bar.maximum()) for bar in bars}

        def press_cancel(self) -> None:
            found = self.dialog.findChildren(QPushButton)
            (button,) = [button for button in found if button.isVisibleTo(self.dialog)]
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    made = Dock()
    yield made
    made.workspace.jobs.close()


def until(gate: threading.Event, *events: Event) -> Iterator[Event]:
    yield from events
    while not gate.wait(0.02):
        yield Said("at work")


def test_how_far_an_event_says_that_work_is() -> None:
    assert steps_of(Progressed("Predicting", 2, 7)) == (2, 7)
    assert steps_of(StepEnded(3, 4, 10, 5, 0.5, 1.0)) == (24, 50)
    assert steps_of(Said("Starting")) is None
    assert steps_of(EPOCH) is None


def test_a_training_is_seen_while_it_lasts_and_stopped_there(dock, small_dataset, qtbot, idle, monkeypatch) -> None:
    gate, workspace = threading.Event(), dock.workspace
    started = TrainingStarted("cpu", 10, 4, 5, 1, ("bone_1",), ("bone_2",))

    def train(*_: object) -> Iterator[Event]:
        return until(gate, started, StepEnded(1, 5, 5, 4, 0.5, 5.0), EPOCH, StepEnded(2, 2, 5, 4, 0.4, 4.0))

    monkeypatch.setattr("napari_rpdl.learning.process.follow", train)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    workspace.train.train_button.click()
    qtbot.waitUntil(lambda: dock.seen() == {"Training: ": (7, 20)}, timeout=5000)
    dock.press_cancel()
    qtbot.waitUntil(lambda: dock.seen() == {}, timeout=5000)
    assert not workspace.session.training.running
    assert "Resume" in workspace.train.status.text()
    workspace.train.train_button.click()
    qtbot.waitUntil(lambda: "Training: " in dock.seen(), timeout=5000)
    gate.set()
    qtbot.waitUntil(lambda: dock.seen() == {}, timeout=5000)


def test_a_prediction_of_all_bones_is_seen_and_cancelled_in_its_panel(
    dock, small_dataset, qtbot, idle, monkeypatch
) -> None:
    workspace = dock.workspace
    work = until(threading.Event(), Progressed("Predicting", 1, 3))
    monkeypatch.setattr("napari_rpdl.gui.coordinators.asking.predict_all", lambda *_: work)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    workspace.session.run = small_dataset.folder
    workspace.predict.all_button.click()
    qtbot.waitUntil(lambda: dock.seen() == {"Predicting all bones: ": (1, 3)}, timeout=5000)
    workspace.predict.cancel_button.click()
    qtbot.waitUntil(lambda: dock.seen() == {}, timeout=5000)
    assert not workspace.session.predicting


def test_what_tells_no_steps_is_seen_as_busy_and_several_at_once(dock, qtbot) -> None:
    gate, jobs = threading.Event(), dock.workspace.jobs
    jobs.start("hot spots", computing(gate.wait, 20), lambda _: None)
    jobs.start("study", until(gate, Progressed("writing bones", 1, 9)), lambda _: None)
    busy = {"Finding where surgeons disagree: ": (0, 0), "Writing the study: ": (1, 9)}
    qtbot.waitUntil(lambda: {title: (max(done, 0), of) for title, (done, of) in dock.seen().items()} == busy)
    gate.set()
    qtbot.waitUntil(lambda: dock.seen() == {}, timeout=5000)


def test_short_work_and_work_that_nobody_waits_for_stay_out_of_it(dock, qtbot) -> None:
    gate, jobs = threading.Event(), dock.workspace.jobs
    jobs.start("study", computing(lambda: None), lambda _: None)
    jobs.start("thumbnails", computing(gate.wait, 20), lambda _: None)
    qtbot.wait(2 * TICK_MS)
    assert dock.seen() == {}
    gate.set()


def test_nothing_is_left_when_the_window_is_gone(dock, qtbot) -> None:
    workspace = dock.workspace
    workspace.jobs.start("import", until(threading.Event()), lambda _: None)
    qtbot.waitUntil(lambda: "Importing: " in dock.seen(), timeout=5000)
    workspace.window().show()
    workspace.window().hide()
    assert dock.seen() == {}
    assert workspace.jobs.names == ()
