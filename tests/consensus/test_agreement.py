import json
from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import (
    case_agreement,
    dataset_agreement,
    dice,
    measure_agreement,
    pairwise_dice,
    repeat_dice,
)
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.importers.recordings import import_recordings
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RecordingSettings


def test_pairwise_dice_by_hand():
    masks = [np.array([[[1, 1, 0, 0]]], bool), np.array([[[1, 1, 1, 1]]], bool), np.array([[[0, 0, 0, 1]]], bool)]
    np.testing.assert_allclose(pairwise_dice(masks), [[1, 4 / 6, 0], [4 / 6, 1, 2 / 5], [0, 2 / 5, 1]])


def test_means_and_sds_follow_the_papers_protocol(random_masks, case_of):
    """Surgeon by surgeon over bones and others, then the mean of the surgeons."""
    cases = [case_of(random_masks(3, seed=seed), f"bone_{seed}") for seed in range(4)]
    agreement = dataset_agreement(case_agreement(case) for case in cases)
    means, sds = [], []
    for k in range(3):
        values = [dice(case.masks()[k], case.masks()[j]) for case in cases for j in range(3) if j != k]
        means.append(sum(values) / 8)
        sds.append((sum((value - means[-1]) ** 2 for value in values) / 8) ** 0.5)
    assert agreement.dice_mean == pytest.approx(sum(means) / 3)
    assert agreement.dice_sd == pytest.approx(sum(sds) / 3)
    assert agreement.foreground == pytest.approx(np.mean([np.mean(case.masks()) for case in cases]))
    rpds = [value for case in agreement.cases for value in case.rpd.ravel() if not np.isnan(value)]
    assert agreement.rpd_mean == pytest.approx(np.mean(rpds))


def test_repeats_are_the_same_surgeon_on_the_same_bone(random_masks, case_of):
    one, two, other = (random_masks(2, seed=seed) for seed in range(3))
    cases = [case_of(one, "bone_1_a", "bone_1"), case_of(two, "bone_1_b", "bone_1"), case_of(other, "bone_2")]
    assert repeat_dice(cases) == pytest.approx((dice(one[0], two[0]) + dice(one[1], two[1])) / 2)
    assert repeat_dice([cases[0], cases[2]]) is None


@pytest.mark.parametrize("surgeons", [1, 2, 9, 20])
@pytest.mark.parametrize("drilled", [True, False])
def test_json_has_every_figure_and_no_nan(random_masks, case_of, surgeons, drilled):
    masks = [mask & drilled for mask in random_masks(surgeons)]
    case = case_agreement(case_of(masks))
    figures = json.loads(json.dumps(dataset_agreement([case]).as_json(), allow_nan=False))
    keys = ["foreground", "dice_mean", "dice_sd", "rpd_mean", "rpd_sd", "oracle_dice", "repeat_dice", "notes", "cases"]
    assert list(figures) == keys
    assert (figures["dice_mean"] is None) == (surgeons == 1 or not drilled)
    assert len(figures["notes"]) == (surgeons == 1 or not drilled)
    only = figures["cases"][0]
    assert only["dice_mean"] == figures["dice_mean"]
    assert only["surgeons"] == [chr(ord("A") + k) for k in range(surgeons)]
    assert np.shape(only["dice_matrix"]) == np.shape(only["rpd_matrix"]) == (surgeons, surgeons)
    if drilled:
        assert only["oracle_dice"] >= only["oracle_threshold_dice"] >= 0
    else:
        assert only["oracle_dice"] is only["oracle_threshold_dice"] is figures["oracle_dice"] is None


def test_bones_that_nobody_drilled_do_not_count(random_masks, case_of):
    """Agreeing on nothing would be a Dice of 1, and raise the mean."""
    drilled, empty = random_masks(3), [mask & False for mask in random_masks(3)]
    alone = dataset_agreement([case_agreement(case_of(drilled, "bone_1"))])
    both = dataset_agreement([case_agreement(case_of(masks, name)) for masks, name in ((drilled, "a"), (empty, "b"))])
    assert (both.dice_mean, both.rpd_mean, both.oracle_dice) == (alone.dice_mean, alone.rpd_mean, alone.oracle_dice)
    assert both.notes == ("b: nobody drilled anything, so there is no agreement to measure.",)
    assert repeat_dice([case_of(empty, "a", "bone"), case_of(empty, "b", "bone")]) is None


def test_who_drilled_nothing_is_named(random_masks, case_of):
    masks = random_masks(3)
    case = case_agreement(case_of([masks[0], masks[1] & False, masks[2]]))
    assert case.undrilled == ("B",)
    assert case.note.endswith("B drilled nothing; two empty regions agree with a Dice of 1, others with 0.")


def test_surgeons_who_agree_fully_agree_fully(random_masks, case_of):
    agreement = dataset_agreement([case_agreement(case_of(random_masks(1) * 4))])
    assert (agreement.dice_mean, agreement.dice_sd) == (1, 0)
    assert (agreement.rpd_mean, agreement.rpd_sd) == (1, 0)
    assert agreement.oracle_dice == 1


def test_a_dataset_is_measured_from_its_folder(random_masks, case_of, tmp_path):
    """Repetitions lie apart in the folder; a case that nobody drilled does not count."""
    names = [("first", "bone_1"), ("second", "bone_2"), ("third", "bone_1")]
    cases = [case_of(random_masks(2, seed=seed), *name) for seed, name in enumerate(names)]
    bone = Volume(np.ones(cases[0].grid.shape, np.uint8), cases[0].grid)
    planned = Case("planned", bone.grid, TEMPORAL_BONE, structures=bone)
    with DatasetWriter(
        tmp_path / "set", name="set", table=TEMPORAL_BONE, surgeons=("A", "B"), origin="test", licence="MIT"
    ) as writer:
        for case in [*cases, planned]:
            writer.add(case)
    agreement = measure_agreement(Dataset.open(tmp_path / "set"))
    assert [case.case_id for case in agreement.cases] == ["first", "second", "third"]
    assert agreement.repeat_dice == pytest.approx(repeat_dice(cases))
    assert agreement.dice_mean == pytest.approx(np.mean([pairwise_dice(case.masks())[0, 1] for case in cases]))


def test_nothing_drilled_is_refused(random_masks, case_of):
    with pytest.raises(InputError, match="at least one surgeon"):
        case_agreement(replace(case_of(random_masks(1)), annotations=()))
    with pytest.raises(InputError, match="at least one bone"):
        dataset_agreement([])


@pytest.mark.real_data
def test_the_surgeons_recordings_agree_as_their_readme_says(cm_recordings, tmp_path):
    """A second, independent computation of these figures: 0.82 within, 0.69 between surgeons."""
    for _ in import_recordings(cm_recordings / "recordings.npz", tmp_path / "set", RecordingSettings()):
        pass
    agreement = measure_agreement(Dataset.open(tmp_path / "set"))
    assert agreement.repeat_dice == pytest.approx(0.82, abs=0.01)
    assert agreement.dice_mean == pytest.approx(0.69, abs=0.01)
