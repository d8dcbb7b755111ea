"""The pattern-sum engine: from logits to a few numbers, and back.

Let P be the probability of a voxel and y_k whether surgeon k drilled it. Sums such as
Σ y_k P, Σ P or Σ M P, over whichever surgeons, weigh every voxel by a function of its
pattern alone, so they are linear in the pattern sums

    S_bp = Σ P over the voxels of bone b that were drilled by exactly the surgeons of p.

A loss on the K annotations of B bones is a function of these B x P numbers (P <= 2^K),
and its gradient in a voxel is a look-up of dL/dS_bp. One pass of the network and two
passes over its logits give, for any K, the loss and gradient that K repetitions of the
input give. Cross-entropies add the sums of z and of log(1 + exp(z)) of the logits z.

Nine of ten voxels were drilled by nobody: their sum is that of the bone less the rest,
so only the drilled voxels are gathered.

On CUDA two Triton kernels (``fused``) do the same in one walk each; they are used where
Triton is there and works, and where PyTorch is not asked for deterministic algorithms:
they add in whatever order the voxels come.
"""

from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import softplus

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.learning.requirements import triton_would_crash


class PatternSums(NamedTuple):
    """Sums over the voxels of each bone b, channel c and pattern p, each (B, C, P), float64.

    (float32 on Apple's GPU, which has no float64.)

    Attributes:
        probability: Σ P, P = 1 / (1 + exp(-z)).
        softplus: Σ log(1 + exp(z)) = -Σ log(1 - P); zeros where it was not asked for.
        logit: Σ z = Σ log P - Σ log(1 - P); zeros where it was not asked for.
    """

    probability: Tensor
    softplus: Tensor
    logit: Tensor


def pattern_sums(logits: Tensor, targets: PatternTargets, *, cross_entropy: bool = False) -> PatternSums:
    """Return the pattern sums of logits (B, C, z, y, x), differentiable (once).

    Args:
        logits: any floating type; half precision is summed as float32.
        targets: on the same device.
        cross_entropy: also sum softplus(z) and z, at about three times the cost.

    Raises:
        InputError: the logits have another shape than the targets.
    """
    if logits.ndim != 5 or len(logits) != targets.bones or tuple(logits.shape[2:]) != targets.shape:
        expected = f"({targets.bones}, channels, {', '.join(map(str, targets.shape))})"
        msg = f"Expected logits {expected}, as the annotations, got {tuple(logits.shape)}. Use one grid for both."
        raise InputError(msg)
    fused = fused_engine(logits.device)
    engine = _Sums if fused is None or torch.are_deterministic_algorithms_enabled() else fused.FusedSums
    sums: Tensor = engine.apply(logits, targets, cross_entropy)
    return PatternSums(*sums.unbind())


def fused_engine(device: torch.device) -> ModuleType | None:
    """Return the module ``fused`` where a device can run its kernels, else None."""
    return _try_kernels()[0] if device.type == "cuda" else None


def why_plain(device: torch.device) -> str | None:
    """Return what keeps the kernels from running on a CUDA device; None where they run, or are not meant to."""
    return _try_kernels()[1] if device.type == "cuda" else None


@cache
def _try_kernels() -> tuple[ModuleType | None, str | None]:
    """Build the kernels and run them on a voxel, once; Triton needs a C compiler, and has many ways to fail."""
    if triton_would_crash():
        return None, "Triton cannot be loaded beside this computer's software OpenGL (train in a process of its own)"
    try:
        from napari_rpdl.learning.losses import fused

        voxel = torch.zeros((1, 1, 1, 1, 1), device="cuda")
        fused.add_up(voxel, voxel[0].byte(), 1, cross_entropy=False).sum().item()
    except ImportError:
        return None, "Triton is not installed"
    except Exception as error:  # noqa: BLE001 - whatever it is, plain PyTorch does the same work
        return None, f"Triton does not work here ({type(error).__name__}: {str(error).strip()[:200]})"
    return fused, None


