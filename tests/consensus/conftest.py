"""Random bones for the tests of consensus."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case, Mask
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid


@pytest.fixture
def random_masks() -> Callable[..., list[Mask]]:
    """Masks that hold each voxel with a probability of their own."""

    def make(surgeons: int, shape: tuple[int, ...] = (3, 4, 5), seed: int = 0) -> list[Mask]:
        random = np.random.default_rng([seed, surgeons])
        return [random.random(shape) < random.uniform(0.1, 0.7) for _ in range(surgeons)]

    return make


@pytest.fixture
def case_of() -> Callable[..., Case]:
    """A case of masks, surgeons named A, B, C."""

    def make(masks: Sequence[Mask], case_id: str = "bone", bone: str = "") -> Case:
        names = [chr(ord("A") + k) for k in range(len(masks))]
        annotations = tuple(Annotation(name, mask) for name, mask in zip(names, masks, strict=True))
        return Case(case_id, Grid.of_shape(masks[0].shape), TEMPORAL_BONE, annotations=annotations, bone=bone)

    return make
