"""A small bone with a nerve, and how surgeons drilled it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case, Mask, Side
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume


@pytest.fixture
def case_of() -> Callable[..., Case]:
    """A case of masks, surgeons named A, B, C; ``labels`` may be given."""

    def make(
        masks: Sequence[Mask],
        case_id: str = "bone",
        *,
        side: Side | None = None,
        bone: str = "",
        labels: np.ndarray | None = None,
    ) -> Case:
        grid = Grid.of_shape(masks[0].shape)
        names = [chr(ord("A") + k) for k in range(len(masks))]
        annotations = tuple(Annotation(name, mask) for name, mask in zip(names, masks, strict=True))
        structures = None if labels is None else Volume(labels, grid)
        return Case(case_id, grid, TEMPORAL_BONE, structures, annotations=annotations, side=side, bone=bone)

    return make


@pytest.fixture
def row() -> Callable[..., Mask]:
    """A mask of one row of voxels that holds those listed."""

    def make(*voxels: int, length: int = 8) -> Mask:
        mask = np.zeros((1, 1, length), bool)
        mask[0, 0, list(voxels)] = True
        return mask

    return make
