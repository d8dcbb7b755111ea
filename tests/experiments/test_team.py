import os
import signal
import sys

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.events import ExperimentEnded, PieceScored
from napari_rpdl.experiments.experiment import run_experiment
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.team import work_together
from napari_rpdl.learning.events import StepEnded
from napari_rpdl.learning.process import Child
from napari_rpdl.settings.experiment import ExecutionSettings

TWO = ExecutionSettings(jobs=2, plan="skip")


def test_two_workers_share_the_pieces_and_agree_with_one(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    events = list(run_experiment(small_dataset, tmp_path / "two", settings, TWO))
    keys = [event.key for event in events if isinstance(event, PieceScored)]
    assert len(keys) == len(set(keys)) == 6
    assert isinstance(events[-1], ExperimentEnded)
    list(run_experiment(small_dataset, tmp_path / "one", settings, ExecutionSettings(plan="skip")))
    assert list(Results.open(tmp_path / "two").rows()) == list(Results.open(tmp_path / "one").rows())


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_what_a_dead_worker_left_is_done_by_the_others(small_dataset, tiny, tmp_path, monkeypatch):
    started = []

    class Seen(Child):
        def __init__(self, module, order):
            super().__init__(module, order)
            started.append(self)

    monkeypatch.setattr("napari_rpdl.experiments.team.Child", Seen)
    settings = tiny(protocols=["repaired"])
    keys = []
    for event in run_experiment(small_dataset, tmp_path / "results", settings, TWO):
        if isinstance(event, StepEnded) and len(started) == 2:
            os.kill(started[0].pid, signal.SIGKILL)
            started.append(None)
        if isinstance(event, PieceScored):
            keys.append(event.key)
    assert isinstance(event, ExperimentEnded)
    assert event.pieces == 6
    assert event.failed == ()


def test_an_error_of_all_workers_is_told(small_dataset, tmp_path):
    with pytest.raises(InputError, match="Choose the folder that the experiment made"):
        list(work_together(tmp_path, small_dataset.folder, 2, 1))


def test_closing_stops_all_workers(small_dataset, tiny, tmp_path, monkeypatch):
    started = []

    class Seen(Child):
        def __init__(self, module, order):
            super().__init__(module, order)
            started.append(self)

    monkeypatch.setattr("napari_rpdl.experiments.team.Child", Seen)
    events = run_experiment(small_dataset, tmp_path / "results", tiny(), TWO)
    next(event for event in events if isinstance(event, PieceScored))
    events.close()
    for child in started:
        with pytest.raises(ProcessLookupError):
            os.kill(child.pid, 0)
