"""The face that a cut leaves, so that a bone cut open looks solid and not like a shell."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.cut import ACROSS, Cut
from napari_rpdl.gui.meshes import NOTHING, Floats, Mesh, solid_of
from napari_rpdl.gui.palette import rgb

_FINER = 2  # samples for each voxel along the face
_SLAB = 3  # voxels on either side of the plane that its smoothed edge depends on
_BRIGHTNESS = 0.92


def bone_face(case: Case, drilled: Mask | None, cut: Cut, sigma: float = 0.7) -> Mesh:
    """Return the cut face of the bone that is left once ``drilled`` (z, y, x) is taken away; nothing for no cut.

    The face takes its colours from the structure table, and ends where
    ``meshes.bone_surface`` of the same ``sigma`` begins. Structures that the bone does not
    enclose belong to it where they are cut as well.
    """
    lookup = np.zeros((256, 3), np.float32)
    for structure in case.table.structures:
        lookup[structure.code] = rgb(structure.color)
    labels, solid = _slab(case.labels(), case, cut), _slab_of_solid(case, drilled, cut)
    return _face(solid, lookup[labels], case, cut, sigma)


def region_face(case: Case, region: Mask, color: str, cut: Cut, sigma: float = 0.7) -> Mesh:
    """Return the cut face of a region (z, y, x) in one colour; nothing for no cut."""
    inside = _slab(region, case, cut)
    return _face(inside, np.broadcast_to(np.array(rgb(color), np.float32), (*inside.shape, 3)), case, cut, sigma)


def _slab_of_solid(case: Case, drilled: Mask | None, cut: Cut) -> Mask:
    hollow = case.table.codes_of("air")
    matter = np.isin(case.labels(), hollow, invert=True) if cut.structures else solid_of(case)
    solid = _slab(matter, case, cut)
    left: Mask = solid if drilled is None else solid & ~_slab(drilled, case, cut)
    return left


def _slab(voxels: NDArray[Any], case: Case, cut: Cut) -> NDArray[Any]:
    """Return the layers round the plane, the cut axis first."""
    if not cut.axis:
        return np.moveaxis(voxels, 0, 0)[:0]
    start, stop = _span(case, cut)
    return np.moveaxis(voxels, ACROSS[cut.axis], 0)[start:stop]


def _span(case: Case, cut: Cut) -> tuple[int, int]:
    at = cut.voxel(case.grid.shape, case.side == "left")
    return max(int(at) - _SLAB, 0), int(at) + _SLAB + 2


def _face(inside: NDArray[Any], colors: Floats, case: Case, cut: Cut, sigma: float) -> Mesh:
    """Return a quilt of small squares where the smoothed slab is solid, its rim drawn onto the solid's edge."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    if not cut.axis or not inside.any():
        return NOTHING
    at = cut.voxel(case.grid.shape, case.side == "left") - _span(case, cut)[0]
    padded = np.pad(inside.astype(np.float32), ((0, 0), (1, 1), (1, 1)))
    smooth = gaussian_filter(padded, sigma, mode=("nearest", "constant", "constant"))
    rows, columns = (np.arange(0, size - 1 + 1e-6, 1 / _FINER) for size in padded.shape[1:])
    samples = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    field = map_coordinates(smooth, [np.full(samples.shape[1:], at), *samples], order=1, mode="nearest")
    nearest = min(round(at), len(colors) - 1)
    layer = _spread(colors[nearest], inside[nearest])
    rim = _onto_the_edge(field, samples)
    corners = _squares(field)
    used, faces = np.unique(corners, return_inverse=True)
    spots = rim.reshape(2, -1)[:, used] - 1
    vertices = np.empty((len(used), 3), np.float32)
    across = ACROSS[cut.axis]
    vertices[:, across] = cut.voxel(case.grid.shape, case.side == "left")
    vertices[:, [axis for axis in range(3) if axis != across]] = spots.T
    places = [np.clip(np.rint(spot), 0, size - 1).astype(int) for spot, size in zip(spots, layer.shape, strict=False)]
    shades = np.ones((len(used), 4), np.float32)
    shades[:, :3] = layer[places[0], places[1]] * _BRIGHTNESS
    return Mesh(vertices, faces.reshape(-1, 3).astype(np.int32), shades)


def _spread(layer: Floats, inside: NDArray[Any]) -> Floats:
    """Return a layer's colours with those of the nearest voxel inside where there is none: the rim is not black."""
    from scipy.ndimage import distance_transform_edt

    if not inside.any():
        return layer
    rows, columns = distance_transform_edt(~inside.astype(np.bool_), return_distances=False, return_indices=True)
    spread: Floats = layer[rows, columns]
    return spread


def _squares(field: Floats) -> NDArray[np.int64]:
    """Return the corners of two triangles for each square of samples with any corner inside, int64 (2 N, 3)."""
    inside = field > 0.5
    any_corner = inside[:-1, :-1] | inside[1:, :-1] | inside[:-1, 1:] | inside[1:, 1:]
    row, column = np.nonzero(any_corner)
    width = field.shape[1]
    first = row * width + column
    upper = np.stack([first, first + width, first + 1], axis=1)
    lower = np.stack([first + 1, first + width, first + width + 1], axis=1)
    return np.concatenate([upper, lower])


def _onto_the_edge(field: NDArray[Any], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the samples' places, those just outside moved by one step of Newton's method to where the field is 0.5."""
    slopes = np.stack(np.gradient(field, 1 / _FINER))
    steepness = np.maximum((slopes**2).sum(axis=0), 1e-3)
    step = np.clip((0.5 - field) * slopes / steepness, -1 / _FINER, 1 / _FINER)
    return np.where(field < 0.5, places + step, places)
