"""Devices, runs and times reach the session."""

import pytest

from napari_rpdl.events import Failed
from napari_rpdl.gui.coordinators import preparing as module
from napari_rpdl.gui.coordinators import trainings
from napari_rpdl.gui.coordinators.preparing import PreparingCoordinator
from napari_rpdl.gui.training_state import TrainingState, TrainingWish
from napari_rpdl.learning.events import TimeEstimated
from napari_rpdl.learning.hardware import Device
from napari_rpdl.settings import TrainingSettings

CPU = Device("cpu", "the CPU, 2 cores", None, None)
WISH = TrainingWish(TrainingSettings(epochs=50), None, ("bone_3",), own_process=True)


@pytest.fixture
def preparing(session, jobs, small_dataset, monkeypatch) -> PreparingCoordinator:
    monkeypatch.setattr(module, "find_devices", lambda: (CPU,))
    session.dataset = small_dataset
    return PreparingCoordinator(session, jobs)


def test_devices_are_asked_for_once_and_runs_at_each_look(preparing, session, jobs, make_run) -> None:
    preparing.look()
    assert (session.devices, session.found.runs) == ((CPU,), ())
    make_run(trainings.RUNS / "new")
    preparing.look()
    assert [run.folder.name for run in session.found.runs] == ["new"]
    assert jobs.names.count("devices") == 1


def test_runs_beside_the_one_that_predicts_are_found(preparing, session, make_run, tmp_path) -> None:
    session.run = make_run(tmp_path / "elsewhere" / "one").folder
    make_run(tmp_path / "elsewhere" / "two")
    preparing.find_runs()
    assert {run.folder.name for run in session.found.runs} == {"one", "two"}


def test_an_earlier_run_tells_the_time(preparing, session, make_run) -> None:
    preparing.estimate(WISH)
    assert session.estimate is None
    make_run(trainings.RUNS / "new")
    preparing.find_runs()
    preparing.estimate(WISH)
    assert session.estimate.seconds == 100


def test_a_trial_tells_the_time_or_that_it_failed(preparing, session, jobs, monkeypatch, small_dataset) -> None:
    asked: list[tuple] = []

    def by_trying(*what):
        asked.append(what)
        yield TimeEstimated(12.0, "measured")

    monkeypatch.setattr(module, "by_trying", by_trying)
    preparing.measure(WISH)
    assert asked == [(small_dataset.folder, WISH.settings, ("bone_3",))]
    assert (session.estimate.seconds, session.busy) == (12.0, "")
    monkeypatch.setattr(module, "by_trying", lambda *_: iter([Failed("no memory")]))
    preparing.measure(WISH)
    assert session.estimate is None


def test_a_run_that_ended_is_listed(preparing, session, make_run) -> None:
    session.training = TrainingState(running=True)
    make_run(trainings.RUNS / "new")
    assert session.found.runs == ()
    session.training = TrainingState(running=False)
    assert len(session.found.runs) == 1
