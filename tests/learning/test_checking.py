"""Trainings that cannot work are refused before their folder is made; what was begun goes on."""

import dataclasses

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.errors import InputError
from napari_rpdl.learning import checking
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.sampling import pack
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import NetworkSettings, TrainingSettings

MED3D = {"name": "med3d", "channels": NetworkSettings().channels}


def changed(settings: TrainingSettings, changes: dict) -> TrainingSettings:
    given = settings.model_dump()
    for name, value in changes.items():
        given[name] = given[name] | value if isinstance(value, dict) else value
    return TrainingSettings.model_validate(given)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"network": {"filters": 8}}, "filters is 8, which would change nothing"),
        ({"network": {"name": "isensee17"}, "grid": 32}, "channels is 4 8, which would change nothing"),
        ({"network": {"name": "unet", "weights": "resnet_50.pth"}}, "weights is .* only with the network med3d"),
        ({"loss": "dice", "loss_options": {"vote_weights": (-1, 1)}}, "vote_weights is -1.0 1.0"),
        ({"shift": 16}, "out of a grid of 16"),
        ({"optimisation": {"warm_up": 5}}, "Lower warm_up"),
        ({"loss": "surgeon-heads"}, "Switch surgeon_heads on"),
        ({"network": {"surgeon_heads": True}}, 'Choose the loss "surgeon-heads"'),
        ({"grid": 18, "network": {"channels": (4, 8, 16)}}, "multiple of 4"),
        ({"loss": "rpdl", "rpmap": {"worths": (-1, 0.5, 1)}}, "Expected 4 weights, .* got 3"),
        ({"loss": "rpdl", "rpmap": {"worths": (-1, -0.5, -0.5, 0)}}, "rewards nothing"),
        ({"validation": "random", "validation_share": 0.9}, "cannot be divided"),
    ],
)
def test_a_training_that_cannot_work_leaves_no_folder(changes, says, tiny_settings, small_dataset, tmp_path):
    with pytest.raises(InputError, match=says):
        list(train(changed(tiny_settings, changes), small_dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()


def test_weights_that_cannot_be_read_leave_no_folder(tiny_settings, small_dataset, tmp_path):
    (tmp_path / "resnet_50.pth").write_bytes(b"not weights")
    settings = changed(tiny_settings, {"network": MED3D | {"weights": str(tmp_path / "resnet_50.pth")}, "grid": 64})
    with pytest.raises(InputError, match=r"resnet_50\.pth could not be read as weights"):
        list(train(settings, small_dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()


@pytest.fixture
def undrilled(small_dataset, tmp_path):
    """Return the small dataset, in which nobody drilled some of the bones."""

    def make(bones):
        about = {"name": "undrilled", "table": small_dataset.table, "origin": "test", "licence": "MIT"}
        with DatasetWriter(tmp_path / "undrilled", surgeons=small_dataset.surgeons, **about) as writer:
            for case in small_dataset:
                nothing = tuple(dataclasses.replace(one, mask=np.zeros_like(one.mask)) for one in case.annotations)
                writer.add(dataclasses.replace(case, annotations=nothing) if case.bone in bones else case)
        return Dataset.open(tmp_path / "undrilled")

    return make


def test_bones_that_nobody_drilled_are_refused_before_there_is_a_folder(tiny_settings, undrilled, tmp_path):
    with pytest.raises(InputError, match="hold no drilled region"):
        list(train(tiny_settings, undrilled(["bone_1", "bone_2", "bone_3"]), tmp_path / "run", []))
    assert not (tmp_path / "run").exists()


def test_a_bone_that_nobody_drilled_does_not_watch_alone(tiny_settings, undrilled, small_dataset, tmp_path):
    """It would call the network best that drills least; another seed draws another bone."""
    drawn = {}
    for seed in range(9):
        settings = tiny_settings.model_copy(update={"seed": seed, "epochs": 1})
        list(train(settings, small_dataset, tmp_path / f"seed_{seed}", []))
        drawn[seed] = Run.open(tmp_path / f"seed_{seed}").record.validation_cases
    bone = drawn[0]
    other = next(seed for seed in drawn if drawn[seed] != bone)
    dataset = undrilled(bone)
    with pytest.raises(InputError, match=rf"watches the training \({bone[0]}\).*choose another seed"):
        list(train(tiny_settings, dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()
    assert list(train(tiny_settings.model_copy(update={"seed": other}), dataset, tmp_path / "run", []))
    two = tiny_settings.model_copy(update={"validation_bones": 2})
    assert list(train(two, dataset, tmp_path / "two", []))


def test_a_run_that_began_with_what_has_no_effect_goes_on(tiny_settings, small_dataset, tmp_path, monkeypatch):
    settings, run = changed(tiny_settings, {"network": {"filters": 16}}), tmp_path / "run"
    with monkeypatch.context() as before:  # as a run that is older than the check
        before.setattr(checking, "check_effect", lambda _: None)
        work = train(settings, small_dataset, run, [])
        while not isinstance(next(work), EpochEnded):
            pass
        work.close()
    with pytest.raises(InputError, match="filters is 16"):
        checking.check_settings(Run.open(run).settings)
    assert [event.epoch for event in resume(small_dataset, run) if isinstance(event, EpochEnded)] == [2, 3, 4]


def test_the_share_of_drilled_voxels_counts_every_annotation_alike(tiny_settings, small_dataset):
    cases = [pack(small_dataset.case(c), tiny_settings, True, small_dataset.surgeons) for c in small_dataset.case_ids]
    masks = np.concatenate([case.masks().reshape(len(case.present), -1) for case in cases])
    assert checking.foreground_of(cases) == pytest.approx(masks.mean())
    assert 0 < masks.mean() < 1
