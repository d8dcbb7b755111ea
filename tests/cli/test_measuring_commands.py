from dataclasses import replace
from itertools import permutations

import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import TEMPORAL_BONE


def test_info_tells_what_the_dataset_holds(result, run, small_dataset):
    found = result("info", small_dataset.folder)
    assert found["name"] == "small"
    assert found["bones"] == 3
    assert found["surgeons"] == ["surgeon_1", "surgeon_2", "surgeon_3"]
    assert found["licence"] == "MIT"
    assert [structure["name"] for structure in found["structures"]][:2] == ["air", "bone"]
    assert found["cases"][0] | {} == {
        "case_id": "bone_1",
        "bone": "bone_1",
        "side": "right",
        "grid": [16, 16, 16],
        "spacing_mm": [1.0, 1.0, 1.0],
        "surgeons": ["surgeon_1", "surgeon_2", "surgeon_3"],
        "has_structures": True,
        "has_ct": False,
        "has_burr_positions": False,
    }
    text = run("info", small_dataset.folder)[1]
    assert "analytic test shapes" in text
    assert "16 x 16 x 16" in text


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_agreement_has_the_figures_one_computes_by_hand(result, small_dataset):
    found = result("agreement", small_dataset.folder)
    assert {"foreground", "dice_mean", "dice_sd", "rpd_mean", "rpd_sd", "oracle_dice", "cases"} <= found.keys()
    masks = [case.masks() for case in small_dataset]
    pairs = [dice(a, b) for drilled in masks for a, b in permutations(drilled, 2)]
    assert found["dice_mean"] == pytest.approx(np.mean(pairs))
    assert found["foreground"] == pytest.approx(np.mean(masks))
    assert [case["case_id"] for case in found["cases"]] == ["bone_1", "bone_2", "bone_3"]


def test_agreement_reads_as_a_table(run, small_dataset):
    status, out, err = run("agreement", small_dataset.folder)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith("bone")] == ["bone_1", "bone_2", "bone_3"]
    assert err == ""


def test_why_a_figure_is_missing_is_said(run, result, bone_by, tmp_path):
    """One bone with one surgeon, and one that nobody drilled: no agreement, and no Dice of 1."""
    writer = DatasetWriter(
        tmp_path / "set", name="set", table=TEMPORAL_BONE, surgeons=("anna", "ben"), origin="test", licence="MIT"
    )
    with writer:
        writer.add(bone_by(0, surgeons=("anna",)))
        empty = bone_by(1, surgeons=("anna", "ben"))
        nothing = tuple(replace(one, mask=np.zeros_like(one.mask)) for one in empty.annotations)
        writer.add(replace(empty, annotations=nothing))
    found = result("agreement", tmp_path / "set")
    assert found["dice_mean"] is None
    assert [case["dice_mean"] for case in found["cases"]] == [None, None]
    _, out, _ = run("agreement", tmp_path / "set")
    assert "bone_1: only anna drilled it; Dice and RPD between surgeons take two." in out
    assert "bone_2: nobody drilled anything" in out


def test_rpmap_is_written_on_the_bones_grid(result, small_dataset, tmp_path):
    found = result("rpmap", small_dataset.folder, "bone_2", tmp_path / "map.nii.gz")
    written = np.asarray(nib.load(tmp_path / "map.nii.gz").dataobj).transpose(2, 1, 0)
    votes = np.sum(small_dataset.case("bone_2").masks(), axis=0)
    np.testing.assert_allclose(written, np.where(votes == 0, -1, votes / 3), atol=1e-6)
    assert (found["lowest"], found["highest"]) == (-1.0, 1.0)


def test_a_variant_names_all_settings(result, run, small_dataset, tmp_path):
    words = ("rpmap", small_dataset.folder, "bone_1", tmp_path / "map.nii.gz")
    assert result(*words, "--variant", "published-code-metric")["lowest"] == -3.0
    for wrong in (("--variant", "nonsense"), ("--variant", "paper", "--penalty", "2")):
        status, _, err = run(*words, *wrong)
        assert status == 2
        assert "--variant" in err


def test_an_unknown_case_lists_the_known_ones(run, small_dataset, tmp_path):
    status, _, err = run("rpmap", small_dataset.folder, "bone_7", tmp_path / "map.nii.gz")
    assert status == 1
    assert "bone_1, bone_2, bone_3" in err
    assert not (tmp_path / "map.nii.gz").exists()
