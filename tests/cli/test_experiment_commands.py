import json
import shutil

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.experiments.results import Results
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings import RPMAP_VARIANTS

COMMON = {"grid": 16, "epochs": 1, "steps_per_epoch": 1, "threads": 1, "network": {"channels": [4, 8]}}


@pytest.fixture
def settings_file(tmp_path):
    """Return a function that writes the settings of a tiny experiment."""

    def write(**given):
        whole = {"common": COMMON, "seeds": [0], "protocols": ["repaired"], "thorough": False, **given}
        (tmp_path / "experiment.json").write_text(json.dumps(whole))
        return tmp_path / "experiment.json"

    return write


def test_a_settings_file_is_the_whole_experiment(result, small_dataset, settings_file, tmp_path):
    arms = [{"training": {"loss": "dice"}}, {"training": {"loss": "wcel"}}]
    out = tmp_path / "results"
    told = result("experiment", "bones", small_dataset.folder, out, "--settings", settings_file(arms=arms))
    assert (told["pieces"], told["failed"]) == (9, [])
    rows = list(Results.open(out).rows())
    assert told["rows"] == len(rows)
    assert {row.method for row in rows} == {
        "default/unet/dice",
        "default/unet/wcel",
        "surgeons",
        "mean-vote-map",
        "oracle",
    }


def test_flags_cross_presets_networks_and_losses(run, small_dataset, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "napari_rpdl.experiments.experiment.run_experiment",
        lambda dataset, folder, settings, execution: asked.append((settings, execution)) or iter(()),
    )
    words = ["--networks", "unet", "resenc", "--losses", "dice", "rpdl-published", "--seeds", "4", "5"]
    more = ["--protocols", "paper", "--grid", "32", "--epochs", "7", "--steps-per-epoch", "3", "--jobs", "3"]
    status, _, err = run("experiment", "surgeons", small_dataset.folder, tmp_path / "results", *words, *more)
    assert status == 0, err
    ((settings, execution),) = asked
    assert execution.jobs == 3
    assert settings.experiment == "surgeons"
    assert settings.seeds == (4, 5)
    assert settings.protocols == ("paper",)
    assert [arm.method for arm in settings.arms] == [
        "default/unet/dice",
        "default/unet/rpdl-published",
        "default/resenc/dice",
        "default/resenc/rpdl-published",
    ]
    assert {(a.training.grid, a.training.epochs, a.training.steps_per_epoch) for a in settings.arms} == {(32, 7, 3)}
    assert settings.arms[1].training.rpmap == RPMAP_VARIANTS["published-code-surgeons"]


@pytest.mark.parametrize(
    ("words", "told", "status"),
    [
        (["--losses", "l2"], "l2", 2),
        (["--networks", "transformer"], "transformer", 2),
        (["--seeds", "1", "1"], "expected each seed once", 2),
        (["--grid", "4"], "grid", 2),
        (["--jobs", "0"], "jobs", 2),
        (["--settings", "nowhere.json"], "nowhere.json", 1),
        (["--settings", "nowhere.json", "--losses", "dice"], "Leave out the other flags", 2),
    ],
)
def test_wrong_words_are_explained(run, small_dataset, tmp_path, words, told, status):
    found, _, err = run("experiment", "bones", small_dataset.folder, tmp_path / "results", *words)
    assert found == status
    assert told in err
    assert "Traceback" not in err
    assert not (tmp_path / "results").exists()


def test_a_file_of_the_other_experiment_names_the_right_verb(run, small_dataset, settings_file, tmp_path):
    status, _, err = run(
        "experiment", "surgeons", small_dataset.folder, tmp_path / "results", "--settings", settings_file()
    )
    assert status == 1
    assert "napari-rpdl experiment bones" in err


def test_a_failed_piece_is_told_and_the_status_says_so(run, small_dataset, settings_file, tmp_path):
    out = tmp_path / "results"
    stranger = out / "runs" / "repaired" / "default-unet-rpdl" / "bone_2" / "seed_0" / "notes.txt"
    words = ("experiment", "bones", small_dataset.folder, out, "--settings", settings_file())
    run(*words[:-2], "--settings", settings_file(arms=[{"training": {"loss": "rpdl"}}]))
    for path in stranger.parent.iterdir():
        if path.is_file():
            path.unlink()
    stranger.write_text("mine")
    status, _, err = run(*words)
    assert status == 1
    assert "FAILED" in err
    assert "holds other files" in err


