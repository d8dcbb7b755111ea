import pytest
import torch
from scipy.ndimage import correlate
from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.published import TensorFlowStride, build_published
from napari_rpdl.settings import NetworkSettings


def published(**settings):
    return build_published(NetworkSettings(**settings), Sizes(1), residual=True, segmentation_levels=3)


@pytest.mark.parametrize(("padding", "first"), [("tensorflow", 1), ("symmetric", 0)])
def test_strided_convolutions_stand_where_their_framework_puts_them(padding, first):
    """TensorFlow's "same" centres the first 3³ kernel of stride 2 on voxel 1, PyTorch's padding=1 on voxel 0."""
    torch.manual_seed(0)
    strided = published(stride_padding=padding).entrances[1]
    convolution = next(m for m in strided if isinstance(m, nn.Conv3d))
    features = torch.randn(1, 4, 8, 8, 8)
    padded = strided[0](features) if isinstance(strided[0], TensorFlowStride) else features
    kernel = convolution.weight.detach().numpy()[2]
    expected = sum(
        correlate(one, weights, mode="constant") for one, weights in zip(features[0].numpy(), kernel, strict=True)
    )[first::2, first::2, first::2]
    torch.testing.assert_close(convolution(padded)[0, 2].detach(), torch.from_numpy(expected), atol=1e-4, rtol=1e-4)


def test_norm_activation_and_dropout_are_keras_s():
    network = published(dropout=0.3)
    kinds = {kind: [m for m in network.modules() if isinstance(m, kind)] for kind in
             (nn.BatchNorm3d, nn.LeakyReLU, nn.Dropout3d, nn.Conv3d)}  # fmt: skip
    assert {(norm.eps, norm.momentum) for norm in kinds[nn.BatchNorm3d]} == {(1e-3, 0.01)}
    assert {activation.negative_slope for activation in kinds[nn.LeakyReLU]} == {0.3}
    assert [dropout.p for dropout in kinds[nn.Dropout3d]] == [0.3] * 5  # one for each context module, none going up
    assert all(convolution.bias.abs().max() == 0 for convolution in kinds[nn.Conv3d])


def test_weights_start_glorot_uniform():
    """Limit sqrt(6 / (fan_in + fan_out)), fans counted with the kernel's 27 voxels."""
    torch.manual_seed(0)
    weight = published(filters=16).entrances[4][1].weight
    limit = (6 / (27 * (128 + 256))) ** 0.5
    assert weight.abs().max().item() == pytest.approx(limit, rel=1e-3)
    assert weight.std().item() == pytest.approx(limit / 3**0.5, rel=1e-2)
