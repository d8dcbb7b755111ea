"""The face that a cut leaves."""

import numpy as np
import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.gui.cut import WHOLE, Cut
from napari_rpdl.gui.cut_faces import bone_face, region_face
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.palette import rgb


def case_of(labels: np.ndarray, side="right") -> Case:
    grid = Grid.of_shape(labels.shape)
    return Case("bone_1", grid, TEMPORAL_BONE, Volume(labels, grid), side=side)


def area(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, corner]].astype(float) for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def block(code: int = 1) -> np.ndarray:
    labels = np.zeros((20, 24, 28), np.uint8)
    labels[4:16, 5:19, 6:22] = code
    return labels


@pytest.mark.parametrize(
    ("axis", "across", "expected"), [("axial", 0, 14 * 16), ("coronal", 1, 12 * 16), ("sagittal", 2, 12 * 14)]
)
def test_the_face_of_a_block_is_its_cross_section(axis, across, expected) -> None:
    cut = Cut(axis, 0.5)
    face = bone_face(case_of(block()), None, cut)
    assert np.allclose(face.vertices[:, across], cut.voxel((20, 24, 28)))
    assert area(face) == pytest.approx(expected, rel=0.03)


def test_a_ball_is_cut_in_a_round_disc() -> None:
    z, y, x = np.indices((32, 32, 32)) - 15.5
    labels = (z**2 + y**2 + x**2 < 12**2).astype(np.uint8)
    face = bone_face(case_of(labels), None, Cut("axial", 0.5))
    assert area(face) == pytest.approx(np.pi * 12**2, rel=0.04)
    rim = np.linalg.norm(face.vertices[:, 1:] - 15.5, axis=1)
    assert rim.max() < 12.6


def test_what_is_drilled_is_missing_and_structures_have_their_colours() -> None:
    labels = block()
    labels[4:16, 8:12, 6:22] = 7
    drilled = np.zeros(labels.shape, bool)
    drilled[:, 14:19] = True
    face = bone_face(case_of(labels), drilled, Cut("axial", 0.5))
    assert area(face) == pytest.approx(9 * 16, rel=0.05)
    sinus = (face.vertices[:, 1] > 8.5) & (face.vertices[:, 1] < 10.5)
    assert np.allclose(face.colors[sinus, :3], np.array(rgb("#2f6fd0")) * 0.92, atol=1e-3)
    assert face.colors[:, :3].max(axis=1).min() > 0.5, "no black rim of air"


def test_hollow_landmarks_belong_to_it_only_where_structures_are_cut_as_well() -> None:
    labels = block()
    labels[4:16, 5:12, 6:22] = 12  # ear canal
    both, bone = (bone_face(case_of(labels), None, Cut("axial", 0.5, structures=cut)) for cut in (True, False))
    assert area(both) == pytest.approx(14 * 16, rel=0.03)
    assert area(bone) == pytest.approx(7 * 16, rel=0.06)


def test_mirrored_bones_have_mirrored_faces() -> None:
    labels = block()
    labels[:, :, 6:10] = 0
    cut = Cut("sagittal", 0.6)
    right, left = (
        bone_face(case_of(labels), None, cut),
        bone_face(case_of(labels[:, :, ::-1].copy(), "left"), None, cut),
    )
    assert area(right) == pytest.approx(area(left))
    assert np.allclose(right.vertices[:, 2] + left.vertices[:, 2], 27)


def test_without_a_cut_or_where_there_is_nothing_no_face_is_left() -> None:
    assert bone_face(case_of(block()), None, WHOLE).is_empty
    assert bone_face(case_of(block()), None, Cut("axial", 0.0)).is_empty


def test_a_region_has_a_face_in_its_colour() -> None:
    face = region_face(case_of(np.zeros((20, 24, 28), np.uint8)), block().astype(bool), "#E69F00", Cut("axial", 0.5))
    assert area(face) == pytest.approx(14 * 16, rel=0.03)
    assert np.allclose(face.colors[:, :3], np.array(rgb("#E69F00")) * 0.92, atol=1e-3)
