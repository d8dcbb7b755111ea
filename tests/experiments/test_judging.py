import numpy as np
import pytest

from napari_rpdl.consensus.overlap import dice, rpd
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.experiments.folds import folds_of
from napari_rpdl.experiments.judging import Answerer, judges_of, maps_of, measured, rows


def fold_of(dataset, tiny, experiment, protocol):
    return folds_of(dataset, tiny(experiment), protocol)[0]


@pytest.mark.parametrize(
    ("experiment", "protocol", "maps", "judges"),
    [
        ("bones", "paper", ("test",), ("surgeon_1", "surgeon_2", "surgeon_3")),
        ("bones", "repaired", ("others", "test"), ("surgeon_1", "surgeon_2", "surgeon_3")),
        ("surgeons", "paper", ("training",), ("surgeon_2", "surgeon_3")),
        ("surgeons", "repaired", ("others", "test"), ("surgeon_1",)),
    ],
)
def test_whose_masks_and_whose_maps(small_dataset, small_case, tiny, experiment, protocol, maps, judges):
    fold = fold_of(small_dataset, tiny, experiment, protocol)
    assert maps_of(fold) == maps
    assert judges_of(fold, small_case) == judges
    answer = np.zeros(small_case.grid.shape, np.bool_)
    answer[4:12, 3:9, 8:14] = True
    found = {(m.metric, m.surgeon, m.rpmap): m.value for m in measured(answer, None, small_case, fold, thorough=False)}
    assert {surgeon for metric, surgeon, _ in found if metric == "dice"} == set(judges)
    assert {rpmap for metric, _, rpmap in found if metric == "rpd"} == set(maps)
    for judge in judges:
        mask = small_case.annotation(judge).mask
        assert found["dice", judge, ""] == dice(answer, mask)
        names = {
            "test": small_case.surgeons,
            "training": ("surgeon_2", "surgeon_3"),
            "others": [name for name in small_case.surgeons if name != judge],
        }
        for which in maps:
            expected = rpd(answer, mask, rpmap_of(small_case.masks(*names[which])))
            assert found["rpd", judge, which] == pytest.approx(expected, abs=1e-12)


def test_a_single_judge_has_no_oracle(small_dataset, small_case, tiny):
    fold = fold_of(small_dataset, tiny, "surgeons", "repaired")
    found = measured(small_case.masks()[1], None, small_case, fold, thorough=False)
    assert not {one.metric for one in found} & {"oracle_dice", "fraction_of_oracle", "energy_distance"}


def test_a_case_that_no_judge_drilled_has_no_scores(small_dataset, small_case, tiny):
    fold = fold_of(small_dataset, tiny, "surgeons", "repaired")
    assert measured(small_case.masks()[1], None, small_case.without(["surgeon_1"]), fold, thorough=False) == []


def test_rows_say_where_they_come_from(small_dataset, small_case, tiny):
    fold = fold_of(small_dataset, tiny, "surgeons", "repaired")
    found = measured(small_case.masks()[1], None, small_case, fold, thorough=False)
    answerer = Answerer("default/unet/dice", "default", "unet", "dice", 3)
    made = list(rows(found, answerer, small_case, fold, "tuned"))
    assert len(made) == len(found)
    row = next(row for row in made if row.metric == "dice")
    assert (row.experiment, row.protocol, row.fold) == ("surgeons", "repaired", "surgeon_1+bone_1")
    assert Answerer(row.method, row.preset, row.network, row.loss, row.seed) == answerer
    assert (row.case_id, row.bone, row.surgeon, row.decision) == ("bone_1", "bone_1", "surgeon_1", "tuned")
