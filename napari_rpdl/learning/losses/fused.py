"""The pattern-sum engine as two Triton kernels, for CUDA.

What ``pattern_sums`` does with several PyTorch calls, each a walk through memory, is here
one walk forward and one backward. Forward reads a logit and a pattern for each voxel and
adds to the sums; backward reads both again, looks up dL/dS and writes the gradient. Nothing
of the size of the grid is kept in between but the patterns: with float32 logits and up to
8 surgeons 14 bytes per voxel move, with bfloat16 8.

This module imports Triton, which the CUDA builds of PyTorch bring along: ``pattern_sums``
loads it where it can be used. With TRITON_INTERPRET=1 set before, the kernels run on the
CPU, slowly, which is how they are tested where there is no GPU.
"""

# Triton compiles kernels from their source and comes without types.
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"
# ruff: noqa: ANN001, ANN202

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.autograd.function import once_differentiable

from napari_rpdl.learning.losses.targets import PatternTargets

BLOCK = 1024
"""Voxels that a program works on at once."""
BLOCKS = 8
"""Blocks that a program adds up before it adds to the sums of voxels that nobody drilled."""
COPIES = 8
"""Copies of the sums that programs add to in turn: fewer wait for each other at one address."""
MOST_SUMS = 1 << 22
"""In all copies together (32 MB); for more, there are fewer copies."""


