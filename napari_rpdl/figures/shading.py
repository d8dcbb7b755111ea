"""Light and shadow for a depth map: what makes a cavity look like a cavity."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_DIRECTIONS = 24
Vector = tuple[float, float, float]
_RADII = (
    0.01,
    0.02,
    0.035,
    0.055,
    0.08,
    0.11,
    0.15,
)  # shares of the picture's width: pits of an air cell up to a cavity
_BLUR = 0.0025  # share of the picture's width
_AMBIENT, _DIFFUSE = 0.42, 0.62
_DEPTH_CUE = 0.34


def shade(
    depth: NDArray[np.float32], normals: NDArray[np.float32], light: Vector, pixel: float, voxel: float, far: float
) -> NDArray[np.float32]:
    """Return the brightness of every pixel, float32 in 0..1, 0 where a ray missed.

    Lambert's law plus an ambient term that the horizon around a pixel cuts off
    (screen-space ambient occlusion), darker the deeper a point lies.

    Args:
        depth: (size, size), NaN where a ray missed.
        normals: (size, size, 3), unit vectors out of the surface along rows, columns
            and towards the viewer.
        light: direction towards the light, same axes as the normals.
        pixel: side of a pixel in the units of ``depth``.
        voxel: longest side of a voxel, same units; a rise of one voxel casts no shadow,
            for it may be the grid's own step.
        far: the depth, counted from the nearest point, at which the depth cue is complete.
    """
    hit = np.isfinite(depth)
    if not hit.any():
        return np.zeros(depth.shape, np.float32)
    filled = np.where(hit, depth, np.nanmax(depth)).astype(np.float32)
    lambert = np.clip(normals @ (np.array(light, np.float32) / np.float32(np.linalg.norm(light))), 0, 1)
    openness = _softened(_openness(filled[::2, ::2], hit[::2, ::2], 2 * pixel, voxel), hit)
    cue = 1 - _DEPTH_CUE * np.clip((filled - np.nanpercentile(depth, 1)) / far, 0, 1)
    brightness = (_AMBIENT * openness + _DIFFUSE * lambert * np.sqrt(openness)) * cue
    return np.where(hit, np.clip(brightness, 0, 1), 0).astype(np.float32)


def _softened(openness: NDArray[np.float32], hit: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return half as fine an openness as fine as ``hit``, blurred: rays are few, and leave spokes."""
    seen = hit[::2, ::2].astype(np.float32)
    sigma = _BLUR * openness.shape[0]
    total, weight = (ndimage.gaussian_filter(part, sigma, truncate=2.5) for part in (openness * seen, seen))
    blurred = total / np.maximum(weight, 1e-3)
    return np.asarray(blurred.repeat(2, axis=0).repeat(2, axis=1)[: hit.shape[0], : hit.shape[1]], np.float32)


def _openness(depth: NDArray[np.float32], hit: NDArray[np.bool_], pixel: float, voxel: float) -> NDArray[np.float32]:
    """Return the share of the sky that a point sees: 1 on a plain, near 0 at the bottom of a shaft."""
    size = depth.shape[0]
    solid = np.where(hit, depth, np.inf)  # nothing stands outside the silhouette
    reach = max(1, round(max(_RADII) * size)) + 1
    padded = np.pad(solid, reach, constant_values=np.inf)
    height = depth - np.float32(voxel)
    sky = np.zeros_like(depth)
    for angle in np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS):
        steepest = np.zeros_like(depth)
        for radius in _RADII:
            row, column = round(radius * size * np.sin(angle)), round(radius * size * np.cos(angle))
            distance = np.hypot(row, column) * pixel
            if distance > 0:
                other = padded[reach + row : reach + row + size, reach + column : reach + column + size]
                np.maximum(steepest, (height - other) * np.float32(1 / distance), out=steepest)
        sky += 1 - steepest / np.sqrt(1 + steepest**2)
    return np.asarray(sky / _DIRECTIONS, np.float32)
