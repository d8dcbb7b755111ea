import numpy as np
import pytest

from napari_rpdl.consensus.agreement import case_agreement
from napari_rpdl.errors import InputError
from napari_rpdl.figures.score_lines import score_lines, surgeon_score_lines


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_the_lines_are_mean_and_population_sd_over_the_surgeons(bone):
    mask = bone.masks()[2] & (np.indices(bone.grid.shape)[2] > 15)
    values = [dice(mask, other) for other in bone.masks()]
    votes = sum(other.astype(float) for other in bone.masks())
    worth = np.where(votes > 0, votes / 3, -1.0)  # the paper's map
    weight = np.abs(worth)
    rpds = [
        2 * (other & mask).astype(float).ravel() @ worth.ravel() / ((other * weight).sum() + (mask * weight).sum())
        for other in bone.masks()
    ]
    assert score_lines(mask, bone) == (
        f"Dice {np.mean(values):.3f} ± {np.std(values):.3f}",
        f"RPD {np.mean(rpds):.3f} ± {np.std(rpds):.3f}",
    )


def test_a_surgeon_is_compared_with_the_others_as_in_the_agreement(bone):
    agreement = case_agreement(bone)
    for row, surgeon in enumerate(bone.surgeons):
        dices, rpds = (np.delete(matrix[row], row) for matrix in (agreement.pairwise, agreement.rpd))
        assert surgeon_score_lines(surgeon, bone) == (
            f"Dice {dices.mean():.3f} ± {dices.std():.3f}",
            f"RPD {rpds.mean():.3f} ± {rpds.std():.3f}",
        )


def test_where_there_is_nobody_to_compare_with_there_are_no_lines(bone_of):
    alone = bone_of(surgeons=1)
    assert surgeon_score_lines("surgeon_1", alone) == ()
    assert score_lines(alone.masks()[0], bone_of(surgeons=0)) == ()
    with pytest.raises(InputError, match="nobody"):
        surgeon_score_lines("nobody", alone)
