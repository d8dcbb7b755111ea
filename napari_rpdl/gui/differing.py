"""Colours of where two regions agree and differ, on surfaces and in slices."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.gui.meshes import Blurred, Floats, Mesh
from napari_rpdl.gui.palette import rgb

BOTH, MISSED, EXTRA = "#009E73", "#D55E00", "#56B4E9"
"""Drilled by both, only by the reference, only by the other one (Okabe and Ito: safe with any colour vision)."""
_SIGMA = 0.8
_FULL = 0.25  # of a voxel's neighbourhood: beside an even border half of it is filled


def difference_legend(reference: str) -> list[tuple[str, str]]:
    """Return the colours and their meaning, against a reference of this name; nothing without one."""
    if not reference:
        return []
    return [(BOTH, f"drilled like {reference}"), (MISSED, "missed: drilled only there"), (EXTRA, "extra: beyond it")]


def differences(region: Mask | None, reference: Mask) -> NDArray[np.uint8]:
    """Return 1 where both are, 2 where only ``reference`` is (missed), 3 where only ``region`` is (extra), else 0.

    Both are bool (z, y, x); None is a bone that nobody drilled.
    """
    drilled = np.zeros_like(reference) if region is None else region
    return np.select([drilled & reference, reference, drilled], [1, 2, 3], 0).astype(np.uint8)


def painted(mesh: Mesh, codes: NDArray[np.uint8]) -> Mesh:
    """Return the mesh coloured where it borders on voxels of ``differences``; its light and shadow stay."""
    if mesh.is_empty:
        return mesh
    shades = mesh.colors.copy()
    light = shades[:, :3].max(axis=1, keepdims=True)
    for code, color in ((1, BOTH), (2, MISSED), (3, EXTRA)):
        share = Blurred(codes == code, _SIGMA).at(mesh.vertices)
        weight = np.clip((share - 0.05) / (_FULL - 0.05), 0, 1)[:, None] * 0.9
        shades[:, :3] = (1 - weight) * shades[:, :3] + weight * _lit(color, light)
    return replace(mesh, colors=np.clip(shades, 0, 1))


def _lit(color: str, light: Floats) -> Floats:
    """Return a colour as bright as the surface is lit, but never so dark that it cannot be told."""
    lit: Floats = (np.array(rgb(color), np.float32) * np.clip(light * 1.15, 0.45, 1.1)).astype(np.float32)
    return lit
