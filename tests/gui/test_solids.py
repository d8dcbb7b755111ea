"""What a tile shows."""

import numpy as np
import pytest

from napari_rpdl.gui.camera import stance
from napari_rpdl.gui.meshes import NOTHING, surface
from napari_rpdl.gui.pose import Pose
from napari_rpdl.gui.solids import Part, Solid

SHAPE, STEPS = (20, 10, 10), (0.5, 1.0, 1.0)


def test_a_bone_is_framed_by_its_grid_in_the_worlds_unit() -> None:
    solid = Solid((), STEPS, SHAPE)
    assert solid.radius == pytest.approx(5 * 1.06)
    matrix = solid.matrix(Pose.of(stance("lateral", "right")), 5.0)
    assert np.allclose((matrix @ [9.5, 4.5, 4.5, 1])[:3], 0)
    assert np.allclose((matrix @ [19.5, 4.5, 4.5, 1])[:2], (0, 1))


def test_left_ears_are_seen_as_the_mirror_image_of_right_ones() -> None:
    pose = Pose.of(stance("surgical", None)).turned(0.1, 0.2).shifted(0.1, 0.05)
    right = Solid((), STEPS, SHAPE).matrix(pose, 5.0) @ [3, 2, 1, 1]
    left = Solid((), STEPS, SHAPE, left=True).matrix(pose, 5.0) @ [3, 2, 8, 1]  # x = 9 - 1: the mirror image
    assert np.allclose(left * (-1, 1, 1, 1), right)


def test_a_part_brings_its_coarse_twin() -> None:
    mask = np.zeros((40, 40, 40), bool)
    mask[5:35, 5:35, 5:35] = True
    part = Part.of(surface(mask, "#ffffff", (0, 0, 1)))
    assert 0 < len(part.coarse.faces) < len(part.mesh.faces) / 2
    assert Part.of(NOTHING).coarse.is_empty
