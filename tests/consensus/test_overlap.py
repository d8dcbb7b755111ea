import numpy as np
import pytest
from scipy.spatial.distance import dice as scipy_dissimilarity

from napari_rpdl.consensus.overlap import dice, dice_matrix, rpd, rpd_matrix
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings


def paper_rpd(prediction, annotation, others):
    """Eq. (6) in plain Python, with votes where others drilled and -K where nobody did."""
    numerator = denominator = 0.0
    for voxel in np.ndindex(prediction.shape):
        p, y = int(prediction[voxel]), int(annotation[voxel])
        votes = sum(int(other[voxel]) for other in others)
        m = votes if votes else -len(others)
        numerator += 2 * y * p * m
        denominator += y * abs(m) + p * abs(m)
    return numerator / denominator if denominator else 1.0


@pytest.mark.parametrize("seed", range(5))
def test_dice_is_scipys(random_masks, seed):
    a, b = random_masks(2, seed=seed)
    assert dice(a, b) == pytest.approx(1 - scipy_dissimilarity(a.ravel(), b.ravel()))


def test_dice_of_empty_regions():
    empty, full = np.zeros((2, 2, 2), bool), np.ones((2, 2, 2), bool)
    assert (dice(empty, empty), dice(empty, full), dice(full, full)) == (1.0, 0.0, 1.0)


def test_rpd_by_hand():
    annotation = np.array([1, 1, 0, 0], bool)
    prediction = np.array([1, 0, 1, 0], bool)
    rewards = np.float32([1.0, 0.5, -1.0, -1.0])
    assert rpd(prediction, annotation, rewards) == pytest.approx(2 * 1 / ((1 + 0.5) + (1 + 1)))


def test_a_factor_on_the_map_does_not_matter(random_masks):
    masks = random_masks(5)
    paper, metric = (rpmap_of(masks, RPMAP_VARIANTS[name]) for name in ("paper", "published-code-metric"))
    assert rpd(masks[0], masks[1], paper) == pytest.approx(rpd(masks[0], masks[1], metric), rel=1e-6)


def test_rpd_where_nothing_weighs_anything():
    empty, full = np.zeros((1, 1, 2), bool), np.ones((1, 1, 2), bool)
    assert rpd(empty, empty, rpmap_of([full])) == 1.0
    assert rpd(full, empty, rpmap_of([empty], RPMapSettings(penalty=0))) == 1.0
    assert rpd(full, empty, rpmap_of([empty])) == 0.0


@pytest.mark.parametrize("surgeons", [2, 3, 7, 9, 18])
def test_the_matrices_are_the_plain_formulas(random_masks, surgeons):
    masks = random_masks(surgeons, (3, 3, 4))
    counts = count_patterns(masks)
    dices, rpds = dice_matrix(counts), rpd_matrix(counts)
    assert np.isnan(np.diag(rpds)).all()
    for k, judged in enumerate(masks):
        others = masks[:k] + masks[k + 1 :]
        for j, other in enumerate(masks):
            assert dices[k, j] == pytest.approx(2 * (judged & other).sum() / (judged.sum() + other.sum()))
            if j != k:
                assert rpds[k, j] == pytest.approx(paper_rpd(judged, other, others))


def test_what_a_surgeon_drilled_alone_costs_six_of_six():
    """Seven surgeons share one voxel; the first drilled one more: 2·6 / (6 + 6 + 6)."""
    masks = [np.array([[[1, k == 0]]], bool) for k in range(7)]
    rpds = rpd_matrix(count_patterns(masks))
    assert rpds[0, 1] == pytest.approx(12 / 18)
    assert rpds[1, 2] == pytest.approx(1)


def test_matrices_of_empty_masks_and_of_one_surgeon():
    empty = [np.zeros((2, 2, 2), bool)] * 2
    np.testing.assert_array_equal(dice_matrix(count_patterns(empty)), np.ones((2, 2)))
    assert rpd_matrix(count_patterns(empty))[0, 1] == 1
    assert np.isnan(rpd_matrix(count_patterns(empty[:1]))).all()


def test_regions_of_two_shapes_are_refused():
    small, large = np.zeros((1, 2, 2), bool), np.zeros((1, 2, 3), bool)
    with pytest.raises(InputError, match="same shape"):
        dice(small, large)
    with pytest.raises(InputError, match="same shape"):
        rpd(small, small, np.zeros((1, 2, 3), np.float32))
