"""What one run says; ``test_prediction`` holds what several runs say together."""

import dataclasses

import numpy as np
import pytest

from napari_rpdl.data.volume import Volume
from napari_rpdl.learning.inference import infer
from napari_rpdl.learning.training import train
from napari_rpdl.settings import AskingSettings

CPU = AskingSettings(device="cpu")


@pytest.fixture
def trained(tiny_settings, small_dataset, tmp_path):
    def call(loss="dice", **network):
        settings = tiny_settings.model_copy(
            update={"epochs": 1, "loss": loss, "network": tiny_settings.network.model_copy(update=network)}
        )
        list(train(settings, small_dataset, tmp_path / "run", ["bone_3"]))
        return tmp_path / "run"

    return call


def test_one_head_stands_for_all_surgeons(trained, small_case):
    opinion = infer(trained(), small_case, CPU)
    assert len(opinion.heads) == 1
    assert opinion.surgeons == ()
    assert opinion.views == 2
    assert opinion.tuned.of == {}
    assert "napari-rpdl tune" in opinion.tuned.missing
    assert 0 <= opinion.variance.min() <= opinion.variance.max() <= 0.25


def test_heads_are_named_after_the_surgeons(trained, small_dataset, small_case):
    opinion = infer(trained("surgeon-heads", surgeon_heads=True), small_case, CPU)
    assert opinion.surgeons == small_dataset.surgeons
    assert len(opinion.heads) == 3
    assert {head.shape for head in opinion.heads} == {small_case.grid.shape}


@pytest.mark.parametrize("way", ["resample", "patches"])
def test_distances_are_mirrored_with_a_left_ear(trained, small_case, way):
    run = trained(encoding="one-hot+distances")
    settings = AskingSettings(device="cpu", views="single", large_bones=way)
    mirrored = Volume(np.ascontiguousarray(small_case.labels()[:, :, ::-1]), small_case.grid)
    left = dataclasses.replace(small_case, structures=mirrored, side="left", annotations=())
    right = infer(run, small_case, settings).heads[0]
    np.testing.assert_allclose(infer(run, left, settings).heads[0][:, :, ::-1], right, atol=1e-6)


def test_distances_reach_the_network(trained, small_case):
    run = trained(encoding="distances")
    answer = infer(run, small_case, CPU).heads[0]
    without_nerve = np.where(small_case.labels() == 5, 1, small_case.labels()).astype(np.uint8)
    other = dataclasses.replace(small_case, structures=Volume(without_nerve, small_case.grid), annotations=())
    assert np.abs(infer(run, other, CPU).heads[0] - answer).max() > 1e-5
