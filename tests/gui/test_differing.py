"""Colours of agreement and difference."""

import numpy as np

from napari_rpdl.gui.differing import BOTH, EXTRA, MISSED, difference_legend, differences, painted
from napari_rpdl.gui.meshes import NOTHING, surface
from napari_rpdl.gui.palette import rgb


def test_every_voxel_has_its_code() -> None:
    region = np.array([[[True, True, False, False]]])
    reference = np.array([[[True, False, True, False]]])
    assert differences(region, reference).tolist() == [[[1, 3, 2, 0]]]
    assert differences(None, reference).tolist() == [[[2, 0, 2, 0]]]


def test_the_surface_takes_the_colour_of_what_it_borders_on() -> None:
    """Bone below a plane; in front the cavity agrees, in the middle bone was missed, behind it is drilled too far."""
    bone = np.zeros((30, 30, 30), bool)
    bone[:15] = True
    codes = np.zeros(bone.shape, np.uint8)
    codes[15:18, :10], codes[12:15, 10:20], codes[15:18, 20:] = 1, 2, 3
    mesh = painted(surface(bone, "#808080", (1, 0, 0)), codes)
    top = np.abs(mesh.vertices[:, 0] - 14.5) < 0.6
    for low, high, color in ((3, 7, BOTH), (13, 17, MISSED), (23, 27, EXTRA)):
        there = top & (mesh.vertices[:, 1] > low) & (mesh.vertices[:, 1] < high) & (abs(mesh.vertices[:, 2] - 15) < 8)
        seen = mesh.colors[there, :3].mean(axis=0)
        others = [np.linalg.norm(seen / seen.max() - np.array(rgb(c)) / max(rgb(c))) for c in (BOTH, MISSED, EXTRA)]
        assert [BOTH, MISSED, EXTRA][int(np.argmin(others))] == color
    below = mesh.vertices[:, 0] < 5
    assert np.ptp(mesh.colors[below, :3], axis=1).max() < 0.02, "grey stays grey where nothing differs"


def test_the_three_colours_differ_for_the_red_and_green_blind() -> None:
    """Machado et al. (2009), full deuteranomaly and protanomaly: pairwise far apart in linear RGB."""
    blind = (
        np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
        np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    )
    for matrix in blind:
        seen = [matrix @ np.array(rgb(color)) for color in (BOTH, MISSED, EXTRA)]
        assert min(np.linalg.norm(seen[a] - seen[b]) for a in range(3) for b in range(a)) > 0.25


def test_the_legend_names_the_reference_or_is_empty() -> None:
    assert [color for color, _ in difference_legend("anna")] == [BOTH, MISSED, EXTRA]
    assert "anna" in difference_legend("anna")[0][1]
    assert difference_legend("") == []


def test_nothing_stays_nothing() -> None:
    assert painted(NOTHING, np.zeros((2, 2, 2), np.uint8)).is_empty
