import subprocess
import sys

from napari_rpdl.events import Failed, event_from_json
from napari_rpdl.experiments.events import PieceScored
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.worker import Order


def start():
    command = [sys.executable, "-P", "-X", "utf8", "-m", "napari_rpdl.experiments.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def order(dataset, results):
    return Order(dataset=str(dataset), results=str(results), threads=1).model_dump_json() + "\n"


def test_a_worker_does_all_there_is_and_says_nothing_but_events(small_dataset, tiny, tmp_path):
    results = Results.claim(tmp_path / "results", small_dataset, tiny(protocols=["repaired"]))
    worker = start()
    # Its input stays open, or it would stop.
    worker.stdin.write(order(small_dataset.folder, results.folder))
    worker.stdin.flush()
    events = [event_from_json(line) for line in worker.stdout]
    assert worker.wait() == 0
    assert sum(isinstance(event, PieceScored) for event in events) == 6
    worker.stdin.close()
    worker.stdout.close()


def test_a_worker_stops_when_its_input_is_closed(small_dataset, tiny, tmp_path):
    results = Results.claim(tmp_path / "results", small_dataset, tiny(protocols=["repaired"]))
    worker = start()
    worker.communicate(order(small_dataset.folder, results.folder))
    assert worker.returncode == 0
    assert sum(1 for _ in results.folder.rglob("scores.csv")) < 6


def test_an_error_is_told_as_an_event(small_dataset, tmp_path):
    worker = start()
    out, _ = worker.communicate(order(small_dataset.folder, tmp_path / "nowhere"))
    (event,) = map(event_from_json, out.splitlines())
    assert isinstance(event, Failed)
    assert "experiment.json" in event.text
    assert worker.returncode == 1
