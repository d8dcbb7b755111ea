"""The bone as the surgeon sees it: shaded, from the lateral side, without a display."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.figures.depth_map import Window, depth_map, window_around
from napari_rpdl.figures.shading import shade

_BONE_COLOR = (238, 230, 214)
_LIGHT = (-0.55, -0.45, 1.0)  # from the antero-superior side, as a microscope's lamp over the surgeon's hands
_MARGIN = 0.04
_SUPERSAMPLING = 2
_COLOR_SIGMA_VOXELS = 0.9  # thin bone lets the sinus shine through, as it does in life
_NORMAL_SIGMA_VOXELS = 1.4
Steps = tuple[float, float, float]
Scalar = TypeVar("Scalar", bound=np.generic)
_LUMEN = frozenset({"ear canal"})  # labelled, but hollow: the paper's view looks into it


def lateral_view(case: Case, drilled: Mask | None = None, size: int = 256) -> NDArray[np.uint8]:
    """Draw the bone, without what was drilled, as in the paper's Figs. 1 and 4.

    Looks from lateral to medial with the patient's front up: the ear canal is on top,
    the mastoid below; the head's crown is on the left for a right ear and on the right
    for a left ear. A case whose side is unknown is drawn as a right ear. A case
    without structures (a drill recording) shows the drilled region itself, or what
    any surgeon drilled where ``drilled`` is None. The window depends on the case
    alone, so that pictures of one case lie over each other.

    Args:
        case: the bone.
        drilled: bool (z, y, x) on the case's grid, what to take away; None for nothing.
        size: pixels along each side.

    Returns:
        uint8 (size, size, 3), RGB; black where there is nothing.
    """
    z, y, x = case.grid.steps
    steps = (y, z, x)
    body = _in_view(_body(case, drilled), case)
    window = window_around(_in_view(_reference(case, drilled), case), steps, size * _SUPERSAMPLING, _MARGIN)
    depth = depth_map(body, steps, window)
    points = _surface_points(depth, steps, window)
    brightness = shade(depth, _normals(body, points, steps), _LIGHT, window.pixel, max(steps), far=body.shape[2] * x)
    picture = _reduced(_colors(case, body, points) * brightness[..., None])
    return picture[:, ::-1].copy() if case.side == "left" else picture


def _in_view(voxels: NDArray[Scalar], case: Case) -> NDArray[Scalar]:
    """Return (z, y, x) as (rows, columns, depth): front up, crown left, lateral first.

    For a left ear this is the mirror image of the view: the picture is flipped at the
    end, so that a bone and its mirror image give mirrored pictures, light included.
    """
    lateral_first = voxels if case.side == "left" else voxels[:, :, ::-1]
    return lateral_first[::-1, ::-1].transpose(1, 0, 2)


def _body(case: Case, drilled: Mask | None) -> Mask:
    """Return what is solid: the bone without the drilled region, or the region itself."""
    if case.structures is None:
        return _drilled_by_any(case) if drilled is None else drilled
    solid = _solid(case)
    return solid if drilled is None else solid & ~drilled


def _reference(case: Case, drilled: Mask | None) -> Mask:
    """Return what all pictures of the case are framed by."""
    if case.structures is not None:
        return _solid(case)
    return _drilled_by_any(case) if case.annotations or drilled is None else drilled


def _solid(case: Case) -> Mask:
    hollow = [s.code for s in case.table.structures if s.role == "air" or s.name.lower() in _LUMEN]
    return np.isin(case.labels(), hollow, invert=True)


def _drilled_by_any(case: Case) -> Mask:
    return np.logical_or.reduce(case.masks()) if case.annotations else np.zeros(case.grid.shape, np.bool_)


def _lookup(case: Case) -> NDArray[np.float32]:
    """Return the colour of every structure code, float32 (256, 3) in 0..255; bone is one grey-beige."""
    lookup = np.tile(np.array(_BONE_COLOR, np.float32), (256, 1))
    for structure in case.table.structures:
        if structure.role != "bone":
            lookup[structure.code] = [int(structure.color[i : i + 2], 16) for i in (1, 3, 5)]
    return lookup


def _surface_points(depth: NDArray[np.float32], steps: Steps, window: Window) -> NDArray[np.float64]:
    """Return the voxel indices (3, size, size) where the rays enter; those of missed rays mean nothing."""
    rows, columns = window.rows() / steps[0] - 0.5, window.columns() / steps[1] - 0.5
    return np.stack([*np.meshgrid(rows, columns, indexing="ij"), np.nan_to_num(depth) / steps[2] - 0.5])


def _normals(body: Mask, points: NDArray[np.float64], steps: Steps) -> NDArray[np.float32]:
    """Return unit vectors out of the surface: rows, columns, towards the viewer (size, size, 3).

    The gradient of the body blurred more than for the depth, so that light glides over
    the voxels' steps.
    """
    solid = body.astype(np.float32)
    slopes = []
    for axis, step in enumerate(steps):
        order = tuple(int(axis == other) for other in range(3))
        slopes.append(
            _sampled(ndimage.gaussian_filter(solid, _NORMAL_SIGMA_VOXELS, order, mode="constant"), points) / step
        )
    outward = np.stack([-slopes[0], -slopes[1], slopes[2]], axis=-1)
    return np.asarray(outward / np.maximum(np.linalg.norm(outward, axis=-1, keepdims=True), 1e-9), np.float32)


def _colors(case: Case, body: Mask, points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the colour just below the surface, float32 (size, size, 3) in 0..255.

    Colours are averaged over what is solid only, so that borders between structures
    are smooth and borders to air keep their colour.
    """
    if case.structures is None:
        return np.broadcast_to(np.array(_BONE_COLOR, np.float32), (*points.shape[1:], 3))
    below = points + np.array([0, 0, 0.5])[:, None, None]
    labels, lookup = _in_view(case.labels(), case), _lookup(case)
    weights = [body.astype(np.float32), *(lookup[:, c][labels] * body for c in range(3))]
    solid, *channels = [
        _sampled(ndimage.gaussian_filter(w, _COLOR_SIGMA_VOXELS, mode="constant"), below) for w in weights
    ]
    return np.asarray(np.stack(channels, axis=-1) / np.maximum(solid, 1e-3)[..., None], np.float32)


def _sampled(voxels: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(ndimage.map_coordinates(voxels, points, order=1, mode="nearest"), np.float32)


def _reduced(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Average blocks of pixels: smooth silhouettes."""
    n, step = picture.shape[0] // _SUPERSAMPLING, _SUPERSAMPLING
    blocks = picture.reshape(n, step, n, step, 3).mean(axis=(1, 3))
    return np.asarray(np.clip(np.rint(blocks), 0, 255), np.uint8)
