import os
import signal
import sys
import time

import pytest
from distributed import LocalCluster

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.cluster import do_remotely, work_on_cluster, workers_of
from napari_rpdl.experiments.events import ExperimentEnded, PieceFailed, PieceScored
from napari_rpdl.experiments.experiment import run_experiment
from napari_rpdl.experiments.pieces import pieces_of
from napari_rpdl.experiments.results import Results
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings.experiment import ExecutionSettings


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two worker processes of one thread each on this machine; one that dies is replaced."""
    scratch = str(tmp_path_factory.mktemp("dask"))
    options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50, "local_directory": scratch}
    with LocalCluster(n_workers=2, **options) as running:
        yield running


EPOCHS = 80
"""Of the run whose worker is killed: enough for an event to come while it runs, on a fast computer too."""


def epochs_of(results, key):
    try:
        return len(Run.open(results / key).history())
    except InputError:
        return 0


@pytest.mark.timeout(900)  # processes start, die and start again
@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_a_killed_worker_loses_no_run_and_none_counts_twice(cluster, small_dataset, tiny, tmp_path):
    long = {"training": {"loss": "dice", "epochs": EPOCHS, "stop_patience": 100}}
    settings = tiny(protocols=["repaired"], arms=[long])
    execution = ExecutionSettings(scheduler=cluster.scheduler_address, plan="skip")
    results, first = tmp_path / "results", "runs/repaired/default-unet-dice/bone_1/seed_0"
    killed, scored, failed = [], [], []
    for event in run_experiment(small_dataset, results, settings, execution):
        scored += [event.key] if isinstance(event, PieceScored) else []
        failed += [event] if isinstance(event, PieceFailed) else []
        if not killed and 1 <= epochs_of(results, first) < EPOCHS - 10:
            killed += _kill_who_does(cluster, first)
    assert len(killed) == 1
    assert failed == []
    assert sorted(scored) == sorted(piece.key for piece in pieces_of(small_dataset, settings))
    assert isinstance(event, ExperimentEnded)
    assert event.pieces == 6
    assert [epoch.epoch for epoch in Run.open(results / first).history()] == list(range(1, EPOCHS + 1))
    here = ExecutionSettings(plan="skip", folds=("bone_1",))
    list(run_experiment(small_dataset, tmp_path / "here", settings, here))
    rows = [row for row in Results.open(results).rows() if row.fold == "bone_1"]
    assert rows == list(Results.open(tmp_path / "here").rows())


def _kill_who_does(cluster, key):
    """Kill the worker process that has the task of ``key``; return its address in a list, empty if nobody has it."""
    for worker in cluster.scheduler.workers.values():
        if any(task.run_spec is not None and key in task.run_spec.args for task in worker.processing):
            (pid,) = [nanny.pid for nanny in cluster.workers.values() if nanny.worker_address == worker.address]
            os.kill(pid, signal.SIGKILL)
            return [worker.address]
    return []


def test_what_is_complete_is_not_sent(cluster, small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    (first, *_) = pieces_of(small_dataset, settings)
    events = list(work_on_cluster(cluster.scheduler_address, results, small_dataset, [first], 1))
    assert [event.key for event in events if isinstance(event, PieceScored)] == [first.key]
    assert list(work_on_cluster(cluster.scheduler_address, results, small_dataset, [first], 1)) == []
    assert workers_of(cluster.scheduler_address) == 2


def test_closing_stops_what_runs_and_takes_back_the_rest(cluster, small_dataset, tiny, tmp_path):
    endless = {"training": {"loss": "dice", "epochs": 10_000, "stop_patience": 10_000}}
    settings = tiny(protocols=["repaired"], arms=[endless])
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    runs = [piece for piece in pieces_of(small_dataset, settings) if piece.cell is not None]
    events = work_on_cluster(cluster.scheduler_address, results, small_dataset, runs, 1)
    next(event for event in events if epochs_of(results.folder, runs[0].key))
    events.close()
    for _ in range(600):
        with results.working_on(runs[0].key) as free:
            if free:
                break
        time.sleep(0.1)
    assert free
    assert not list((results.folder / "locks").glob("wanted-*"))


def test_a_piece_that_another_does_is_asked_for_again(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    (results.folder / "wanted").touch()
    (first, *_) = pieces_of(small_dataset, settings)
    call = (str(results.folder), str(small_dataset.folder), first.key, "wanted", 1)
    with results.working_on(first.key):
        assert do_remotely(*call) == {"again": True}
    assert do_remotely(*call)["seconds"] > 0
    assert do_remotely(*call) == {"seconds": 0.0}


def test_a_worker_that_sees_other_files_refuses(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    path = next((small_dataset.folder / "cases" / "bone_2").rglob("surgeon_1*.nii.gz"))
    path.write_bytes(path.read_bytes() + b"\0")
    (first, *_) = pieces_of(small_dataset, settings)
    told = do_remotely(str(results.folder), str(small_dataset.folder), first.key, "wanted", 1)
    assert "Share one folder" in told["failed"]


def test_nobody_at_the_address(small_dataset, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("napari_rpdl.experiments.cluster.CONNECT_S", 0.5)
    execution = ExecutionSettings(scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match="No Dask scheduler answers at"):
        list(run_experiment(small_dataset, tmp_path / "results", tiny(), execution))


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("napari_rpdl.experiments.cluster.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'napari-rpdl\[cluster\]'"):
        workers_of("tcp://127.0.0.1:1")
