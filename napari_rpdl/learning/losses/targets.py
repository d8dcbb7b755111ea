"""What the surgeons drilled, as every loss and metric on vote patterns reads it.

A pattern is a set of surgeons: K surgeons make at most 2^K of them, and all voxels of
one pattern have the same targets, the same votes and the same place in the RPMap. Most
voxels (about nine of ten) were drilled by nobody, so only the others are listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from napari_rpdl.consensus.patterns import PatternCounts
from napari_rpdl.consensus.votes import MOST_PATTERN_SURGEONS
from napari_rpdl.errors import InputError

MOST_TABLED_SURGEONS = 8
"""Up to so many surgeons patterns are numbered as their bits say; beyond, those that occur are numbered anew."""


@dataclass(frozen=True, slots=True, eq=False)
class PatternTargets:
    """The annotations of a mini-batch of B bones, voxels sorted by who drilled them.

    Attributes:
        shape: (z, y, x) of every bone.
        drilled: int64 (F,), ascending; where somebody drilled, as index into the
            flattened (B, z, y, x).
        bins: int64 (F,); bone * P + pattern of each of these voxels.
        members: float32 (P, K), row p is pattern p: 1 where the surgeon belongs to it, else
            0. Row 0 is nobody. Up to 8 surgeons row p holds surgeon k where bit k of p is set (as
            ``consensus.votes.vote_patterns`` numbers them), beyond only what occurs.
        weights: float32 (B, K) >= 0; how often each surgeon of each bone counts in a loss.
        present: bool (B, K); who drilled the bone, and so takes part in its votes and
            RPMap. What the bone holds of others is ignored.
        voxels: float32 (B, P); voxels of each pattern (exact to 2^24).
    """

    shape: tuple[int, int, int]
    drilled: Tensor
    bins: Tensor
    members: Tensor
    weights: Tensor
    present: Tensor
    voxels: Tensor

    @classmethod
    def from_packed(
        cls,
        packed: Tensor,
        surgeons: int | Sequence[int],
        weights: Tensor | None = None,
        present: Tensor | None = None,
    ) -> Self:
        """Read bit-packed masks.

        Args:
            packed: uint8 (B, ceil(K / 8), z, y, x); ``np.packbits`` of the K masks of each
                bone along its first axis (the first surgeon is the highest bit).
            surgeons: K of every bone, or of each. The largest is K of the batch.
            weights: (B, K) as of the class; None: each of a bone's own surgeons once.
            present: (B, K) as of the class; None: those with a weight above 0.

        Raises:
            InputError: the arguments do not fit together.
        """
        each = [surgeons] * len(packed) if isinstance(surgeons, int) else list(surgeons)
        most = max(each, default=0)
        if packed.dtype != torch.uint8 or packed.ndim != 5 or not 0 < most <= 8 * packed.shape[1]:
            msg = (
                f"Expected masks of {most} surgeons as uint8 (bones, {(most + 7) // 8}, z, y, x), "
                f"got {packed.dtype} {tuple(packed.shape)}. Pack them with np.packbits along the surgeons."
            )
            raise InputError(msg)
        if weights is None:
            weights = (torch.arange(most) < torch.tensor(each)[:, None]).float()
        present = weights > 0 if present is None else present
        _check_weights(weights, present, (len(packed), most))
        packed = packed[:, : (most + 7) // 8]
        drilled = _where(packed[:, 0] if packed.shape[1] == 1 else packed.amax(1))
        grid = packed[0, 0].numel()
        edges = torch.searchsorted(drilled, grid * torch.arange(len(packed) + 1, device=packed.device))
        bone = torch.repeat_interleave(edges.diff())
        columns = packed.reshape(*packed.shape[:2], grid).unbind(1)
        ids, members = _number([_reversed(column.reshape(-1).index_select(0, drilled)) for column in columns], most)
        bins = len(members) * bone + ids
        voxels = torch.bincount(bins, minlength=len(packed) * len(members)).reshape(len(packed), len(members))
        voxels[:, 0] = grid - voxels[:, 1:].sum(1)
        z, y, x = packed.shape[2:]
        weights = weights.to(packed.device, torch.float32)
        return cls((z, y, x), drilled, bins, members, weights, present.to(packed.device), voxels.float())

    @classmethod
    def from_masks(cls, masks: Tensor, weights: Tensor | None = None, present: Tensor | None = None) -> Self:
        """Read masks (B, K, z, y, x), bool; the other arguments as of ``from_packed``.

        Raises:
            InputError: the arguments do not fit together.
        """
        if masks.dtype != torch.bool or masks.ndim != 5:
            msg = f"Expected masks as bool (bones, surgeons, z, y, x), got {masks.dtype} {tuple(masks.shape)}."
            raise InputError(msg)
        surgeons = masks.shape[1]
        packed = masks.new_zeros((len(masks), (surgeons + 7) // 8, *masks.shape[2:]), dtype=torch.uint8)
        for k in range(surgeons):
            packed[:, k // 8] += masks[:, k] * (128 >> k % 8)
        return cls.from_packed(packed, surgeons, weights, present)

    def to(self, device: torch.device | str) -> Self:
        """Return the same targets on another device."""
        names = ("drilled", "bins", "members", "weights", "present", "voxels")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})

    @property
    def bones(self) -> int:
        """B, the number of bones."""
        return len(self.weights)

    @property
    def grid_voxels(self) -> int:
        """Voxels of one bone."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def patterns(self) -> Tensor:
        """The pattern of every voxel, (B, z, y, x); uint8 if all numbers fit, else int32."""
        dtype = torch.uint8 if len(self.members) <= 256 else torch.int32
        return self._volume(torch.arange(len(self.members), device=self.bins.device).to(dtype).repeat(self.bones))

    @property
    def surgeons(self) -> Tensor:
        """float32 (B,); how many surgeons drilled each bone."""
        return self.present.sum(1).float()

    @property
    def pattern_votes(self) -> Tensor:
        """float32 (B, P); how many of a bone's surgeons belong to each pattern."""
        return self.present.float() @ self.members.T

    def votes(self) -> Tensor:
        """Return the vote maps, int32 (B, 1, z, y, x)."""
        return self._volume(self.pattern_votes.to(torch.int32).reshape(-1)).unsqueeze(1)

    def counts(self, bone: int) -> PatternCounts:
        """Return the pattern counts of one bone, for agreement and oracle.

        They are what ``consensus.patterns.count_patterns`` counts in the bone's masks,
        if all surgeons of the batch drilled it.

        Raises:
            InputError: there are more than 64 surgeons; losses and votes know no such limit.
        """
        if self.members.shape[1] > MOST_PATTERN_SURGEONS:
            msg = (
                f"Agreement and oracle take at most {MOST_PATTERN_SURGEONS} surgeons, got {self.members.shape[1]}. "
                "Leave out some; losses take any number."
            )
            raise InputError(msg)
        present = self.voxels[bone] > 0
        present[0] = False
        members = self.members[present].cpu().numpy()
        codes = members.astype(np.uint64) @ (np.uint64(1) << np.arange(members.shape[1], dtype=np.uint64))
        order = np.argsort(codes)
        return PatternCounts(
            codes=codes[order].astype(np.min_scalar_type(2 ** members.shape[1] - 1)),
            members=members[order].astype(np.float64),
            voxels=self.voxels[bone][present].cpu().numpy()[order].astype(np.float64),
            grid_voxels=self.grid_voxels,
        )

    def _volume(self, of_bins: Tensor) -> Tensor:
        """Give every drilled voxel its number of (B P,), the others 0: (B, z, y, x)."""
        volume = of_bins.new_zeros(self.bones * self.grid_voxels)
        return volume.index_copy_(0, self.drilled, of_bins[self.bins]).reshape(self.bones, *self.shape)


