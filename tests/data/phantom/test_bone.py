"""One phantom (synthetic) bone as a function of the place, before anything is drilled."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label as connected_parts
from scipy.spatial.transform import Rotation

from napari_rpdl.data.phantom.anatomy import draw_anatomy
from napari_rpdl.data.phantom.bone import (
    CODES,
    DURA_THICKNESS,
    Frame,
    depth_below_surface,
    distance_to_bone,
    distance_to_cranium,
    label,
    label_grid,
)
from napari_rpdl.data.phantom.shapes import Points
from napari_rpdl.data.structures import TEMPORAL_BONE


@pytest.fixture(scope="module")
def anatomy():
    """A pneumatised bone, so that it has air cells."""
    return next(one for seed in range(9) if (one := draw_anatomy(np.random.default_rng(seed))).pneumatised)


@pytest.fixture(scope="module")
def frame(anatomy):
    return Frame.of(anatomy, 40)


@pytest.fixture(scope="module")
def codes(anatomy, frame):
    return label_grid(anatomy, frame)


@pytest.fixture(scope="module")
def everywhere(frame):
    return frame.points(np.arange(frame.voxels**3))


def test_a_frame_turns_and_moves_but_keeps_lengths(anatomy):
    frame = Frame.of(replace(anatomy, turn=(10.0, -5.0, 20.0), shift=(1.0, 2.0, 3.0), field=60.0), 30)
    expected = Rotation.from_euler("XYZ", (10, -5, 20), degrees=True).as_matrix()
    np.testing.assert_allclose(frame.rotation, expected, atol=1e-12)
    corner, beside = (np.array(frame.points(np.array([index]))).ravel() for index in (0, 1))
    assert np.linalg.norm(beside - corner) == pytest.approx(60 / 30)
    np.testing.assert_allclose(beside - corner, 2 * expected[:, 0], atol=1e-12, err_msg="x runs fastest")
    farthest = np.array(frame.points(np.array([30**3 - 1]))).ravel()
    np.testing.assert_allclose((corner + farthest) / 2, (1.0, -3.0, 1.0), atol=1e-12)


def test_a_place_has_the_same_code_on_every_grid(anatomy, frame, codes):
    """A grid three times as fine has a voxel centre wherever the coarse one has."""
    fine = Frame.of(anatomy, 3 * frame.voxels)
    picked = np.arange(0, frame.voxels**3, 97)
    z, y, x = (3 * index + 1 for index in np.unravel_index(picked, codes.shape))
    middle = np.ravel_multi_index((z, y, x), (fine.voxels,) * 3)
    np.testing.assert_array_equal(label(anatomy, fine.points(middle)), codes.ravel()[picked])


def test_pieces_do_not_show(anatomy, frame, codes, monkeypatch):
    monkeypatch.setattr("napari_rpdl.data.phantom.bone._CHUNK", 7001)
    np.testing.assert_array_equal(label_grid(anatomy, frame), codes)


def test_codes_are_those_of_the_table(codes):
    assert codes.dtype == np.uint8
    assert codes.shape == (40, 40, 40)
    assert set(np.unique(codes)) <= {structure.code for structure in TEMPORAL_BONE.structures}
    assert CODES["facial nerve"] == 5


def test_the_bone_is_one_piece(codes):
    sizes = np.bincount(connected_parts(codes != CODES["air"])[0].ravel())[1:]
    assert sizes.max() > 0.99 * sizes.sum()


def test_nothing_solid_lies_outside_of_the_surface_or_in_the_brain(anatomy, codes, everywhere):
    depth = depth_below_surface(anatomy, everywhere)
    cranium = distance_to_cranium(anatomy, depth, everywhere)
    bone, dura = (codes.ravel() == CODES[name] for name in ("bone", "dura"))
    assert depth[bone].min() > 0
    assert cranium[bone].min() > 0
    assert cranium[dura].max() < 0
    assert cranium[dura].min() > -DURA_THICKNESS


def test_depth_grows_medially(anatomy):
    lateral = np.linspace(-30, 30, 7)
    here = Points(lateral, np.full(7, -5.0), np.full(7, -5.0))
    assert (np.diff(depth_below_surface(anatomy, here)) < 0).all()


def test_cells_lie_behind_the_cortex(anatomy, codes, everywhere):
    """Air inside the bone, but for the middle ear, keeps the thickness of the outer bone."""
    depth = depth_below_surface(anatomy, everywhere)
    solid = distance_to_bone(anatomy, depth, distance_to_cranium(anatomy, depth, everywhere), everywhere)
    shell = (solid < 0) & (solid > -anatomy.cortex) & (everywhere.anterior < anatomy.canal_wall - 3)
    shell &= everywhere.lateral > 5
    assert shell.sum() > 100
    assert CODES["air"] not in codes.ravel()[shell]


def test_structures_are_where_their_anatomy_says(anatomy):
    """Centre lines, away from what is painted over them."""
    wanted = {"facial nerve": anatomy.facial_nerve, "sigmoid sinus": anatomy.sigmoid_sinus}
    for name, tube in wanted.items():
        line = Points(*np.array(tube.places[2:-2]).T)
        assert (label(anatomy, line) == CODES[name]).mean() > 0.8, name
    entrance = Points(*(np.array([coordinate]) for coordinate in anatomy.canal_entrance))
    drum = Points(*(np.array([coordinate]) for coordinate in anatomy.drum_centre))
    assert label(anatomy, drum) in (CODES["eardrum"], CODES["malleus"])
    assert label(anatomy, Points(entrance.lateral - 3, *entrance[1:])) == CODES["ear canal"]
