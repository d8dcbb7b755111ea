"""Runs are found wherever they lie, and broken ones are named instead of hidden."""

import json
import time

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.events import TrainingEnded
from napari_rpdl.learning.run_history import find_runs, summarise
from napari_rpdl.settings import NetworkSettings


def test_a_run_tells_how_it_ended_and_its_best_epoch(make_run, tmp_path) -> None:
    run = make_run(tmp_path / "run")
    assert summarise(run.folder).state == "resumable"
    run.append(TrainingEnded("finished", 3, 2, 1.0, str(run.folder)))
    found = summarise(run.folder)
    assert (found.state, found.best.epoch, found.best.validation_loss) == ("complete", 2, 1.0)
    assert (found.environment.device, found.started != "") == ("cpu", True)


@pytest.mark.parametrize("word", ["dice", "phantom", "bone_9", "resenc", "first", "resumable", "grid 32"])
def test_a_search_finds_what_people_remember(make_run, tmp_path, word) -> None:
    make_run(tmp_path / "first", loss="dice", grid=32, network=NetworkSettings(name="resenc"))
    assert word in summarise(tmp_path / "first").words
    assert "wcel" not in summarise(tmp_path / "first").words


def test_runs_are_found_below_several_folders_the_last_started_first(make_run, tmp_path) -> None:
    make_run(tmp_path / "a" / "experiment" / "fold_1")
    time.sleep(1.1)  # starts are told to the second
    make_run(tmp_path / "b" / "late", ())
    (tmp_path / "b" / "broken").mkdir()
    (tmp_path / "b" / "broken" / "run.json").write_text("{}")
    found = find_runs([tmp_path / "a", tmp_path / "b", tmp_path / "b", tmp_path / "nowhere"])
    assert [(run.folder.name, run.state) for run in found.runs] == [("late", "empty"), ("fold_1", "resumable")]
    assert list(found.broken) == [tmp_path / "b" / "broken"]
    assert "run.json" in found.broken[tmp_path / "b" / "broken"]


def test_one_that_goes_on_alone_runs(make_run, tmp_path) -> None:
    run = make_run(tmp_path / "run")
    live = {"pid": 1, "beat": time.time(), "ended": False, "events": []}
    (run.folder / "live.json").write_text(json.dumps(live))
    assert summarise(run.folder).state == "running"


def test_a_folder_without_a_run_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        summarise(tmp_path)