def _check_weights(weights: Tensor, present: Tensor, shape: tuple[int, int]) -> None:
    fit = weights.shape == shape and present.shape == shape
    if not fit or not bool((weights >= 0).all() & weights.isfinite().all() & (weights.sum(1) > 0).all()):
        msg = (
            f"Expected weights >= 0 (bones, surgeons) {shape} with a surgeon who counts for every bone, "
            f"got {tuple(weights.shape)}: {weights.tolist()}. Leave out bones without annotations."
        )
        raise InputError(msg)


def _where(flags: Tensor) -> Tensor:
    """Return the indices of the non-zeros of the flattened tensor; NumPy finds them several times faster."""
    found = flags.reshape(-1) != 0
    return torch.from_numpy(np.flatnonzero(found.numpy())) if found.device.type == "cpu" else found.nonzero()[:, 0]


def _reversed(packed: Tensor) -> Tensor:
    """Turn the order of the bits around: int64, surgeon k at bit k."""
    table = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8), bitorder="little")).astype(np.int64)
    return torch.from_numpy(table).to(packed.device).index_select(0, packed.int())


def _number(columns: Sequence[Tensor], surgeons: int) -> tuple[Tensor, Tensor]:
    """Return the pattern number (F,) of each voxel, and the members (P, K) of each pattern.

    Eight surgeons at a time: the patterns so far, times 256, plus the next byte, are few
    enough numbers for a table that renumbers those that occur. Nothing is sorted.
    """
    device = columns[0].device
    bits = (torch.arange(256, device=device)[:, None] >> torch.arange(8, device=device)) & 1
    ids, members = columns[0], bits.float()
    if surgeons <= MOST_TABLED_SURGEONS:
        if ids.numel() and int(ids.max()) >= 1 << surgeons:
            msg = f"Expected masks of {surgeons} surgeons, but bits of more are set. Say how many were packed."
            raise InputError(msg)
        return ids, members[: 1 << surgeons, :surgeons].contiguous()
    for column in columns[1:]:
        codes = 256 * ids + column
        occurs = torch.zeros(256 * len(members), dtype=torch.bool, device=device)
        occurs[codes] = True
        occurs[0] = True
        numbers, found = occurs.cumsum(0) - 1, occurs.nonzero()[:, 0]
        ids, members = numbers[codes], torch.cat([members[found // 256], bits[found % 256].float()], dim=1)
    return ids, members[:, :surgeons].contiguous()
