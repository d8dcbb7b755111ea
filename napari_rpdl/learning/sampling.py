"""Bones in memory and batches of them.

A bone is read and resampled once. It is kept as one byte per voxel of structures and
one bit per voxel and surgeon: half a megabyte at 64 voxels with up to eight surgeons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_rpdl.consensus.rpmap import rpmap
from napari_rpdl.consensus.votes import Votes, vote_dtype
from napari_rpdl.data.case import Case
from napari_rpdl.data.resampling import resample_labels, resample_mask
from napari_rpdl.data.volume import Volume
from napari_rpdl.learning.augmentation import (
    AS_IT_IS,
    Axes,
    Orientation,
    apply_orientation,
    apply_shift,
    draw_orientation,
    draw_shift,
)
from napari_rpdl.learning.encoding import encode
from napari_rpdl.settings import TrainingSettings


@dataclass(frozen=True, slots=True, eq=False)
class PackedCase:
    """A bone on the network's grid.

    Attributes:
        case_id: which case.
        structures: uint8 codes (n, n, n).
        packed: uint8 (ceil(K / 8), n, n, n); the bits of the surgeons' masks.
        surgeons: K, how many drilled it.
    """

    case_id: str
    structures: NDArray[np.uint8]
    packed: NDArray[np.uint8]
    surgeons: int

    def masks(self) -> NDArray[np.bool_]:
        """Return what each surgeon drilled, (K, n, n, n)."""
        return np.unpackbits(self.packed, axis=0, count=self.surgeons).view(np.bool_)

    def votes(self) -> Votes:
        """Return how many surgeons drilled each voxel, (n, n, n)."""
        votes: Votes = self.masks().sum(0, dtype=vote_dtype(self.surgeons))
        return votes

    def foreground(self) -> float:
        """Return the share of voxels that a surgeon drilled, mean over the surgeons."""
        return float(self.votes().mean()) / self.surgeons


class Batch(NamedTuple):
    """What the network sees and what the loss compares it with, on one device.

    Attributes:
        inputs: float32 (B, channels, n, n, n).
        targets: float32 (B, 1, n, n, n); share of the surgeons who drilled each voxel.
        rpmap: float32 (B, 1, n, n, n).
        weights: float32 (B, 1); the number of surgeons that each target stands for.
            Bones with different numbers of surgeons may share a batch.
    """

    inputs: Tensor
    targets: Tensor
    rpmap: Tensor
    weights: Tensor


class Draw(NamedTuple):
    """One place in a batch: which of the training bones, in which orientation, moved by how much."""

    bone: int
    orientation: Orientation = AS_IT_IS
    shift: Axes = (0, 0, 0)


def network_structures(case: Case, grid: int, right_ears: bool) -> NDArray[np.uint8]:
    """Return the structures of a case on a cube of ``grid`` voxels.

    Args:
        case: any grid.
        grid: voxels along each axis.
        right_ears: mirror the bone if it is a left ear.

    Raises:
        InputError: the case has no structures.
    """
    volume = Volume(case.labels(), case.grid)
    return to_right(resample_labels(volume, (grid, grid, grid)).voxels, case, right_ears)


def pack(case: Case, grid: int, right_ears: bool) -> PackedCase:
    """Resample a case with its annotations; arguments as of ``network_structures``."""
    shape = (grid, grid, grid)
    masks = [to_right(resample_mask(mask, shape), case, right_ears) for mask in case.masks()]
    structures = network_structures(case, grid, right_ears)
    return PackedCase(case.case_id, structures, np.packbits(np.stack(masks), axis=0), len(masks))


def to_right(volume: NDArray[Any], case: Case, right_ears: bool) -> NDArray[Any]:
    """Mirror a volume (z, y, x) of a left ear to a right one if ``right_ears``; its own inverse."""
    return volume[:, :, ::-1] if right_ears and case.side == "left" else volume


def draw_epoch(bones: int, settings: TrainingSettings, epoch: int) -> Iterator[list[Draw]]:
    """Yield what each batch of an epoch holds; a function of the seed and the epoch alone.

    Bones come in random order, each once before any comes again; a batch may therefore
    hold a bone twice only where there are fewer bones than places.
    """
    rng = np.random.default_rng([settings.seed, epoch])
    order: list[int] = []
    for _ in range(settings.steps_per_epoch):
        while len(order) < settings.batch_size:
            order += rng.permutation(bones).tolist()
        picked, order = order[: settings.batch_size], order[settings.batch_size :]
        yield [
            Draw(bone, draw_orientation(settings.augmentation, rng), draw_shift(settings.shift, rng)) for bone in picked
        ]


def make_batch(
    cases: Sequence[PackedCase],
    draws: Sequence[Draw],
    codes: Sequence[int],
    settings: TrainingSettings,
    device: torch.device,
) -> Batch:
    """Return the drawn bones, each with input, target and RPMap turned and moved alike."""
    examples = [_example(cases[draw.bone], draw, settings) for draw in draws]
    structures, shares, maps = (torch.stack(tensors).to(device) for tensors in zip(*examples, strict=True))
    return Batch(
        inputs=encode(structures, codes, settings.network),
        targets=shares.unsqueeze(1),
        rpmap=maps.unsqueeze(1),
        weights=torch.tensor([[float(cases[draw.bone].surgeons)] for draw in draws], device=device),
    )


def _example(case: PackedCase, draw: Draw, settings: TrainingSettings) -> tuple[Tensor, Tensor, Tensor]:
    """Return structures (uint8), vote shares and RPMap (float32) of one bone, (n, n, n) each."""
    votes = case.votes()
    share = np.divide(votes, case.surgeons, dtype=np.float32)
    volumes = (case.structures, share, rpmap(votes, case.surgeons, settings.rpmap))
    structures, shares, worth = (
        apply_shift(apply_orientation(torch.from_numpy(np.ascontiguousarray(volume)), draw.orientation), draw.shift)
        for volume in volumes
    )
    return structures, shares, worth
