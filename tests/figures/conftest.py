"""A bone for the pictures: an ellipsoid with an ear canal in front, a sinus behind, and round cavities."""

from collections.abc import Callable

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case, Side
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume

SIZE = 32


def make_bone(side: Side | None = "right", surgeons: int = 3) -> Case:
    """Return a bone of 64 mm; lateral is +x before it is mirrored for a left ear."""
    z, y, x = (np.indices((SIZE,) * 3) + 0.5) / SIZE
    labels = (((z - 0.5) / 0.45) ** 2 + ((y - 0.5) / 0.45) ** 2 + ((x - 0.4) / 0.45) ** 2 < 1).astype(np.uint8)
    labels[((z - 0.5) ** 2 + (y - 0.78) ** 2 < 0.07**2) & (x > 0.3)] = 12
    labels[(z > 0.85) & (labels == 1)] = 7
    masks = [
        ((z - 0.5) ** 2 + (y - 0.42) ** 2 < (0.12 + 0.03 * k) ** 2) & (x > 0.35) & (labels == 1)
        for k in range(surgeons)
    ]
    flip = slice(None, None, -1 if side == "left" else 1)
    grid = Grid.of_shape((SIZE,) * 3, (2.0, 2.0, 2.0))
    return Case(
        case_id=f"{side}_bone",
        grid=grid,
        table=TEMPORAL_BONE,
        structures=Volume(labels[:, :, flip], grid),
        annotations=tuple(Annotation(f"surgeon_{k + 1}", mask[:, :, flip]) for k, mask in enumerate(masks)),
        side=side,
    )


@pytest.fixture
def bone() -> Case:
    return make_bone()


@pytest.fixture
def bone_of() -> Callable[..., Case]:
    return make_bone
