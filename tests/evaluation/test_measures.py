"""The measures of an answer, each against the function or library that it is to come from."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from monai.metrics import compute_hausdorff_distance

from napari_rpdl.consensus.agreement import rpd
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.measures import Measured, each, measure
from napari_rpdl.evaluation.scoring import score


@pytest.fixture
def answer(small_case):
    """What the second surgeon drilled, moved by a voxel."""
    return np.roll(small_case.masks()[1], 1, axis=0)


@pytest.fixture
def probabilities(small_case):
    return np.mean(small_case.masks(), axis=0).astype(np.float32)


def test_overlap_is_what_the_scoring_says(small_case, answer) -> None:
    found, scores = measure(answer, None, small_case), score(answer, small_case)
    assert found["dice"] == pytest.approx(dict(zip(scores.surgeons, scores.dice, strict=True)))
    assert found["rpd:test"] == pytest.approx(dict(zip(scores.surgeons, scores.rpd, strict=True)))
    for name in ("oracle_dice", "fraction_of_oracle", "volume_ratio"):
        assert found[name] == pytest.approx(getattr(scores, name))
    touched = {name: voxels for name, voxels in found.items() if name.startswith("critical_voxels:")}
    assert touched == {f"critical_voxels:{name}": voxels for name, voxels in scores.critical_voxels.items()}


def test_each_rpd_names_whose_map_judges(small_case, answer) -> None:
    first, second, third = small_case.masks()
    found = measure(answer, None, small_case, ["surgeon_1"], training_surgeons=["surgeon_2"])
    assert found["rpd:test"] == {"surgeon_1": rpd(answer, first, rpmap_of([first, second, third]))}
    assert found["rpd:others"] == {"surgeon_1": rpd(answer, first, rpmap_of([second, third]))}
    assert found["rpd:training"] == {"surgeon_1": rpd(answer, first, rpmap_of([second]))}


def test_only_the_named_surgeons_are_compared(small_case, answer) -> None:
    found = measure(answer, None, small_case, ["surgeon_3", "surgeon_1"])
    assert list(found["dice"]) == list(found["surface_dice:1mm"]) == ["surgeon_3", "surgeon_1"]
    alone = replace(small_case, annotations=(small_case.annotation("surgeon_3"),))
    lonely = measure(answer, None, alone)
    assert lonely["oracle_dice"] == 1.0
    assert "rpd:others" not in lonely
    with pytest.raises(InputError, match="surgeon_9"):
        measure(answer, None, small_case, ["surgeon_9"])


def test_distances_are_in_the_grids_unit(small_case, answer) -> None:
    both = {
        name: torch.from_numpy(mask)[None, None].float()
        for name, mask in {"a": answer, "b": small_case.masks()[0]}.items()
    }
    expected = compute_hausdorff_distance(both["a"], both["b"], include_background=True, percentile=95).item()
    assert measure(answer, None, small_case)["hd95:mm"]["surgeon_1"] == pytest.approx(expected)
    grid = Grid.of_shape((16, 16, 16))
    unknown = measure(answer, None, replace(small_case, grid=grid, structures=Volume(small_case.labels(), grid)))
    assert unknown["hd95:voxels"]["surgeon_1"] == pytest.approx(expected)
    assert {"surface_dice:1voxel", "within_1voxel:dura", "clearance_voxels:dura"} <= unknown.keys()
    assert not any("mm" in name for name in unknown)


def test_probabilities_are_judged_where_there_are_any(small_case, answer, probabilities) -> None:
    names = {"brier", "calibration_error", "calibration_error_where_possible"}
    found = measure(answer, probabilities, small_case)
    assert found["calibration_error"] == pytest.approx(0, abs=1e-7)
    assert found.keys() - measure(answer, None, small_case).keys() == names


def test_an_empty_answer_has_no_distances_but_every_share(small_case) -> None:
    nothing = np.zeros((16, 16, 16), bool)
    found = measure(nothing, None, small_case)
    assert found["dice"] == dict.fromkeys(small_case.surgeons, 0.0)
    assert found["hd95:mm"] == found["assd:mm"] == {}
    assert found["surface_dice:1mm"] == dict.fromkeys(small_case.surgeons, 0.0)
    assert (found["volume_ratio"], found["islands"], found["overhang_share"]) == (0.0, 0, 0.0)
    assert not any(name.startswith("clearance") for name in found)


def test_where_no_surgeon_drilled(small_case, answer) -> None:
    undrilled = tuple(replace(one, mask=np.zeros_like(one.mask)) for one in small_case.annotations)
    found = measure(answer, None, replace(small_case, annotations=undrilled))
    assert (found["oracle_dice"], found["fraction_of_oracle"], found["energy_distance"]) == (1.0, 0.0, 2.0)
    assert "volume_ratio" not in found


def test_a_bone_without_structures_or_side(small_case, answer) -> None:
    names = measure(answer, None, replace(small_case, structures=None)).keys()
    assert not any(name.startswith(("critical", "within", "clearance", "overhang")) for name in names)
    sideless = measure(answer, None, replace(small_case, side=None)).keys()
    assert "overhang_voxels" not in sideless
    assert "critical_voxels:dura" in sideless


def test_the_cheap_part_is_a_part_of_the_whole(small_case, answer, probabilities) -> None:
    cheap, whole = (measure(answer, probabilities, small_case, thorough=thorough) for thorough in (False, True))
    assert cheap.items() <= whole.items()
    assert {"hd95:mm", "within_1mm:dura", "clearance_mm:dura"} <= whole.keys() - cheap.keys()


def test_each_number_on_its_own(small_case, answer, probabilities) -> None:
    found = list(each(measure(answer, probabilities, small_case)))
    assert (
        Measured("rpd", "surgeon_2", "others", rpd(answer, small_case.masks()[1], rpmap_of(small_case.masks()[::2])))
        in found
    )
    assert Measured("critical_voxels:facial nerve", "", "", 0.0) in found
    assert len({(one.metric, one.surgeon, one.rpmap) for one in found}) == len(found)
    assert all(type(one.value) is float and np.isfinite(one.value) for one in found)


def test_a_case_that_nobody_drilled_is_refused(small_case, answer) -> None:
    with pytest.raises(InputError, match="no annotation"):
        measure(answer, None, replace(small_case, annotations=()))
    with pytest.raises(InputError, match="mask"):
        measure(answer[1:], None, small_case)
