"""Settings and tensors small enough to train in a fraction of a second."""

import pytest
import torch

from napari_rpdl.settings import NetworkSettings, TrainingSettings


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def tiny_settings() -> TrainingSettings:
    return TrainingSettings(
        network=NetworkSettings(channels=(4, 8)), grid=16, shift=1, epochs=4, steps_per_epoch=2, threads=1, device="cpu"
    )
