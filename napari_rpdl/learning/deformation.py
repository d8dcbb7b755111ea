"""Small deformations of bones, on the fly and on the device.

A deformation is drawn as a few numbers and applied to whole-number labels by the nearest
voxel, so that structures stay structures and annotations stay yes or no.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from napari_rpdl.settings import DeformationSettings

NODES = 5
"""Control points of the elastic field along each axis."""

Triple = tuple[float, float, float]


class Deformation(NamedTuple):
    """One way to bend a bone about the middle of its grid.

    Attributes:
        angles: radians of the turns about z, y and x, applied in this order.
        scales: factors along z, y, x.
        elastic: largest move of a control point, in voxels; 0: none.
        seed: of the control points' moves.
    """

    angles: Triple = (0.0, 0.0, 0.0)
    scales: Triple = (1.0, 1.0, 1.0)
    elastic: float = 0.0
    seed: int = 0


AS_IT_LIES = Deformation()


def draw_deformation(settings: DeformationSettings, rng: np.random.Generator) -> Deformation:
    """Return a random deformation; ``rng`` is left alone where none is wished."""
    if settings == DeformationSettings():
        return AS_IT_LIES
    largest = math.radians(settings.rotation)
    angles = rng.uniform(-largest, largest, 3).tolist()
    growth = math.log1p(settings.scaling)
    scales = np.exp(rng.uniform(-growth, growth, 3)).tolist()
    return Deformation(tuple(angles), tuple(scales), settings.elastic, int(rng.integers(2**31)))


def apply_deformation(volume: Tensor, deformation: Deformation) -> Tensor:
    """Return ``volume`` (C, n, n, n) bent; each voxel takes the nearest one of its source, at most the border."""
    if deformation == AS_IT_LIES:
        return volume
    n = volume.shape[-1]
    source = _affine_source(n, deformation) + _elastic_moves(n, deformation)
    z, y, x = source.round().long().clamp(0, n - 1).to(volume.device)
    return volume.flatten(1).index_select(1, ((z * n + y) * n + x).flatten()).view_as(volume)


def _affine_source(n: int, deformation: Deformation) -> Tensor:
    """Return where each voxel comes from, (3, n, n, n) in voxels."""
    axis = torch.arange(n, dtype=torch.float64) - (n - 1) / 2
    places = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).flatten(1)
    forward = torch.diag(torch.tensor(deformation.scales, dtype=torch.float64))
    for fixed, angle in enumerate(deformation.angles):
        forward = _turn(fixed, angle) @ forward
    source: Tensor = torch.linalg.solve(forward, places) + (n - 1) / 2
    return source.view(3, n, n, n)


def _turn(fixed: int, angle: float) -> Tensor:
    matrix = torch.eye(3, dtype=torch.float64)
    a, b = (axis for axis in range(3) if axis != fixed)
    matrix[a, a] = matrix[b, b] = math.cos(angle)
    matrix[a, b], matrix[b, a] = -math.sin(angle), math.sin(angle)
    return matrix


def _elastic_moves(n: int, deformation: Deformation) -> Tensor:
    """Return smooth moves (3, n, n, n), or a zero that adds to anything."""
    if deformation.elastic == 0:
        return torch.zeros(1, dtype=torch.float64)
    generator = torch.Generator().manual_seed(deformation.seed)
    nodes = torch.rand((1, 3, NODES, NODES, NODES), generator=generator, dtype=torch.float64) * 2 - 1
    moves: Tensor = interpolate(nodes * deformation.elastic, (n, n, n), mode="trilinear", align_corners=True)
    return moves[0]
