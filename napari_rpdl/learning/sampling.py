"""Bones in memory and batches of them.

A bone is read and resampled once. It is kept as one byte per voxel of structures and
one bit per voxel and surgeon: half a megabyte at 64 voxels with up to eight surgeons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_rpdl.consensus.votes import Votes, vote_dtype
from napari_rpdl.data.case import Case
from napari_rpdl.data.resampling import resample_labels, resample_mask
from napari_rpdl.data.volume import Spacing, Volume
from napari_rpdl.learning.augmentation import apply_orientation, apply_shift
from napari_rpdl.learning.deformation import apply_deformation
from napari_rpdl.learning.encoding import encode, static_channels
from napari_rpdl.learning.fingerprints import bone_fingerprint, fingerprint
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.learning.plan import Draw
from napari_rpdl.settings import TrainingSettings


@dataclass(frozen=True, slots=True, eq=False)
class PackedCase:
    """A bone on the network's grid.

    Attributes:
        case_id: which case.
        structures: uint8 codes (n, n, n).
        packed: uint8 (ceil(K / 8), n, n, n); the bits of the surgeons' masks.
        surgeons: K, how many the masks are of; those who did not drill this bone are empty.
        present: indices of those who drilled it.
        static: float16 (c, n, n, n); what else the network sees, see ``encoding.static_channels``.
        voxel_mm: size (z, y, x) of a voxel of this grid; None where nobody has said it.
        fingerprint: of the case before it was resampled, see ``fingerprints``.
        bone_fingerprint: the same, of the bone alone.
    """

    case_id: str
    structures: NDArray[np.uint8]
    packed: NDArray[np.uint8]
    surgeons: int
    present: tuple[int, ...]
    static: NDArray[np.float16]
    voxel_mm: Spacing | None = None
    fingerprint: str = ""
    bone_fingerprint: str = ""

    def masks(self) -> NDArray[np.bool_]:
        """Return what each surgeon who drilled it drilled, (K', n, n, n)."""
        masks = np.unpackbits(self.packed, axis=0, count=self.surgeons).view(np.bool_)
        return masks if len(self.present) == self.surgeons else masks[list(self.present)]

    def undrilled(self) -> tuple[int, ...]:
        """Return the indices of those present whose mask holds no voxel."""
        return tuple(index for index, mask in zip(self.present, self.masks(), strict=True) if not mask.any())

    def votes(self) -> Votes:
        """Return how many surgeons drilled each voxel, (n, n, n)."""
        votes: Votes = self.masks().sum(0, dtype=vote_dtype(self.surgeons))
        return votes

    def foreground(self) -> float:
        """Return the share of voxels that a surgeon drilled, mean over the surgeons."""
        return float(self.votes().mean()) / len(self.present)


class Batch(NamedTuple):
    """What the network sees and what the loss compares it with, on one device.

    Attributes:
        inputs: float32 (B, channels, n, n, n); where several processes train together, of
            those bones that this one passes.
        targets: who drilled where, and who counts; of all bones.
    """

    inputs: Tensor
    targets: PatternTargets


class Bones:
    """Bones in the memory of the device that computes, one byte per voxel for each plane of bits.

    Attributes:
        cases: what they hold, on the CPU.
        volumes: uint8 (N, 1 + P, n, n, n); the structures, then the packed masks of the
            surgeons. Bones with fewer surgeons are filled up with empty masks.
        static: float16 (N, c, n, n, n); what else the network sees, None for nothing.
    """

    def __init__(self, cases: Sequence[PackedCase], device: torch.device) -> None:
        planes = max((len(case.packed) for case in cases), default=0)
        volumes = [np.concatenate([c.structures[None], c.packed, *_nobody(c, planes)]) for c in cases]
        self.cases = tuple(cases)
        self.volumes = torch.from_numpy(np.stack(volumes)).to(device) if volumes else torch.empty(0)
        shown = [case.static for case in cases if len(case.static)]
        self.static = torch.from_numpy(np.stack(shown)).to(device) if shown else None

    def __len__(self) -> int:
        return len(self.cases)


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


def pack(case: Case, settings: TrainingSettings, right_ears: bool, surgeons: Sequence[str] = ()) -> PackedCase:
    """Resample a case with its annotations.

    Args:
        case: any grid.
        settings: grid and encoding.
        right_ears: mirror the bone if it is a left ear.
        surgeons: names of those of the whole dataset, in the order that their masks get;
            empty: those of the case.

    Raises:
        InputError: the case has no structures, or lacks what the encoding shows.
    """
    shape, order = (settings.grid,) * 3, surgeons or case.surgeons
    masks = np.zeros((len(order), *shape), np.bool_)
    present = tuple(index for index, surgeon in enumerate(order) if surgeon in case.surgeons)
    for index in present:
        masks[index] = to_right(resample_mask(case.annotation(order[index]).mask, shape), case, right_ears)
    structures = network_structures(case, settings.grid, right_ears)
    mirrored = right_ears and case.side == "left"
    static = static_channels(case, structures, case.table, settings.network, mirrored=mirrored)
    voxel_mm = case.grid.resampled(shape).spacing_mm
    packed = np.packbits(masks, axis=0)
    seen = {"fingerprint": fingerprint(case), "bone_fingerprint": bone_fingerprint(case)}
    return PackedCase(case.case_id, structures, packed, len(order), present, static, voxel_mm, **seen)


def to_right(volume: NDArray[Any], case: Case, right_ears: bool) -> NDArray[Any]:
    """Mirror a volume (z, y, x) of a left ear to a right one if ``right_ears``; its own inverse."""
    return volume[:, :, ::-1] if right_ears and case.side == "left" else volume


def make_batch(
    bones: Bones,
    draws: Sequence[Draw],
    codes: Sequence[int],
    settings: TrainingSettings,
    shown: slice = slice(None),
) -> Batch:
    """Return the drawn bones, each with structures and annotations turned, moved and bent alike.

    Structures and packed masks are whole-number labels: voxels are moved, never mixed.
    ``shown`` says which of the bones this process passes through the network; where that is
    none, the first stands in for them.
    """
    volumes = torch.stack([_drawn(bones.volumes[draw.bone], draw) for draw in draws])
    weights, present = _roll([bones.cases[draw.bone] for draw in draws], draws)
    targets = PatternTargets.from_packed(volumes[:, 1:], weights.shape[1], weights, present)
    shown = shown if draws[shown] else slice(1)
    static = None if bones.static is None else torch.stack([_drawn(bones.static[d.bone], d) for d in draws[shown]])
    return Batch(encode(volumes[shown, 0], codes, settings.network, static), targets)


def _drawn(volume: Tensor, draw: Draw) -> Tensor:
    turned = apply_orientation(volume, draw.orientation)
    bent = apply_deformation(turned, draw.deformation)
    return bent if draw.shift == (0, 0, 0) else apply_shift(bent, draw.shift)


def _roll(cases: Sequence[PackedCase], draws: Sequence[Draw]) -> tuple[Tensor, Tensor]:
    """Return how often each surgeon counts, (B, K), and who drilled the bone at all, bool (B, K).

    Surgeons whose turn it is not do not count, but belong to the RPMap.
    """
    present = torch.zeros(len(draws), max(case.surgeons for case in cases), dtype=torch.bool)
    for row, case in zip(present, cases, strict=True):
        row[list(case.present)] = True
    weights = present.float()
    for row, draw in zip(weights, draws, strict=True):
        if draw.surgeon is not None:
            row[:] = 0
            row[draw.surgeon] = 1
    return weights, present


def _nobody(case: PackedCase, planes: int) -> list[NDArray[np.uint8]]:
    return [np.zeros_like(case.structures[None])] * (planes - len(case.packed))
