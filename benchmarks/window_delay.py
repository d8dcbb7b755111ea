"""How fluid the window stays while it trains: in a process of its own, in a thread, and idle; in one run.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python benchmarks/window_delay.py [--seconds 20]

A timer of the window's event loop is due every 10 ms; its delay is how much later than
that it comes, which is how long a click would wait. The same small network is trained on
phantom (synthetic) bones on the CPU with one thread each time, with the panel of trainings
in front (progress bar and curves live). The bone lies in 3-D, nobody touches the window.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import numpy as np
import vispy.gloo.glir as glir
from qtpy.QtCore import QEventLoop, Qt, QTimer
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.gui import memory
from napari_rpdl.gui.app import open_viewer
from napari_rpdl.gui.coordinators import trainings
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.settings import NetworkSettings, TrainingSettings

memory.FILE = Path(tempfile.mkdtemp()) / "workspace.json"
trainings.RUNS = Path(tempfile.mkdtemp())
glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs
DUE_MS = 10
ENDLESS = TrainingSettings(
    grid=32,
    epochs=100_000,
    stop_patience=100_000,
    decay_patience=100_000,
    network=NetworkSettings(channels=(8, 16, 32)),
    device="cpu",
    threads=1,
)


class Delays:
    """Counts how late a timer of the event loop comes."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._come)

    def measure(self, seconds: float) -> np.ndarray:
        """Return the delays in ms during so many seconds."""
        self._late.clear()
        self._wait()
        live(seconds)
        self._timer.stop()
        return np.array(self._late)

    def _wait(self) -> None:
        self._due = time.perf_counter() + DUE_MS / 1000
        self._timer.start(DUE_MS)

    def _come(self) -> None:
        self._late.append(max(time.perf_counter() - self._due, 0) * 1000)
        self._wait()


def live(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Let the event loop run, sleeping in it as ``exec`` does."""
    flags = QEventLoop.ProcessEventsFlag
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline and not until():
        QApplication.processEvents(flags.AllEvents | flags.WaitForMoreEvents, 20)


def trained(workspace: Workspace, where: str, seconds: float, delays: Delays) -> tuple[np.ndarray, float]:
    """Return the delays while a training runs, and its steps per second meanwhile."""
    workspace.train.form.show_settings(ENDLESS)
    workspace.train.where.choose(where)
    workspace.train.train_button.click()
    live(300, lambda: len(workspace.session.training.epochs) > 1)
    before = len(workspace.session.training.epochs)
    began = time.perf_counter()
    late = delays.measure(seconds)
    epochs = len(workspace.session.training.epochs) - before
    steps = epochs * ENDLESS.steps_per_epoch / (time.perf_counter() - began)
    workspace.train.cancel_button.click()
    live(60, lambda: not workspace.session.training.running)
    return late, steps


def said(late: np.ndarray) -> str:
    """Return the delays in words."""
    half, most, nearly, worst = np.percentile(late, [50, 95, 99, 100])
    return f"median {half:5.1f}, 95th {most:5.1f}, 99th {nearly:6.1f}, worst {worst:6.1f} ms of {len(late)}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    viewer, workspace = open_viewer(sample_dataset_folder())
    workspace.show_tab("Train")
    live(60, lambda: False if workspace.jobs.names else workspace.session.case is not None)
    live(3)
    delays = Delays()
    for number in range(arguments.rounds):
        print(f"round {number + 1}, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        print(f"idle:             {said(delays.measure(arguments.seconds))}", flush=True)
        for where in ("separate process", "this program"):
            late, steps = trained(workspace, where, arguments.seconds, delays)
            print(f"{where}: {said(late)}; {steps:.1f} steps/s", flush=True)
    workspace.jobs.close()
    viewer.close()


if __name__ == "__main__":
    main()