class _Sums(torch.autograd.Function):
    """(B, C, z, y, x) -> (3, B, C, P)."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: PatternTargets, cross_entropy: bool) -> Tensor:  # noqa: ANN401  # torch
        z = logits.reshape(*logits.shape[:2], -1)
        z = z.float() if z.dtype in (torch.half, torch.bfloat16) else z
        where = _Where.of(targets, z.shape[1])
        probability = z.sigmoid()
        sums = [where.sums(probability)]
        sums += [where.sums(softplus(z)), where.sums(z)] if cross_entropy else [torch.zeros_like(sums[0])] * 2
        ctx.save_for_backward(probability)
        ctx.where, ctx.shape, ctx.dtype, ctx.cross_entropy = where, logits.shape, logits.dtype, cross_entropy
        return torch.stack(sums)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401  # torch
        (probability,) = ctx.saved_tensors
        slopes = gradient.to(probability.dtype).unbind()
        return ctx.where.gradient(probability, slopes, ctx.cross_entropy).reshape(ctx.shape).to(ctx.dtype), None, None


class _Where(NamedTuple):
    """Which numbers of a contiguous (B, C, N) belong to which (b, c, p), except those of pattern 0.

    Attributes:
        drilled: (F C,) indices into the flattened (B, C, N).
        bins: (F C,) indices into the flattened (B, C, P).
        patterns: P.
    """

    drilled: Tensor
    bins: Tensor
    patterns: int

    @classmethod
    def of(cls, targets: PatternTargets, channels: int) -> "_Where":
        patterns = len(targets.members)
        if channels == 1:
            return cls(targets.drilled, targets.bins, patterns)
        rank = torch.arange(channels, device=targets.bins.device)[:, None]
        # Bone b, channel c comes after b (C - 1) + c more of them than bone b alone.
        later = targets.bins.div(patterns, rounding_mode="floor") * (channels - 1) + rank
        drilled = targets.drilled + later * targets.grid_voxels
        return cls(drilled.reshape(-1), (targets.bins + later * patterns).reshape(-1), patterns)

    def sums(self, values: Tensor) -> Tensor:
        """Sum contiguous (B, C, N) by pattern, (B, C, P)."""
        exact = values.dtype if values.device.type == "mps" else torch.float64
        total = values.sum(-1).to(exact)
        sums = total.new_zeros(total.numel() * self.patterns)
        sums.index_add_(0, self.bins, self._gathered(values).to(exact))
        sums = sums.reshape(*total.shape, self.patterns)
        sums[..., 0] = total - sums.sum(-1)
        return sums

    def gradient(self, probability: Tensor, slopes: tuple[Tensor, ...], cross_entropy: bool) -> Tensor:
        """Return dL/dz (B, C, N) from P and dL/dS, each (B, C, P): one look-up per drilled voxel."""
        nobody = [slope[..., :1] for slope in slopes]
        each = [slope.reshape(-1).index_select(0, self.bins) for slope in slopes[: 3 if cross_entropy else 1]]
        gradient = _slope(probability, nobody, cross_entropy)
        drilled = _slope(self._gathered(probability), each, cross_entropy)
        gradient.view(-1).scatter_(0, self.drilled, drilled)
        return gradient

    def _gathered(self, values: Tensor) -> Tensor:
        return values.reshape(-1).index_select(0, self.drilled)


def _slope(probability: Tensor, slopes: list[Tensor], cross_entropy: bool) -> Tensor:
    """Return dL/dz = dL/dP P (1 - P) + dL/dsoftplus P + dL/dz, broadcasting."""
    slope: Tensor = torch.ops.aten.sigmoid_backward(slopes[0].expand_as(probability), probability)
    return slope.addcmul_(slopes[1], probability).add_(slopes[2]) if cross_entropy else slope
