"""A bone is known by what it holds: copies, namesakes, and runs that noted names only."""

import shutil
from dataclasses import replace

import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.learning.events import TrainingStarted
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.seen import seen_by
from napari_rpdl.learning.training import train
from napari_rpdl.settings import TrainingSettings

TINY = TrainingSettings(grid=16, epochs=1, steps_per_epoch=1, device="cpu", threads=1)


@pytest.fixture
def begun(small_dataset, tmp_path):
    """Begin a training that holds out bone_3; its record is all that is asked for."""
    events = train(TINY, small_dataset, tmp_path / "run", ["bone_3"])
    next(event for event in events if isinstance(event, TrainingStarted))
    events.close()
    return tmp_path / "run"


@pytest.fixture
def as_noted_before(begun):
    """The run as an earlier version noted it, without what its bones hold."""
    record = Run.open(begun).record.model_copy(update={"bone_fingerprints": {}})
    (begun / "run.json").write_text(record.model_dump_json())
    return begun


@pytest.fixture
def namesakes(bone_by, tmp_path):
    """Other bones, finer ones, that bear the names of those of ``small_dataset``."""
    folder = tmp_path / "namesakes"
    cases = [bone_by(index, 24) for index in range(3)]
    about = {"name": "small", "table": cases[0].table, "surgeons": cases[0].surgeons, "origin": "", "licence": ""}
    with DatasetWriter(folder, **about) as writer:
        for case in cases:
            writer.add(case)
    return Dataset.open(folder)


def renamed(dataset, folder, **names):
    """A copy of a dataset in which dataset.json says other words."""
    shutil.copytree(dataset.folder, folder)
    text = (folder / "dataset.json").read_text()
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
        if (folder / "cases" / old).is_dir():
            (folder / "cases" / old).rename(folder / "cases" / new)
    (folder / "dataset.json").write_text(text)
    return Dataset.open(folder)


def test_learning_and_watching_is_seeing_and_being_held_out_is_not(begun, small_dataset):
    assert [seen_by([begun], case, small_dataset).seen for case in small_dataset] == [True, True, False]
    assert "has seen bone_1" in seen_by([begun], small_dataset.case("bone_1"), small_dataset).note
    assert seen_by([begun], small_dataset.case("bone_3"), small_dataset).note == ""
    assert seen_by([begun / "checkpoint_best.safetensors"], small_dataset.case("bone_1"), small_dataset).seen is True


def test_another_name_hides_no_bone(begun, small_dataset, tmp_path):
    copy = renamed(small_dataset, tmp_path / "copy", small="my bones", bone_1="patient_a", bone_3="patient_c")
    told = {case.bone: seen_by([begun], case, copy).seen for case in copy}
    assert told == {"patient_a": True, "bone_2": True, "patient_c": False}


def test_what_was_drilled_since_hides_no_bone(begun, small_dataset):
    annotations = small_dataset.folder / "cases" / "bone_1" / "annotations"
    next(annotations.iterdir()).unlink()
    now = Dataset.open(small_dataset.folder)
    assert seen_by([begun], now.case("bone_1"), now).seen is True


def test_a_namesake_was_not_seen_for_certain_and_that_is_said(begun, namesakes):
    told = seen_by([begun], namesakes.case("bone_1"), namesakes)
    assert told.seen is None
    assert "a bone_1 of a dataset called small, but it held something else" in told.note
    assert seen_by([begun], namesakes.case("bone_3"), namesakes).seen is False


def test_where_names_are_all_that_was_noted_they_count_and_that_is_said(as_noted_before, small_dataset, tmp_path):
    told = seen_by([as_noted_before], small_dataset.case("bone_1"), small_dataset)
    assert told.seen is True
    assert "by its name" in told.note
    assert "earlier version" in told.note
    assert seen_by([as_noted_before], small_dataset.case("bone_3"), small_dataset).seen is False
    # A copy under another name would not be recognised, so nothing is said of it.
    copy = renamed(small_dataset, tmp_path / "copy", small="other")
    assert seen_by([as_noted_before], copy.case("bone_1"), copy).seen is None


def test_of_several_runs_the_one_that_has_seen_it_decides(begun, small_dataset, tmp_path):
    lone = tmp_path / "lone" / "checkpoint_best.safetensors"
    assert seen_by([lone], small_dataset.case("bone_1"), small_dataset).seen is None
    assert seen_by([lone, begun], small_dataset.case("bone_1"), small_dataset).seen is True
    assert seen_by([begun, lone], small_dataset.case("bone_3"), small_dataset).seen is None


def test_another_case_of_a_bone_that_was_seen_is_seen(begun, small_dataset):
    entries = (*small_dataset.entries[:2], replace(small_dataset.entries[2], bone="bone_1"))
    dataset = replace(small_dataset, entries=entries)
    assert seen_by([begun], dataset.case("bone_3"), dataset).seen is True
