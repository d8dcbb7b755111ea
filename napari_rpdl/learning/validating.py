"""How well the network does on what only watches."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from napari_rpdl.learning.group import Group
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Batch, Bones, make_batch
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import TrainingSettings

THRESHOLD = 0.5
"""Of the mask whose Dice the validation reports."""


class Watched(NamedTuple):
    """What validation found; None where nothing watches.

    Attributes:
        loss: mean over the bones (or samples).
        dice: mean Dice of the masks at 0.5 to every surgeon who counts.
    """

    loss: float | None = None
    dice: float | None = None


@torch.inference_mode()
def validate(
    stepper: Stepper,
    network: nn.Module,
    bones: Bones,
    draws: Sequence[Draw],
    settings: TrainingSettings,
    codes: Sequence[int],
    group: Group | None = None,
) -> Watched:
    """Return the mean loss and Dice of ``network`` on the drawn bones; processes of a group share the batches."""
    if not draws:
        return Watched()
    network.eval()
    group = group or Group()
    size = settings.computation.micro_batch or settings.batch_size
    found: list[tuple[list[float], list[float]]] = []
    for first in range(0, len(draws), size)[group.rank :: group.size]:
        some = draws[first : first + size]
        batch = make_batch(bones, some, codes, settings)
        logits = stepper.logits(batch.inputs, network)
        loss = stepper.loss(logits, batch.targets).item()
        found.append(([loss] * len(some), list(_dices(logits, batch, bones, some))))
    losses, dices = (list(chain.from_iterable(each)) for each in zip(*group.gathered(found), strict=True))
    return Watched(float(np.mean(losses)), float(np.mean(dices)))


def _dices(logits: Tensor, batch: Batch, bones: Bones, draws: Sequence[Draw]) -> Iterator[float]:
    """Yield the Dice of each mask to each surgeon who counts; 1 where both are empty.

    The mask is that of the mean over the heads, as in prediction.
    """
    targets = batch.targets
    inside = (logits.sigmoid().mean(1) >= THRESHOLD).flatten(1)
    hits = torch.zeros_like(targets.voxels).flatten()
    hits.index_add_(0, targets.bins, inside.flatten()[targets.drilled].to(hits))
    shared = hits.view_as(targets.voxels) @ targets.members
    drilled = targets.voxels @ targets.members
    total = drilled + inside.sum(1, keepdim=True)
    scores = torch.where(total > 0, 2 * shared / total.clamp(min=1), 1.0).cpu()
    for row, draw in zip(scores, draws, strict=True):
        counting = bones.cases[draw.bone].present if draw.surgeon is None else [draw.surgeon]
        yield from (row[surgeon].item() for surgeon in counting)
