"""Where structures, the antrum and the lateral direction are in a labelled bone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.landmarks import lateral_first

WORDS: dict[str, tuple[str, ...]] = {
    "sigmoid sinus": ("sigmoid", "sinus"),
    "dura": ("dura",),
    "facial nerve": ("facial",),
    "labyrinth": ("labyrinth", "semicircular", "vestibule"),
    "ossicles": ("malleus", "incus", "stapes"),
    "incus": ("incus",),
    "ear canal": ("ear canal", "eac", "external auditory"),
}
"""Words in a structure's name that make it this one; tables differ (ours, Johns Hopkins', a hospital's)."""

_ANTRUM_FROM_INCUS = (1.2, -5.4, 1.8)
"""Middle of the antrum from the tip of the incus's short process: up, forward, lateral (mm)."""
_ANTRUM_RADIUS = 4.5
_TILTS = tuple(float(np.tan(np.deg2rad(angle))) for angle in (-25, 0, 25))


def structure(case: Case, name: str) -> Mask | None:
    """Return where a structure of ``WORDS`` is, None where the table does not name it or the case has none of it."""
    if case.structures is None:
        return None
    codes = [s.code for s in case.table.structures if any(word in _plain(s.name) for word in WORDS[name])]
    found: Mask = np.isin(case.labels(), codes)
    return found if found.any() else None


def two_across(region: Mask) -> bool:
    """Say whether a region is at least two voxels thick somewhere: thinner ones, the grid cannot show."""
    return bool(ndimage.binary_erosion(region, np.ones((2, 2, 2), bool)).any())


def antrum(case: Case) -> Mask | None:
    """Return the antrum's air, None where it cannot be derived.

    No table labels the antrum. It is the air within 4.5 mm of a place 5.4 mm behind,
    1.8 mm lateral of and 1.2 mm above the tip of the incus's short process (the most
    posterior voxel of the incus), where the phantom and anatomy have it. Side and voxel
    size must be known.
    """
    incus = structure(case, "incus")
    if incus is None or case.side is None or case.grid.spacing_mm is None:
        return None
    behind = np.argwhere(incus)
    tip = behind[behind[:, 1] == behind[:, 1].min()].mean(axis=0)
    up, forward, lateral = _ANTRUM_FROM_INCUS
    steps = np.array(case.grid.steps)
    centre = tip + np.array([up, forward, lateral if case.side == "right" else -lateral]) / steps
    offsets = np.indices(case.grid.shape).reshape(3, -1).T - centre
    near = (np.linalg.norm(offsets * steps, axis=1) <= _ANTRUM_RADIUS).reshape(case.grid.shape)
    air: Mask = case.table.mask_of(case.labels(), "air") & near
    return air if air.any() else None


def seen_from_lateral(case: Case, target: Mask, solid: Mask) -> Mask:
    """Return the voxels of ``target`` that an eye outside of the bone sees.

    Looks from lateral and up to 25 degrees from above, below, front and behind, along
    straight lines that nothing of ``solid`` blocks. The case's side must be known.
    """
    blocked, wanted = lateral_first(case, solid), lateral_first(case, target)
    seen = np.zeros_like(wanted)
    for drift in _drifts(case, blocked.shape[2]):
        open_so_far = np.ones(blocked.shape[:2], bool)
        for depth, (dz, dy) in enumerate(drift):
            shift, back = (int(dz), int(dy)), (-int(dz), -int(dy))
            seen[:, :, depth] |= np.roll(open_so_far, back, (0, 1)) & wanted[:, :, depth]
            open_so_far &= ~np.roll(blocked[:, :, depth], shift, (0, 1))
    return lateral_first(case, seen)


def _drifts(case: Case, depth: int) -> Iterator[NDArray[np.int64]]:
    """Yield for each direction of view how many voxels (z, y) it has drifted at each depth."""
    z, y, x = case.grid.steps
    for up in _TILTS:
        for forward in _TILTS:
            slope = np.array([up * x / z, forward * x / y])
            yield np.rint(np.arange(depth)[:, None] * slope).astype(np.int64)


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")
