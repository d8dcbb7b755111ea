"""The engine against sums over the voxels of each pattern, in float64 and in single precision."""

import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.pattern_sums import pattern_sums


def slow_sums(values: torch.Tensor, targets: PatternTargets) -> torch.Tensor:
    """Sum (B, C, z, y, x) with one mask for each pattern."""
    of = targets.patterns.unsqueeze(1).unsqueeze(-1) == torch.arange(len(targets.members), device=values.device)
    return (values.unsqueeze(-1) * of).sum((2, 3, 4))


def terms(logits: torch.Tensor) -> list[torch.Tensor]:
    return [logits.sigmoid(), torch.log1p(logits.exp()), logits]


def test_sums_are_those_of_the_patterns(bones):
    for ours, values in zip(
        pattern_sums(bones.logits, bones.targets, cross_entropy=True), terms(bones.logits), strict=True
    ):
        torch.testing.assert_close(ours, slow_sums(values, bones.targets), rtol=1e-12, atol=1e-10)


def test_any_function_of_the_sums_has_the_right_gradient(bones):
    weights = torch.rand(3, *bones.targets.voxels.shape, dtype=torch.float64).unsqueeze(2)
    ours = (weights * torch.stack(pattern_sums(bones.logits, bones.targets, cross_entropy=True))).sum()
    theirs = sum((w * slow_sums(v, bones.targets)).sum() for w, v in zip(weights, terms(bones.logits), strict=True))
    (expected,) = torch.autograd.grad(theirs, bones.logits)
    (slope,) = torch.autograd.grad(ours, bones.logits)
    torch.testing.assert_close(slope, expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("surgeons", [2, 12])
def test_channels_are_summed_on_their_own(make_bones, surgeons):
    bones = make_bones(surgeons)
    logits = torch.cat([bones.logits, 2 * bones.logits, -bones.logits], 1).detach().requires_grad_()
    ours = pattern_sums(logits, bones.targets, cross_entropy=True)
    for sums, values in zip(ours, terms(logits), strict=True):
        torch.testing.assert_close(sums, slow_sums(values, bones.targets), rtol=1e-12, atol=1e-10)
    weights = torch.rand(ours[0].shape, dtype=torch.float64)
    (expected,) = torch.autograd.grad((weights * slow_sums(terms(logits)[0], bones.targets)).sum(), logits)
    (slope,) = torch.autograd.grad((weights * ours.probability).sum(), logits)
    torch.testing.assert_close(slope, expected, rtol=1e-10, atol=1e-13)


def test_single_precision_is_summed_with_care():
    """A million voxels, added up one after the other in float32, would be off by 1e-4."""
    random = torch.Generator().manual_seed(0)
    masks = torch.rand(1, 7, 96, 96, 96, generator=random) < 0.3
    targets = PatternTargets.from_masks(masks)
    logits = torch.randn(1, 1, 96, 96, 96, generator=random)
    ours, exact = pattern_sums(logits, targets).probability, slow_by_bins(logits.double().sigmoid(), targets)
    torch.testing.assert_close(ours, exact, rtol=1e-6, atol=1e-2)


def slow_by_bins(values: torch.Tensor, targets: PatternTargets) -> torch.Tensor:
    each = targets.patterns.flatten().long()
    return torch.bincount(each, values.flatten(), len(targets.members)).reshape(1, 1, -1)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.half])
def test_half_precision_is_summed_as_float32(make_bones, dtype):
    bones = make_bones(7)
    logits = bones.logits.detach().to(dtype).requires_grad_()
    ours = pattern_sums(logits, bones.targets).probability
    torch.testing.assert_close(ours, slow_sums(logits.double().sigmoid(), bones.targets), rtol=1e-6, atol=1e-5)
    (slope,) = torch.autograd.grad(ours.sum(), logits)
    assert slope.dtype == dtype


def test_saturated_logits_stay_finite(make_bones):
    bones = make_bones(2)
    logits = (1e4 * bones.logits).detach().requires_grad_()
    sums = pattern_sums(logits, bones.targets, cross_entropy=True)
    (slope,) = torch.autograd.grad(torch.stack(sums).sum(), logits)
    assert torch.isfinite(torch.stack(sums)).all()
    assert torch.isfinite(slope).all()


def test_logits_of_any_memory_layout_are_taken(make_bones):
    bones = make_bones(7)
    turned = bones.logits.permute(0, 1, 4, 3, 2).contiguous().permute(0, 1, 4, 3, 2)
    assert not turned.is_contiguous()
    ours, plain = pattern_sums(turned, bones.targets), pattern_sums(bones.logits, bones.targets)
    assert torch.equal(ours.probability, plain.probability)
    torch.testing.assert_close(
        torch.autograd.grad(ours.probability[..., 1].sum(), bones.logits),
        torch.autograd.grad(plain.probability[..., 1].sum(), bones.logits),
    )


@pytest.mark.parametrize("shape", [(2, 1, 5, 6, 4), (3, 1, 5, 6, 5), (3, 5, 6, 4)])
def test_logits_of_another_shape_are_refused(make_bones, shape):
    with pytest.raises(InputError, match=r"Expected logits \(3, channels, 5, 6, 4\)"):
        pattern_sums(torch.zeros(shape), make_bones(2).targets)
