import numpy as np
import pytest
import torch
from torch import nn

from napari_rpdl.learning.augmentation import LEFT_RIGHT
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Bones, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.learning.validating import Watched, validate
from napari_rpdl.settings import ComputationSettings, TrainingSettings

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(grid=16, batch_size=2)


class _Bone(nn.Module):
    """Calls everything of code 1 (channel 1 of the one-hot input) drilled."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, inputs):
        return 20 * inputs[:, 1:2] - 10 + self.weight


class _Heads(_Bone):
    """Two surgeons drill what ``_Bone`` calls drilled, the first, less sure of it, does not."""

    def forward(self, inputs):
        bone = super().forward(inputs)
        return torch.cat([-bone / 20, bone, bone], 1)


def watched(dataset, draws, network=None, settings=SETTINGS):
    bones = Bones([pack(case, settings, True) for case in dataset], CPU)
    network = network or _Bone()
    stepper = Stepper(network, make_loss(settings, 0.05), ComputationSettings(), CPU)
    return validate(stepper, network, bones, draws, settings, dataset.table.codes)


def plain_dice(a, b):
    return 2 * np.logical_and(a, b).sum() / (a.sum() + b.sum())


def test_dice_is_the_mean_over_bones_and_surgeons(small_dataset):
    expected = [plain_dice(case.labels() == 1, mask) for case in small_dataset for mask in case.masks()]
    found = watched(small_dataset, [Draw(0), Draw(1, LEFT_RIGHT), Draw(2)])
    assert found.dice == pytest.approx(np.mean(expected), rel=1e-6)


def test_heads_are_asked_for_their_mean(small_dataset):
    settings = SETTINGS.model_copy(update={"loss": "surgeon-heads"})
    heads = watched(small_dataset, [Draw(0)], _Heads(), settings)
    assert heads.dice == watched(small_dataset, [Draw(0)]).dice


def test_a_repeated_pass_is_compared_with_its_surgeon(small_dataset):
    case = small_dataset.case("bone_2")
    found = watched(small_dataset, [Draw(1, surgeon=2)])
    assert found.dice == pytest.approx(plain_dice(case.labels() == 1, case.masks()[2]), rel=1e-6)


def test_the_loss_is_a_mean_over_bones(small_dataset):
    alone = [watched(small_dataset, [Draw(i)]).loss for i in (0, 1)]
    both = watched(small_dataset, [Draw(0), Draw(1), Draw(0)]).loss
    pair = watched(small_dataset, [Draw(0), Draw(1)]).loss
    assert both == pytest.approx((2 * pair + alone[0]) / 3, rel=1e-6)


def test_nothing_watches(small_dataset):
    assert watched(small_dataset, []) == Watched(None, None)
