import numpy as np
import pytest
from scipy import ndimage

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.figures.surface_colors import (
    AGREED,
    BONE_COLOR,
    EXTRA,
    MISSED,
    color_of,
    difference_colors,
    tissue_colors,
)

N, FACE = 24, 10


def at_face(depth_of_face=FACE):
    """A sampler for a plane surface between voxels ``depth_of_face`` - 1 and ``depth_of_face`` of the last axis."""

    def sample(voxels, below):
        rows, columns = np.indices((N, N))
        place = np.full((N, N), depth_of_face - 0.5 + below)
        return ndimage.map_coordinates(voxels, [rows, columns, place], order=1)

    return sample


def solid(first=FACE):
    body = np.zeros((N, N, N), np.bool_)
    body[:, :, first:] = True
    return body


def test_structures_have_their_own_colour_and_bone_has_one():
    labels = np.ones((N, N, N), np.uint8)
    labels[:12] = 7
    colors = tissue_colors(labels, solid(), TEMPORAL_BONE, at_face())
    np.testing.assert_allclose(colors[4, 12], color_of(TEMPORAL_BONE[7].color), atol=1)
    np.testing.assert_allclose(colors[20, 12], color_of(BONE_COLOR), atol=1)


def test_the_sinus_shines_through_thin_bone_only():
    def blueness(cover):
        labels = np.ones((N, N, N), np.uint8)
        labels[:, :, FACE + cover :] = 7
        red, _, blue = tissue_colors(labels, solid(), TEMPORAL_BONE, at_face())[12, 12]
        return blue - red

    exposed, thin, thick = (blueness(cover) for cover in (0, 1, 4))
    assert exposed > thin + 30 > thick + 60
    np.testing.assert_allclose(thick, color_of(BONE_COLOR)[2] - color_of(BONE_COLOR)[0], atol=2)


def test_agreed_missed_and_extra_are_told_apart():
    drilled, reference = np.zeros((N, N, N), np.bool_), np.zeros((N, N, N), np.bool_)
    drilled[:, :, :FACE] = True  # everything down to the surface is gone
    reference[:12, :, :FACE] = True  # the reference did so in one half,
    reference[:, :6, FACE : FACE + 4] = True  # and went deeper along one edge
    colors = difference_colors(solid(), drilled, reference, at_face())
    for row, column, color in ((4, 16, AGREED), (20, 16, EXTRA), (4, 1, MISSED), (20, 1, MISSED)):
        np.testing.assert_allclose(colors[row, column], color_of(color), atol=6)


def test_untouched_bone_stays_bone():
    nothing = np.zeros((N, N, N), np.bool_)
    colors = difference_colors(solid(), nothing, nothing, at_face())
    np.testing.assert_allclose(colors, np.broadcast_to(color_of(BONE_COLOR), colors.shape), atol=1)


# Machado et al. (2009), full severity, linear light.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)


@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_the_colours_differ_for_every_eye(eye):
    linear = [(color_of(code) / 255) ** 2.2 for code in (AGREED, MISSED, EXTRA)]
    seen = [np.clip(eye @ color, 0, 1) ** (1 / 2.2) for color in linear]
    distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > 0.3
