import numpy as np
import pytest

from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.errors import InputError
from napari_rpdl.figures.rpmap_steps import RPMapSteps, vote_colors
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

MASKS = [np.array(rows, np.bool_) for rows in ([[1, 1, 0, 0]], [[1, 0, 0, 1]], [[1, 1, 0, 0]])]


def test_the_papers_steps_by_hand():
    steps = RPMapSteps.of(MASKS, RPMapSettings())
    np.testing.assert_array_equal(steps.votes, [[3, 2, 0, 1]])
    np.testing.assert_allclose(steps.penalised, [[3, 2, -3, 1]])
    assert steps.divisor == 3
    np.testing.assert_allclose(steps.rpmap, [[1, 2 / 3, -1, 1 / 3]], rtol=1e-6)


@pytest.mark.parametrize("settings", [*RPMAP_VARIANTS.values(), RPMapSettings(normalisation="largest", penalty=2.5)])
def test_every_variant_ends_at_the_map_itself(settings):
    for masks in (MASKS, MASKS[:1], [mask & False for mask in MASKS]):
        steps = RPMapSteps.of(masks, settings)
        np.testing.assert_allclose(steps.rpmap, rpmap_of(masks, settings), rtol=1e-6)
        np.testing.assert_allclose(steps.penalised / steps.divisor, steps.rpmap, rtol=1e-6)


def test_zero_is_white_at_every_step():
    steps = RPMapSteps.of(MASKS, RPMapSettings(penalty=2))
    assert steps.limit == 2
    for values, scale in ((steps.penalised, steps.divisor), (steps.rpmap, 1.0)):
        np.testing.assert_allclose(steps.colored(0 * values, scale)[..., :3], 1, atol=0.01)
    np.testing.assert_allclose(steps.colored(steps.penalised, steps.divisor), steps.colored(steps.rpmap), atol=0.01)


def test_more_votes_are_darker():
    colors, norm = vote_colors(7)
    brightness = [sum(colors(norm(votes))[:3]) for votes in range(8)]
    assert brightness == sorted(brightness, reverse=True)
    assert len(set(brightness)) == 8


def test_no_masks_are_refused():
    with pytest.raises(InputError):
        RPMapSteps.of([], RPMapSettings())
