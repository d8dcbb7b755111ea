"""Bones in float64, and the straightforward way to the same sums: the input repeated for each surgeon."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from napari_rpdl.learning.losses import PatternTargets

SHAPE = (5, 6, 4)


@dataclass(frozen=True)
class Repeated:
    """Three bones: what our losses take, and the same repeated for each surgeon who drilled.

    Attributes:
        logits: (B, 1, z, y, x) float64, a leaf.
        masks: (B, K, z, y, x) float64.
        present: (B, K) bool; one surgeon of the second bone did not drill it (if K > 1).
        targets: what our losses take; what absent surgeons drilled is in there, to be ignored.
    """

    logits: Tensor
    masks: Tensor
    present: Tensor
    targets: PatternTargets

    def rows(self) -> list[tuple[int, Tensor, Tensor]]:
        """Return (bone, z, y) for each surgeon of each bone, z and y flat."""
        return [
            (b, self.logits[b, 0].flatten(), self.masks[b, k].flatten())
            for b in range(len(self.masks))
            for k in range(self.masks.shape[1])
            if self.present[b, k]
        ]

    def votes(self, bone: int) -> Tensor:
        """Return the votes of those who drilled the bone, flat."""
        return self.masks[bone][self.present[bone]].sum(0).flatten()

    def surgeons(self, bone: int) -> int:
        """Return how many drilled the bone."""
        return int(self.present[bone].sum())


def repeated(surgeons: int) -> Repeated:
    random = torch.Generator().manual_seed(surgeons)
    # Blobs in common make patterns repeat, as they do on bones.
    common = torch.rand(3, 1, *SHAPE, generator=random) < 0.4
    masks = common & (torch.rand(3, surgeons, *SHAPE, generator=random) < 0.6)
    present = torch.ones(3, surgeons, dtype=torch.bool)
    present[1, -1] = surgeons == 1
    logits = 2 * torch.randn(3, 1, *SHAPE, generator=random, dtype=torch.float64)
    targets = PatternTargets.from_masks(masks, present.float())
    return Repeated(logits.requires_grad_(), masks.double(), present, targets)


@pytest.fixture
def make_bones() -> Callable[..., Repeated]:
    return repeated


@pytest.fixture(params=[1, 2, 7, 12], ids=lambda k: f"K={k}")
def bones(request: pytest.FixtureRequest) -> Repeated:
    return repeated(request.param)


@pytest.fixture
def assert_same() -> Callable[[Tensor, Tensor, Tensor], None]:
    """Compare two scalars and their gradients with respect to a leaf."""

    def check(ours: Tensor, theirs: Tensor, leaf: Tensor) -> None:
        torch.testing.assert_close(ours, theirs.to(ours.dtype), rtol=1e-10, atol=1e-12)
        (our_slope,) = torch.autograd.grad(ours, leaf, retain_graph=True)
        (their_slope,) = torch.autograd.grad(theirs, leaf, retain_graph=True)
        assert our_slope.abs().max() > 0
        torch.testing.assert_close(our_slope, their_slope, rtol=1e-9, atol=1e-13)

    return check
