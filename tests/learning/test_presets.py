"""The paper's and the published code's preset from the first step to a score, at a size that a test can afford.

Phantom (synthetic) sample bones. Smaller than the presets: grid 32 (the least that halves
four times) instead of 64, batches of 2 instead of 64 or 16, epochs of 2 steps instead of
hundreds, 3 training bones, and a smaller share of samples watches. Everything else is the preset's.
"""

import os
import signal

import pytest
import torch

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.process import Child, Job
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import PRESETS, PredictionSettings

SMALL = {"grid": 32, "batch_size": 2, "steps_per_epoch": 2, "epochs": 3, "validation_share": 0.002}
HERE = {"threads": 1, "device": "cpu"}
AT_THE_START = {"paper": 0.8, "published-code": 1.2}
"""Both start from P = 0.5: Eq. (3) just below 1, the published loss far above the empty mask's 1."""
PARAMETERS = {"paper": 8_268_035 - 98, "published-code": 518_073}
"""Of the published U-net with 16 filters (its Isensee17 less the two coarser segmentation layers), and with 4."""


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("name", PARAMETERS)
def test_a_preset_trains_is_killed_goes_on_predicts_and_is_scored(name, tmp_path):
    dataset = Dataset.open(sample_dataset_folder())
    settings = PRESETS[name].model_copy(update=SMALL | HERE)
    held_out = dataset.case_ids[3:]
    whole = list(train(settings, dataset, tmp_path / "whole", held_out))
    assert isinstance(whole[-1], TrainingEnded)
    epochs = [event for event in whole if isinstance(event, EpochEnded)]
    assert [event.learning_rate for event in epochs] == [1e-4] * 3
    assert AT_THE_START[name] < epochs[0].training_loss < 1.8
    assert all(event.validation_loss is not None for event in epochs)

    run = tmp_path / "killed"
    job = Job(dataset=str(dataset.folder), run=str(run), settings=settings, hold_out=held_out)
    child = Child("napari_rpdl.learning.child", job.model_dump_json())
    next(event for event in child.events() if isinstance(event, EpochEnded) and event.epoch == 1)
    os.kill(child.pid, signal.SIGKILL)
    child.stop()
    assert Run.open(run).state == "resumable"
    list(resume(dataset, run))
    ours, theirs = (
        read_checkpoint(folder / "checkpoint_last.safetensors", True) for folder in (run, tmp_path / "whole")
    )
    assert all(torch.equal(tensor, theirs.tensors[key]) for key, tensor in ours.tensors.items())
    assert sum(p.numel() for p in ours.build_network().parameters()) == PARAMETERS[name]

    case = dataset.case(held_out[0])
    prediction = predict(run, case, PredictionSettings(device="cpu"))
    scores = score(prediction.mask(), case)
    assert prediction.probabilities.shape == case.grid.shape
    assert scores.surgeons == dataset.surgeons
    assert 0 <= scores.dice_mean <= scores.oracle_dice < 1
    assert scores.volume_ratio > 0, "in so few steps the mask is still too large, not empty"
