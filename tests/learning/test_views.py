import numpy as np
import pytest
import torch
from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS, CUBE_GROUP, LEFT_RIGHT, apply_orientation
from napari_rpdl.learning.views import ask, choose_views, inverse
from napari_rpdl.settings import AskingSettings, NetworkSettings, TrainingSettings

CODES = (0, 1, 2, 3)
CPU = torch.device("cpu")
SETTINGS = TrainingSettings(network=NetworkSettings(encoding="one-hot"))


class Tilted(nn.Module):
    """A network that prefers one corner: its logits depend on place and structure, for two heads."""

    def forward(self, inputs):
        z, y, x = torch.meshgrid(*(torch.linspace(-1, 1, n) for n in inputs.shape[2:]), indexing="ij")
        code = inputs.argmax(1, keepdim=True)
        return torch.cat([code * x + 2 * y, code - z], dim=1)


@pytest.fixture
def cube():
    return np.random.default_rng(0).integers(0, 4, (6, 6, 6), np.uint8)


def answer(cube, views):
    static = np.empty((0, *cube.shape), np.float16)
    return ask(Tilted().eval(), cube, static, views, CODES, SETTINGS, CPU)


@pytest.mark.parametrize("orientation", CUBE_GROUP)
def test_every_orientation_is_undone_by_its_inverse(orientation):
    volume = torch.arange(4**3).reshape(4, 4, 4)
    turned = apply_orientation(volume, orientation)
    assert torch.equal(apply_orientation(turned, inverse(orientation)), volume)


def test_one_view_is_the_networks_own_answer_and_varies_not(cube):
    one = answer(cube, (AS_IT_IS,))
    onehot = np.stack([cube == code for code in CODES])[None].astype(np.float32)
    own = Tilted()(torch.from_numpy(onehot)).sigmoid()[0].numpy()
    np.testing.assert_allclose(one[:2], own, atol=1e-6)
    assert one.shape == (3, 6, 6, 6)
    assert not one[2].any()


def test_mean_and_variance_are_those_of_the_single_views(cube):
    both = answer(cube, (AS_IT_IS, LEFT_RIGHT))
    plain = answer(cube, (AS_IT_IS,))[:2]
    mirrored = answer(np.ascontiguousarray(cube[:, :, ::-1]), (AS_IT_IS,))[:2, :, :, ::-1]
    np.testing.assert_allclose(both[:2], (plain + mirrored) / 2, atol=1e-6)
    np.testing.assert_allclose(both[2], np.var([plain.mean(0), mirrored.mean(0)], axis=0), atol=1e-6)


def test_asked_in_all_orientations_a_network_answers_alike_for_all(cube):
    upright = answer(cube, CUBE_GROUP)
    turned = answer(np.ascontiguousarray(np.rot90(cube, axes=(0, 2))), CUBE_GROUP)
    np.testing.assert_allclose(turned, np.rot90(upright, axes=(1, 3)), atol=1e-5)


def test_what_else_the_network_sees_is_turned_with_the_bone(cube):
    class Sum(nn.Module):
        def forward(self, inputs):
            return inputs.sum(1, keepdim=True)

    settings = TrainingSettings(network=NetworkSettings(encoding="one-hot+distances"))
    static = np.random.default_rng(1).random((2, 6, 6, 6)).astype(np.float16)
    said = ask(Sum().eval(), cube, static, CUBE_GROUP, CODES, settings, CPU)
    expected = 1 / (1 + np.exp(-(1 + static.astype(np.float32).sum(0))))
    np.testing.assert_allclose(said[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("augmentation", "views", "count"),
    [
        ("none", "learned", 1), ("none", "single", 1),
        ("mirror", "learned", 2), ("mirror", "single", 1), ("mirror", "mirror", 2),
        ("cube", "learned", 2), ("cube", "mirror", 2), ("cube", "cube", 48),
    ],
)  # fmt: skip
def test_views_follow_what_training_drew(augmentation, views, count):
    training = TrainingSettings(augmentation=augmentation)
    assert len(set(choose_views(AskingSettings(views=views), training))) == count


@pytest.mark.parametrize(("augmentation", "views"), [("none", "mirror"), ("none", "cube"), ("mirror", "cube")])
def test_views_that_training_never_showed_are_refused(augmentation, views):
    with pytest.raises(InputError, match=f'train with augmentation "{views}"'):
        choose_views(AskingSettings(views=views), TrainingSettings(augmentation=augmentation))
