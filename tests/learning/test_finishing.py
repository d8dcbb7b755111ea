from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.errors import InputError
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.events import EpochEnded, TrainingStarted
from napari_rpdl.learning.finishing import finish, held_out_cases
from napari_rpdl.learning.runs import Run


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def settings(tiny_settings):
    return tiny_settings.model_copy(update={"epochs": 2, "steps_per_epoch": 1})


def test_what_was_stopped_goes_on_and_what_is_complete_is_left(settings, small_dataset, tmp_path):
    folder = tmp_path / "run"
    work = finish(settings, small_dataset, folder, ["bone_3"])
    next(event for event in work if isinstance(event, EpochEnded))
    work.close()
    assert Run.open(folder).state == "resumable"
    rest = list(finish(settings, small_dataset, folder, ["bone_3"]))
    assert of(TrainingStarted, rest)[0].first_epoch == 2
    assert Run.open(folder).state == "complete"
    before = read_checkpoint(Run.open(folder).checkpoint("last")).fingerprint()
    elsewhere = settings.model_copy(update={"threads": 2, "device": "auto"})
    assert list(finish(elsewhere, small_dataset, folder, ["bone_3"])) == []
    assert read_checkpoint(Run.open(folder).checkpoint("last")).fingerprint() == before


@pytest.mark.parametrize(
    ("changed", "hold_out", "surgeons", "says"),
    [
        ({"learning_rate": 0.5}, ["bone_3"], (), "with other settings"),
        ({}, ["bone_2"], (), "held out something else"),
        ({}, ["bone_3"], ("surgeon_1",), "held out something else"),
    ],
)
def test_another_training_is_not_taken_for_it(settings, small_dataset, tmp_path, changed, hold_out, surgeons, says):
    list(finish(settings, small_dataset, tmp_path / "run", ["bone_3"]))
    with pytest.raises(InputError, match=says):
        list(finish(settings.model_copy(update=changed), small_dataset, tmp_path / "run", hold_out, surgeons))


@pytest.mark.parametrize(
    "changed",
    [{"name": "another"}, {"surgeons": ("surgeon_1",)}, {"entries": 2}],
    ids=["name", "surgeons", "a bone fewer then"],
)
def test_a_training_on_other_data_is_not_taken_for_it(settings, small_dataset, tmp_path, changed):
    then = replace(small_dataset, **{**changed, "entries": small_dataset.entries[: changed.get("entries")]})
    settings = settings.model_copy(update={"validation_bones": 0})
    list(finish(settings, then, tmp_path / "run", []))
    assert list(finish(settings, then, tmp_path / "run", [])) == []
    with pytest.raises(InputError, match="on other data"):
        list(finish(settings, small_dataset, tmp_path / "run", []))


def test_a_training_on_regions_that_were_corrected_since_is_not_taken_for_it(settings, small_dataset, tmp_path):
    list(finish(settings, small_dataset, tmp_path / "run", ["bone_3"]))
    about = {name: getattr(small_dataset, name) for name in ("name", "table", "surgeons", "origin", "licence")}

    def corrected(bone):
        with DatasetWriter(tmp_path / bone, **about) as writer:
            for case in small_dataset:
                first, *others = case.annotations
                moved = replace(first, mask=np.roll(first.mask, 1, 0))
                writer.add(replace(case, annotations=(moved, *others)) if case.bone == bone else case)
        return Dataset.open(tmp_path / bone)

    assert list(finish(settings, corrected("bone_3"), tmp_path / "run", ["bone_3"])) == [], "it was not learned from"
    with pytest.raises(InputError, match="on other data"):
        list(finish(settings, corrected("bone_1"), tmp_path / "run", ["bone_3"]))


def test_processes_that_share_a_training_do_not_share_many(settings, small_dataset, tmp_path, monkeypatch):
    for name, value in {"TORCHELASTIC_RUN_ID": "a", "RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="without torchrun"):
        next(finish(settings, small_dataset, tmp_path / "run", ["bone_3"]))
    assert not (tmp_path / "run").exists()


def test_a_bone_is_held_out_with_all_its_cases(small_dataset):
    assert held_out_cases(small_dataset, ["bone_2", "bone_9"]) == ("bone_2",)