def test_surgeons_are_held_out_of_a_single_training(result, small_dataset, tmp_path):
    words = ["--grid", "16", "--channels", "4", "8", "--epochs", "1", "--steps-per-epoch", "1", "--threads", "1"]
    out = tmp_path / "run"
    result("train", small_dataset.folder, out, "--hold-out-surgeons", "surgeon_1", "surgeon_3", *words)
    assert Run.open(out).record.surgeons == ("surgeon_2",)


def test_a_fold_of_the_published_arrays(result, tmp_path):
    """Stand-ins (synthetic) with the shape and type of x9_7.npy and y9_7.npy go all the way to scores."""
    bones, regions = np.zeros((2, 63, 64, 64, 64), np.int8)
    z, y, x = np.indices((64, 64, 64))
    for bone in range(9):
        labels = np.where(x < 40 + bone, 1, 0)
        labels[28:32, 40:44, :20] = 5
        for surgeon in range(7):
            ball = (z - 32) ** 2 + (y - 24) ** 2 + (x - 40 - bone) ** 2 < (9 + surgeon) ** 2
            bones[bone * 7 + surgeon] = labels
            regions[bone * 7 + surgeon] = ball & (labels == 1)
    np.save(tmp_path / "x9_7.npy", bones)
    np.save(tmp_path / "y9_7.npy", regions)
    dataset, out = tmp_path / "dataset", tmp_path / "results"
    result("import", "cm-arrays", tmp_path / "x9_7.npy", tmp_path / "y9_7.npy", dataset)
    words = ["--grid", "16", "--epochs", "2", "--steps-per-epoch", "2", "--losses", "rpdl", "--seeds", "0"]
    quick = ["--protocols", "repaired", "--no-thorough", "--plan", "skip"]
    (fold,) = {Dataset.open(dataset).entries[2].bone}
    told = result("experiment", "bones", dataset, out, *words, *quick, "--folds", fold)
    assert (told["pieces"], told["failed"]) == (2, [])
    rows = list(Results.open(out).rows())
    assert {row.bone for row in rows} == {fold}
    oracle = [row.value for row in rows if (row.method, row.metric) == ("oracle", "fraction_of_oracle")]
    assert oracle == [pytest.approx(1)]
    compared = {row.surgeon for row in rows if (row.metric, row.decision) == ("dice", "tuned")}
    assert compared == set(Dataset.open(dataset).surgeons)
    assert len(compared) == 7


def test_the_plan_alone(run, small_dataset, settings_file, tmp_path):
    out = tmp_path / "results"
    status, told, err = run(
        "experiment", "bones", small_dataset.folder, out, "--settings", settings_file(), "--plan", "only"
    )
    assert status == 0
    assert "default/unet/bce+surgeon-dice: 3 runs of" in err
    assert "0 of 6 pieces are complete. 3 trainings are left: at most about" in err
    assert told == "Nothing was begun.\n"
    assert not out.exists()


def test_bones_on_which_nobody_can_be_judged_are_named(run, small_dataset, settings_file, tmp_path):
    cases = small_dataset.folder / "cases"
    shutil.copytree(cases / "bone_3", cases / "bone_4")
    shutil.rmtree(cases / "bone_4" / "annotations")
    about = json.loads((small_dataset.folder / "dataset.json").read_text())
    about["cases"].append({**about["cases"][0], "case_id": "bone_4", "bone": "bone_4"})
    (small_dataset.folder / "dataset.json").write_text(json.dumps(about))
    words = ["--settings", settings_file(), "--plan", "skip"]
    status, _, err = run("experiment", "bones", small_dataset.folder, tmp_path / "results", *words)
    assert status == 0
    assert "Not held out: bone_4." in err
    assert not list((tmp_path / "results").glob("*/*/**/bone_4"))
    assert len(list((tmp_path / "results").rglob("scores.csv"))) == 6