@triton.jit
def _add_up(
    logits, patterns, sums, voxels, channels, bins, plane, programs,
    cross_entropy: tl.constexpr, exact: tl.constexpr, copies: tl.constexpr,
    block: tl.constexpr, blocks: tl.constexpr,
):  # fmt: skip
    program = tl.program_id(0)
    row = (program // programs).to(tl.int64)  # bone * channels + channel
    first = (program % programs) * block * blocks
    sums += (program % copies) * 3 * plane + row * bins
    logits += row * voxels
    patterns += row // channels * voxels
    nobody = tl.zeros([block], exact)
    nobody_softplus = tl.zeros([block], exact)
    nobody_logit = tl.zeros([block], exact)
    for number in range(blocks):
        at = first + number * block + tl.arange(0, block)
        inside = at < voxels
        z = tl.load(logits + at, mask=inside, other=0.0).to(exact)
        pattern = tl.load(patterns + at, mask=inside, other=0).to(tl.int32)
        probability = 1 / (1 + tl.exp(-z))
        drilled = inside & (pattern != 0)
        alone = inside & (pattern == 0)
        tl.atomic_add(sums + pattern, probability.to(tl.float64), mask=drilled, sem="relaxed")
        nobody += tl.where(alone, probability, 0.0)
        if cross_entropy:
            small = tl.exp(-tl.abs(z))
            above = 1 + small
            # log(1 + e) to the last digit also where 1 + e rounds (Goldberg 1991, Theorem 4).
            log1p = tl.where(above == 1, small, tl.log(above) * small / tl.where(above == 1, 1.0, above - 1))
            softplus = tl.maximum(z, 0.0) + log1p
            tl.atomic_add(sums + plane + pattern, softplus.to(tl.float64), mask=drilled, sem="relaxed")
            tl.atomic_add(sums + 2 * plane + pattern, z.to(tl.float64), mask=drilled, sem="relaxed")
            nobody_softplus += tl.where(alone, softplus, 0.0)
            nobody_logit += tl.where(alone, z, 0.0)
    tl.atomic_add(sums, tl.sum(nobody.to(tl.float64), 0), sem="relaxed")
    if cross_entropy:
        tl.atomic_add(sums + plane, tl.sum(nobody_softplus.to(tl.float64), 0), sem="relaxed")
        tl.atomic_add(sums + 2 * plane, tl.sum(nobody_logit.to(tl.float64), 0), sem="relaxed")


@triton.jit
def _look_up(
    logits, patterns, slopes, gradient, voxels, channels, bins, plane, programs,
    cross_entropy: tl.constexpr, exact: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    program = tl.program_id(0)
    row = (program // programs).to(tl.int64)
    at = (program % programs) * block + tl.arange(0, block)
    inside = at < voxels
    z = tl.load(logits + row * voxels + at, mask=inside, other=0.0).to(exact)
    pattern = tl.load(patterns + row // channels * voxels + at, mask=inside, other=0).to(tl.int32)
    slopes += row * bins
    probability = 1 / (1 + tl.exp(-z))
    slope = tl.load(slopes + pattern) * probability * (1 - probability)
    if cross_entropy:
        slope += tl.load(slopes + plane + pattern) * probability + tl.load(slopes + 2 * plane + pattern)
    tl.store(gradient + row * voxels + at, slope.to(gradient.dtype.element_ty), mask=inside)


class FusedSums(torch.autograd.Function):
    """(B, C, z, y, x) -> (3, B, C, P), float64; as ``pattern_sums._Sums``, which says what they are."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: PatternTargets, cross_entropy: bool) -> Tensor:  # noqa: ANN401  # torch
        """Keep the logits and the patterns; nothing else of their size."""
        z, patterns = logits.contiguous(), targets.patterns
        ctx.save_for_backward(z, patterns)
        ctx.bins, ctx.cross_entropy = len(targets.members), cross_entropy
        return add_up(z, patterns, ctx.bins, cross_entropy=cross_entropy)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401  # torch
        """Return dL/dz from dL/dS."""
        z, patterns = ctx.saved_tensors
        return look_up(z, patterns, gradient, cross_entropy=ctx.cross_entropy), None, None


def add_up(logits: Tensor, patterns: Tensor, bins: int, *, cross_entropy: bool) -> Tensor:
    """Return the sums of P, softplus(z) and z by pattern, float64 (3, B, C, bins).

    Args:
        logits: (B, C, z, y, x), contiguous, any floating type.
        patterns: whole numbers below ``bins`` (B, z, y, x), contiguous.
        bins: P.
        cross_entropy: else the sums of softplus(z) and z are 0.
    """
    (bones, channels), voxels = logits.shape[:2], logits[0, 0].numel()
    plane = bones * channels * bins
    copies = max(1, min(COPIES, MOST_SUMS // (3 * plane)))
    sums = torch.zeros((copies, 3, bones, channels, bins), dtype=torch.float64, device=logits.device)
    programs = triton.cdiv(voxels, BLOCK * BLOCKS)
    with torch.cuda.device_of(logits):
        _add_up[(bones * channels * programs,)](
            logits, patterns, sums, voxels, channels, bins, plane, programs,
            cross_entropy=cross_entropy, exact=_arithmetic(logits), copies=copies, block=BLOCK, blocks=BLOCKS,
        )  # fmt: skip
    return sums.sum(0)


def look_up(logits: Tensor, patterns: Tensor, slopes: Tensor, *, cross_entropy: bool) -> Tensor:
    """Return dL/dz in the type of the logits from dL/dS (3, B, C, bins); the other arguments as of ``add_up``."""
    (bones, channels), voxels = logits.shape[:2], logits[0, 0].numel()
    bins = slopes.shape[-1]
    programs = triton.cdiv(voxels, BLOCK)
    gradient = torch.empty_like(logits)
    exact = torch.float64 if logits.dtype == torch.float64 else torch.float32
    with torch.cuda.device_of(logits):
        _look_up[(bones * channels * programs,)](
            logits, patterns, slopes.to(exact).contiguous(), gradient, voxels, channels, bins, bones * channels * bins,
            programs, cross_entropy=cross_entropy, exact=_arithmetic(logits), block=BLOCK,
        )  # fmt: skip
    return gradient


def _arithmetic(logits: Tensor) -> Any:  # noqa: ANN401  # Triton comes without types
    return tl.float64 if logits.dtype == torch.float64 else tl.float32
