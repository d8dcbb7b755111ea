"""Energy distance against SciPy's Jaccard distance and plain loops."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.energy_distance import energy_distance


def random_masks(seed, count):
    rng = np.random.default_rng(seed)
    return [rng.random((5, 6, 7)) < rng.uniform(0.1, 0.6) for _ in range(count)]


@pytest.mark.parametrize(("answers", "surgeons"), [(1, 7), (4, 3), (5, 1)])
def test_it_is_the_definition_with_scipys_jaccard_distance(answers, surgeons):
    first, second = random_masks(1, answers), random_masks(2, surgeons)
    flat = [np.array([mask.ravel() for mask in masks]) for masks in (first, second)]
    across, inside_first, inside_second = (cdist(a, b, "jaccard").mean() for a, b in (flat, flat[:1] * 2, flat[1:] * 2))
    assert energy_distance(first, second) == pytest.approx(2 * across - inside_first - inside_second)


def test_pairs_with_itself_are_included():
    a, b = np.array([[[True, False]]]), np.array([[[False, True]]])
    # Answers {a}, surgeons {a, b}: 2 * (0 + 1) / 2 - 0 - (0 + 1 + 1 + 0) / 4.
    assert energy_distance([a], [a, b]) == pytest.approx(0.5)
    assert energy_distance([a], [b]) == 2.0
    for masks in itertools.permutations([a, b]):
        assert energy_distance(masks, [a, b]) == 0.0


def test_empty_masks_are_equal_to_each_other():
    nothing, something = np.zeros((2, 2, 2), bool), np.ones((2, 2, 2), bool)
    assert energy_distance([nothing], [nothing]) == 0.0
    assert energy_distance([nothing], [something]) == 2.0


def test_without_masks_there_is_no_distance():
    with pytest.raises(InputError, match="at least one"):
        energy_distance([], [])
    for sets in (([], random_masks(1, 2)), (random_masks(1, 2), [])):
        with pytest.raises(InputError, match="at least one"):
            energy_distance(*sets)
