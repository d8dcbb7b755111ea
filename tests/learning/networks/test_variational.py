import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.variational import VariationalBranch, divergence, reconstruction_error


def test_divergence_is_twice_the_kullback_leibler_of_the_latents_per_voxel():
    """The paper leaves the factor 1/2 out; PyTorch's closed form of the divergence has it."""
    torch.manual_seed(0)
    mean, deviation = torch.randn(3, 5, dtype=torch.float64), torch.rand(3, 5, dtype=torch.float64) + 0.1
    closed_form = kl_divergence(Normal(mean, deviation), Normal(0.0, 1.0)).sum(1).mean()
    assert divergence(mean, deviation, 1000).item() == pytest.approx(2 * closed_form.item() / 1000, rel=1e-5)


def test_divergence_has_the_scale_of_the_paper():
    """128 latents a standard deviation off at 64 voxels: 128 / 262 144; none off: 0."""
    ones, zeros = torch.ones(2, 128), torch.zeros(2, 128)
    assert divergence(ones, ones, 64**3).item() == pytest.approx(128 / 262_144, rel=1e-4)
    assert divergence(zeros, ones, 64**3).item() == pytest.approx(0, abs=1e-9)
    assert torch.isfinite(divergence(zeros, zeros, 64**3))


def test_squared_error_is_a_mean_over_voxels_channels_and_batch():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 2, 3, 4, 4, 4))
    error = reconstruction_error(torch.from_numpy(a), torch.from_numpy(b), "squared-error")
    assert error.item() == pytest.approx(np.mean((a - b) ** 2))


def test_cross_entropy_is_the_mean_surprise_at_each_voxel_s_structure():
    random = np.random.default_rng(0)
    logits, labels = random.normal(size=(2, 3, 2, 2, 2)), random.integers(0, 3, (2, 2, 2, 2))
    one_hot = np.moveaxis(np.eye(3)[labels], -1, 1)
    probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log((probability * one_hot).sum(1)).mean()
    error = reconstruction_error(torch.from_numpy(logits), torch.from_numpy(one_hot), "cross-entropy")
    assert error.item() == pytest.approx(expected)


def test_the_branch_returns_to_the_input_s_shape_through_128_means_and_128_deviations():
    branch = VariationalBranch(channels=3, filters=8, grid=32)
    assert branch.statistics.in_features == 16 * 2**3
    assert branch.statistics.out_features == 256
    told = branch(torch.randn(2, 64, 4, 4, 4))
    assert told.logits.shape == (2, 3, 32, 32, 32)
    assert told.divergence.item() > 0
    assert not torch.equal(told.logits, branch(torch.randn(2, 64, 4, 4, 4)).logits)


def test_another_grid_is_refused_with_the_remedy():
    branch = VariationalBranch(channels=1, filters=8, grid=32)
    with pytest.raises(InputError, match="built for a grid of 32 voxels, got 64"):
        branch(torch.zeros(1, 64, 8, 8, 8))
