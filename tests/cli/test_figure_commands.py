import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.evaluation.scoring import score

SMALL = ("--width-mm", "60", "--dpi", "72")


def words(svg):
    return [element.text for element in ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture
def predicted(small_dataset, tmp_path):
    """A folder of predictions: what the second surgeon drilled."""
    for case in small_dataset:
        write_volume(Volume(case.masks()[1], case.grid), tmp_path / "rpdl" / f"{case.case_id}.nii.gz")
    return tmp_path / "rpdl"


def test_figure_1_is_as_wide_as_asked_and_names_all_surgeons(result, small_dataset, tmp_path):
    out = tmp_path / "new folder" / "figure_1.svg"
    found = result("figure", "1", small_dataset.folder, "--out", out, "--case", "bone_2", *SMALL)
    assert (found["file"], found["case_id"], found["bytes"]) == (str(out), "bone_2", out.stat().st_size)
    assert found["width_mm"] == pytest.approx(60, abs=0.4)
    said = words(out)
    assert {"(a) Original", "(b) surgeon_1", "(d) surgeon_3"} <= set(said)
    assert any("analytic test shapes" in text for text in said if text)


def test_figure_1_as_png_has_its_resolution(result, small_dataset, tmp_path):
    result("figure", "1", small_dataset.folder, "--out", tmp_path / "a.png", "--surgeons", "surgeon_2", *SMALL)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] == 170
        assert picture.info["dpi"] == pytest.approx((72, 72), abs=0.1)


def test_figure_2_takes_the_maps_settings(result, small_dataset, tmp_path):
    out = tmp_path / "figure_2.svg"
    found = result(
        "figure", "2", small_dataset.folder, "--out", out, "--penalty", "2", "--width-mm", "90", "--dpi", "72"
    )
    assert found["case_id"] == "bone_1"
    assert found["rpmap"]["penalty"] == 2
    assert "nobody: −6" in words(out)


def test_figure_4_shows_predictions_with_their_scores(result, small_dataset, predicted, tmp_path):
    out = tmp_path / "figure_4.svg"
    names = ("--cases", "bone_3", "bone_1", "--predictions", f"RPDL={predicted}", "--surgeons", "surgeon_1")
    found = result("figure", "4", small_dataset.folder, "--out", out, *names, "--width-mm", "80", "--dpi", "72")
    assert found["cases"] == ["bone_3", "bone_1"]
    assert found["predictions"] == {"RPDL": str(predicted)}
    said = words(out)
    assert {"Original", "surgeon_1", "RPDL"} <= set(said)
    assert "surgeon_2" not in said
    for case_id in ("bone_3", "bone_1"):
        case = small_dataset.case(case_id)
        scores = score(case.masks()[1], case)
        assert f"Dice {scores.dice_mean:.3f} ± {scores.dice_sd:.3f}" in said
        assert f"RPD {scores.rpd_mean:.3f} ± {scores.rpd_sd:.3f}" in said


def test_figure_4_compares_with_a_reference(run, small_dataset, predicted, tmp_path):
    out = tmp_path / "figure_4.pdf"
    given = ("--cases", "bone_1", "--predictions", f"RPDL={predicted}", "--reference", "RPDL", *SMALL)
    status, text, _ = run("figure", "4", small_dataset.folder, "--out", out, *given)
    assert status == 0
    assert text.startswith(f"Wrote {out}: 60 x ")
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("1", "--case", "bone_7"), "no case 'bone_7'; it has: bone_1"),
        (("1", "--surgeons", "nobody"), "no annotation by 'nobody'"),
        (("2", "--layer", "99"), "no axial layer 99"),
        (("4", "--cases", "bone_7"), "no case 'bone_7'"),
        (("4", "--reference", "nobody"), "'nobody' is neither a surgeon"),
        (("4", "--predictions", "x"), "NAME=FOLDER"),
    ],
)
def test_names_that_are_not_there_are_told(run, small_dataset, tmp_path, given, message):
    status, _, err = run("figure", given[0], small_dataset.folder, "--out", tmp_path / "a.png", *given[1:], *SMALL)
    assert status == 1
    assert message in err
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("number", ["1", "2", "4"])
def test_places_and_endings_that_do_not_do_are_told(run, small_dataset, tmp_path, number):
    status, _, err = run("figure", number, small_dataset.folder, "--out", tmp_path / "a.gif", *SMALL)
    assert status == 1
    assert ".png, .pdf, .svg" in err
    (tmp_path / "file").write_text("")
    status, _, err = run("figure", number, small_dataset.folder, "--out", tmp_path / "file" / "a.png", *SMALL)
    assert status == 1
    assert "Could not write" in err


def test_a_prediction_on_another_grid_is_refused(run, small_dataset, tmp_path):
    write_volume(Volume(np.ones((8, 8, 8), np.uint8), Grid.of_shape((8, 8, 8))), tmp_path / "p" / "bone_1.nii.gz")
    given = ("--cases", "bone_1", "--predictions", f"P={tmp_path / 'p'}", *SMALL)
    status, _, err = run("figure", "4", small_dataset.folder, "--out", tmp_path / "a.png", *given)
    assert status == 1
    assert "bone_1.nii.gz" in err


def test_settings_out_of_range_are_wrong_usage(run, small_dataset, tmp_path):
    status, _, err = run("figure", "1", small_dataset.folder, "--out", tmp_path / "a.png", "--dpi", "5")
    assert status == 2
    assert "--dpi" in err
