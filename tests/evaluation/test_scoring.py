import json
from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.settings import RPMapSettings


def test_scores_by_hand(row, case_of):
    """Two surgeons, {0 1 2 3} and {2 3 4 5}; the prediction drills {2 3 6}."""
    case = case_of([row(0, 1, 2, 3), row(2, 3, 4, 5)])
    scores = score(row(2, 3, 6), case)
    assert scores.surgeons == ("A", "B")
    assert scores.dice == pytest.approx((4 / 7, 4 / 7))
    # M: 1 on 2 3, 1/2 on 0 1 4 5, -1 on 6 7; both surgeons weigh 3, the prediction 3.
    assert scores.rpd == pytest.approx((4 / 6, 4 / 6))
    assert (scores.dice_mean, scores.dice_sd) == pytest.approx((4 / 7, 0))
    assert scores.volume_ratio == pytest.approx(3 / 4)
    # Any mask between the two common voxels and all six is equally good: 2·2 / (2 + 4).
    assert scores.oracle_dice == pytest.approx(0.8)
    assert scores.fraction_of_oracle == pytest.approx(4 / 7 / 0.8)


def test_the_spread_is_the_population_sd_over_surgeons(row, case_of):
    scores = score(row(0, 1), case_of([row(0, 1), row(0), row(5)]))
    assert scores.dice == pytest.approx((1, 2 / 3, 0))
    assert scores.dice_sd == pytest.approx(np.std([1, 2 / 3, 0]))


def test_the_oracle_is_all_of_the_oracle(row, case_of):
    masks = [row(0, 1, 2), row(1, 2, 3, 4), row(2, 6)]
    scores = score(exact_oracle(masks).mask, case_of(masks))
    assert scores.fraction_of_oracle == pytest.approx(1)


def test_the_penalty_reaches_rpd(row, case_of):
    case, prediction = case_of([row(0, 1), row(0, 1)]), row(0, 1, 2)
    strict, lenient = (score(prediction, case, RPMapSettings(penalty=p)).rpd[0] for p in (2.0, 0.0))
    assert strict == pytest.approx(2 * 2 / (2 + 2 + 2))
    assert lenient == 1


def test_empty_predictions_and_empty_surgeons(row, case_of):
    nothing = score(row(), case_of([row(0), row(0, 1)]))
    assert (nothing.dice_mean, nothing.rpd_mean, nothing.volume_ratio) == (0, 0, 0)
    agreed = score(row(), case_of([row(), row()]))
    assert (agreed.dice_mean, agreed.rpd_mean, agreed.fraction_of_oracle) == (1, 1, 1)
    assert agreed.volume_ratio is None
    json.dumps(agreed.as_json(), allow_nan=False)


def test_json_holds_every_field(small_case):
    scores = score(small_case.masks()[0], small_case)
    figures = json.loads(json.dumps(scores.as_json(), allow_nan=False))
    assert figures["surgeons"] == list(small_case.surgeons)
    assert figures["dice"][0] == 1
    assert figures["critical_voxels"]["facial nerve"] == 0


def test_what_cannot_be_scored_is_refused(row, case_of):
    case = case_of([row(0)])
    with pytest.raises(InputError, match="another case, or at another resolution"):
        score(row(0, length=9), case)
    with pytest.raises(InputError, match="float32"):
        score(row(0).astype(np.float32), case)
    with pytest.raises(InputError, match="no annotation"):
        score(row(0), replace(case, annotations=()))
