"""A bone to drill, and strokes to drill it with."""

import numpy as np
import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings

STEPS = (0.5, 0.75, 1.0)


@pytest.fixture
def bone() -> Case:
    """Bone with a sinus, a nerve and an air cell in it, under air, on an anisotropic grid."""
    labels = np.ones((24, 20, 16), np.uint8)
    labels[..., 13:] = 0
    labels[..., :2] = 7
    labels[10:12, 4:6, :12] = 5
    labels[16:18, 12:14, 6:8] = 0
    grid = Grid.of_shape(labels.shape, STEPS)
    return Case("bone_1", grid, TEMPORAL_BONE, Volume(labels, grid), side="right")


@pytest.fixture
def around(bone) -> Surroundings:
    return Surroundings(bone)


@pytest.fixture
def random_strokes(bone):
    """Makes tools and ways through the grid, a little beyond its edges, too."""
    return lambda count, seed=0: _strokes(count, bone.grid.shape, seed)


def _strokes(count: int, shape: tuple[int, ...], seed: int) -> list[tuple[Tool, np.ndarray]]:
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        tool = Tool(
            float(chance.uniform(0.3, 5)),
            "refill" if chance.random() < 0.3 else "drill",
            bool(chance.random() < 0.6),
            float(chance.choice([0.0, 1.0])),
        )
        made.append((tool, chance.uniform(-3, np.array(shape) + 3, (int(chance.integers(1, 4)), 3))))
    return made
