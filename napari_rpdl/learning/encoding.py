"""A bone as numbers for a network.

A network sees one or more of: structures (one-hot, or ordinal as in the paper),
distances to critical structures, CT. Structures are encoded batch by batch from one
byte per voxel; the others are computed once per case (``static_channels``) and turned and
moved with the bone.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from napari_rpdl.data.case import Case
from napari_rpdl.data.resampling import resample_probabilities
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.data.volume import Shape, Spacing
from napari_rpdl.errors import InputError
from napari_rpdl.settings import NetworkSettings

PAPER_SCALE = 6.5
"""The paper's networks see code / 6.5 - 1, which takes its codes 0..13 to [-1, 1]."""
CT_PERCENTILES = (0.5, 99.5)
"""CT is cut off here, so that metal and padding do not set its scale."""


def input_channels(codes: Sequence[int], settings: NetworkSettings, critical: Sequence[int] = ()) -> int:
    """Return how many channels ``encode`` makes.

    Args:
        codes: of all structures that the network knows.
        settings: the encoding.
        critical: which of the codes are critical structures; each has a channel of distances.
    """
    shown = _shown(settings)
    structures = len(codes) if "one-hot" in shown else int("ordinal" in shown)
    return structures + len(critical) * ("distances" in shown) + ("ct" in shown)


def encode(structures: Tensor, codes: Sequence[int], settings: NetworkSettings, static: Tensor | None = None) -> Tensor:
    """Return structures (B, z, y, x) uint8 as float32 (B, channels, z, y, x).

    "one-hot": channel i is 1 where the code is ``codes[i]``, else 0; structures have
    no order, and the network need not undo one. "ordinal": one channel, code / 6.5 - 1.
    ``static`` (B, c, z, y, x), what ``static_channels`` computed for each bone, follows.

    Raises:
        InputError: the encoding has static channels, but none were given.
    """
    shown = _shown(settings)
    parts = []
    if "one-hot" in shown:
        known = torch.tensor(codes, dtype=structures.dtype, device=structures.device)
        parts.append((structures.unsqueeze(1) == known.view(1, -1, 1, 1, 1)).float())
    elif "ordinal" in shown:
        parts.append((structures.float() / PAPER_SCALE - 1).unsqueeze(1))
    if has_static_channels(settings):
        if static is None:
            msg = f'The encoding "{settings.encoding}" needs distances or CT of each bone, but none were computed.'
            raise InputError(msg)
        parts.append(static.float())
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


def has_static_channels(settings: NetworkSettings) -> bool:
    """Say whether the encoding holds more than structures."""
    return bool({"distances", "ct"} & _shown(settings))


def static_channels(
    case: Case,
    structures: NDArray[np.uint8],
    table: StructureTable,
    settings: NetworkSettings,
    *,
    mirrored: bool = False,
) -> NDArray[np.float16]:
    """Return what else a network sees of a case, (c, n, n, n) float16; c is 0 for structures alone.

    First a channel for each critical structure of ``table``, in its order: the signed Euclidean
    distance to the structure's surface (between voxels; negative inside), cut off at
    ± ``distance_limit`` and divided by it; 1 everywhere where the bone lacks the structure.
    Then the CT: cut off at its 0.5 and 99.5 percentiles, with mean 0 and standard deviation 1.

    Args:
        case: for its CT and its voxel size.
        structures: its codes on the network's grid (n, n, n).
        table: of the network, not of the case.
        settings: the encoding.
        mirrored: whether ``structures`` were mirrored left-right; the CT is then, too.

    Raises:
        InputError: the table has no critical structures, the voxel size is not known where
            distances are in mm, or the case has no CT, a constant one, or one with NaN.
    """
    shown = _shown(settings)
    shape = (structures.shape[0], structures.shape[1], structures.shape[2])
    channels: list[NDArray[np.float16]] = []
    if "distances" in shown:
        steps = _steps(case, shape, settings)
        channels += [_distance(structures == code, steps, settings.distance_limit) for code in _critical(table)]
    if "ct" in shown:
        ct = _standardised_ct(case, shape)
        channels.append(ct[:, :, ::-1] if mirrored else ct)
    return np.stack(channels) if channels else np.empty((0, *shape), np.float16)


def check_codes(found: Sequence[int], known: Sequence[int], where: str) -> None:
    """Raise an InputError if the network never learned one of the ``found`` codes."""
    unknown = sorted(set(found) - set(known))
    if unknown:
        msg = (
            f"{where} holds structure codes {unknown[:8]} that this network has never seen; it knows {sorted(known)}. "
            "Map them to known codes, or train on bones that hold them."
        )
        raise InputError(msg)


def check_meanings(table: StructureTable, learned: StructureTable, where: str) -> None:
    """Raise an InputError if a structure that the network learned has another code in ``table``."""
    if moved := table.moved(learned):
        msg = (
            f"{where} gives other codes to {', '.join(moved[:8])} than the bones that this network learned from. "
            "Map its codes to those, or train on bones with these codes."
        )
        raise InputError(msg)


def _shown(settings: NetworkSettings) -> set[str]:
    return set(settings.encoding.split("+"))


def _critical(table: StructureTable) -> tuple[int, ...]:
    codes = table.codes_of("critical")
    if not codes:
        msg = (
            "The structure table names no critical structure, so there are no distances to show. "
            'Give structures the role "critical" in dataset.json, or choose an encoding without distances.'
        )
        raise InputError(msg)
    return codes


def _steps(case: Case, shape: Shape, settings: NetworkSettings) -> Spacing:
    """Return the distance between voxel centres along z, y, x in the unit of the limit."""
    if settings.distance_unit == "voxels":
        return (1.0, 1.0, 1.0)
    if not case.grid.spacing_known:
        msg = (
            f"The voxel size of {case.case_id} is not known, so there are no distances in mm. "
            'Set distance_unit to "voxels", or set the voxel size in its files.'
        )
        raise InputError(msg)
    return case.grid.resampled(shape).steps


def _distance(inside: NDArray[np.bool_], steps: Spacing, limit: float) -> NDArray[np.float16]:
    """Return the signed distance to the surface of ``inside`` in units of ``limit``, within [-1, 1]."""
    if not inside.any() or inside.all():
        return np.full(inside.shape, -1 if inside.any() else 1, np.float16)
    half = min(steps) / 2  # from a voxel's centre to its face
    outwards = distance_transform_edt(~inside, steps)
    inwards = distance_transform_edt(inside, steps)
    signed = np.where(inside, half - inwards, outwards - half)
    scaled: NDArray[np.float16] = np.clip(signed / limit, -1, 1).astype(np.float16)
    return scaled


def _standardised_ct(case: Case, shape: Shape) -> NDArray[np.float16]:
    if case.ct is None:
        msg = f"{case.case_id} has no CT. Add ct.nii.gz to its folder, or choose an encoding without CT."
        raise InputError(msg)
    ct = case.ct.voxels.astype(np.float32)
    low, high = np.percentile(ct, CT_PERCENTILES) if np.isfinite(ct).all() else (np.nan, np.nan)
    if not high > low:
        msg = (
            f"Expected CT intensities of {case.case_id} that are finite and differ, got {low:g} to {high:g}. "
            "Replace its ct.nii.gz, or choose an encoding without CT."
        )
        raise InputError(msg)
    resampled = resample_probabilities(np.clip((ct - low) / (high - low), 0, 1), shape)
    standardised: NDArray[np.float16] = ((resampled - resampled.mean()) / resampled.std()).astype(np.float16)
    return standardised
