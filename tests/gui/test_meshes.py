"""Surfaces lie where their masks are, and cavities are dark."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.gui import meshes
from napari_rpdl.gui.camera import lamp, stance
from napari_rpdl.gui.meshes import NOTHING, bone_surface, joined, structure_surfaces, surface

LAMP = (0.0, 0.0, 1.0)
WHITE = "#ffffff"


def ball(size: int = 32, radius: float = 10.0) -> np.ndarray:
    z, y, x = np.indices((size,) * 3) - (size - 1) / 2
    return z**2 + y**2 + x**2 < radius**2


def enclosed_volume(mesh) -> float:
    """Return the volume inside a closed surface by the divergence theorem."""
    a, b, c = (mesh.vertices[mesh.faces[:, corner]].astype(float) for corner in range(3))
    return abs(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6


def test_a_ball_s_surface_has_its_radius_centre_and_volume() -> None:
    mesh = surface(ball(), WHITE, LAMP)
    distance = np.linalg.norm(mesh.vertices - 15.5, axis=1)
    assert abs(distance.mean() - 10) < 0.25
    assert distance.std() < 0.3
    assert enclosed_volume(mesh) == pytest.approx(4 / 3 * np.pi * 10**3, rel=0.05)


def test_the_side_towards_the_lamp_is_brightest() -> None:
    mesh = surface(ball(), WHITE, LAMP)
    lit = mesh.colors[mesh.vertices[:, 2] > 24, 0].mean()
    edge = mesh.colors[abs(mesh.vertices[:, 2] - 15.5) < 1, 0].mean()
    assert lit > edge + 0.3


def test_a_mask_at_the_border_is_closed_and_a_single_voxel_is_not_lost() -> None:
    full = np.ones((4, 5, 6), bool)
    assert enclosed_volume(surface(full, WHITE, LAMP, sigma=0.1)) == pytest.approx(120, rel=0.2)
    one = np.zeros((8, 8, 8), bool)
    one[4, 4, 4] = True
    mesh = surface(one, WHITE, LAMP)
    assert not mesh.is_empty
    assert abs(mesh.vertices - 4).max() <= 1


def test_nothing_gives_nothing() -> None:
    assert surface(np.zeros((4, 4, 4), bool), WHITE, LAMP).is_empty
    assert joined([NOTHING, NOTHING]).is_empty


def test_joining_keeps_every_triangle() -> None:
    mesh = surface(ball(), WHITE, LAMP)
    both = joined([mesh, NOTHING, mesh])
    assert len(both.faces) == 2 * len(mesh.faces)
    assert both.faces.max() == 2 * len(mesh.vertices) - 1


def test_the_bottom_of_a_cavity_is_darker_than_the_surface_around_it(small_case) -> None:
    labels = np.ones((32, 32, 32), np.uint8)
    labels[:, :, 24:] = 0
    bone = replace(
        small_case,
        grid=small_case.grid.resampled((32, 32, 32)),
        structures=replace(small_case.structures, voxels=labels, grid=small_case.grid.resampled((32, 32, 32))),
        annotations=(),
    )
    hole = np.zeros(labels.shape, bool)
    hole[12:20, 12:20, 12:] = True
    mesh = bone_surface(bone, "#e8dcc0", hole)
    z, y, x = mesh.vertices.T
    bottom = (abs(z - 15.5) < 2) & (abs(y - 15.5) < 2) & (abs(x - 11.5) < 1)
    around = (abs(z - 15.5) < 9) & (abs(z - 15.5) > 7) & (abs(x - 23.5) < 1)
    assert mesh.colors[bottom, 0].mean() < 0.75 * mesh.colors[around, 0].mean()


def test_structures_have_the_table_s_hue_and_lose_what_was_drilled(small_case) -> None:
    whole = structure_surfaces(small_case)
    assert set(whole) == {5, 8}
    nerve = whole[5].colors.mean(axis=0)
    assert nerve[0] > nerve[1] > nerve[2]
    gone = structure_surfaces(small_case, small_case.labels() == 5)
    assert gone[5].is_empty
    assert not gone[8].is_empty


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_lamp_shines_from_where_the_surgeon_stands(side) -> None:
    assert np.dot(lamp(side), stance("surgical", side).gaze) < 0


@pytest.mark.parametrize(("side", "right"), [("right", (-1, 0, 0)), ("left", (1, 0, 0))])
def test_in_surgery_a_right_ear_has_its_crown_on_the_left(side, right) -> None:
    """Gaze x up, in the right-handed order x y z of the body, is what lies to the right on the screen."""
    towards = stance("surgical", side)
    gaze, up = towards.gaze[::-1], towards.up[::-1]
    assert tuple(np.cross(gaze, up)[::-1]) == right


def test_light_on_a_large_array_is_that_of_a_small_one(monkeypatch) -> None:
    """The same ball, lit on every voxel and on every other one."""
    fine = surface(ball(40, 15), WHITE, LAMP)
    monkeypatch.setattr("napari_rpdl.gui.meshes._FINE", 1000)
    coarse = surface(ball(40, 15), WHITE, LAMP)
    assert np.array_equal(fine.faces, coarse.faces)
    assert abs(fine.colors - coarse.colors).max() < 0.15
    assert abs(fine.colors - coarse.colors).mean() < 0.02


def test_a_large_glassy_surface_is_the_same_ball_in_a_quarter_of_the_triangles(monkeypatch) -> None:
    fine = surface(ball(), WHITE, LAMP, glassy=True)
    monkeypatch.setattr(meshes, "_FINE", 1000)
    coarse = surface(ball(), WHITE, LAMP, glassy=True)
    assert len(coarse.faces) < len(fine.faces) / 3
    distance = np.linalg.norm(coarse.vertices - 15.5, axis=1)
    assert abs(distance.mean() - 10) < 0.25
    assert distance.std() < 0.3
    assert enclosed_volume(coarse) == pytest.approx(4 / 3 * np.pi * 10**3, rel=0.05)
    assert len(surface(ball(), WHITE, LAMP).faces) == len(fine.faces), "only what one looks through"
    sheet = np.zeros((30, 30, 30), bool)
    sheet[3:27, 3:27, 9] = True
    assert not surface(sheet, WHITE, LAMP, glassy=True).is_empty, "too thin for cells of two"


def test_halving_takes_the_mean_of_eight_and_keeps_places(monkeypatch) -> None:
    ramp = np.arange(7, dtype=np.float32)[:, None, None] + np.zeros((7, 6, 5), np.float32)
    monkeypatch.setattr(meshes, "_FINE", 1)
    halved = meshes.Blurred(ramp, 0.1)
    at = np.array([[0.5, 2, 2], [2.5, 3, 1], [4, 2, 2]], np.float32)
    assert halved.at(at) == pytest.approx([0.5, 2.5, 4.0])
    assert halved.slope_at(at)[:2] == pytest.approx(np.array([[2, 0, 0], [2, 0, 0]]))


def test_a_crosshair_reaches_along_the_three_axes_through_its_voxel() -> None:
    mesh = meshes.cross((3, 4, 5), 2, (16, 16, 16))
    assert np.allclose(mesh.vertices.min(axis=0), (1, 2, 3))
    assert np.allclose(mesh.vertices.max(axis=0), (5, 6, 7))
    assert np.allclose(mesh.vertices.mean(axis=0), (3, 4, 5))
    assert mesh.faces.max() < len(mesh.vertices)
    edge = meshes.cross((0, 4, 15), 2, (16, 16, 16))
    assert edge.vertices.min() >= 0
    assert edge.vertices.max() <= 15
