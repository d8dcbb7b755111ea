import json

import nibabel as nib
import numpy as np
import pytest

TINY = ["--grid", "16", "--channels", "4", "8", "--steps-per-epoch", "1", "--threads", "1", "--device", "cpu"]


@pytest.fixture
def trained(result, small_dataset, tmp_path):
    """Train a run of one epoch that holds out bone_3."""

    def call(seed: int):
        run = tmp_path / f"run_{seed}"
        words = ["--hold-out", "bone_3", "--epochs", "1", "--seed", seed]
        result("train", small_dataset.folder, run, "--in-process", *words, *TINY)
        return run

    return call


def voxels(path):
    return np.asarray(nib.load(path).dataobj)


def test_an_ensemble_with_spread_and_record(result, small_dataset, trained, tmp_path):
    runs = [trained(seed) for seed in (0, 1)]
    out, spread, record = tmp_path / "p.nii.gz", tmp_path / "spread.nii.gz", tmp_path / "record.json"
    words = ["--spread", spread, "--record", record, "--probabilities", "--ensemble", runs[1]]
    answer = result("predict", runs[0], small_dataset.folder, "bone_3", out, *words)
    single = []
    for run in runs:
        result("predict", run, small_dataset.folder, "bone_3", tmp_path / "one.nii.gz", "--probabilities")
        single.append(voxels(tmp_path / "one.nii.gz"))
    np.testing.assert_allclose(voxels(out), np.mean(single, axis=0), atol=1e-6)
    assert (voxels(spread) >= np.std(single, axis=0) - 1e-4).all()
    assert answer["runs"] == [str(run) for run in runs]
    assert json.loads(record.read_text()) == answer


def test_constraints_say_what_they_took(run, result, small_dataset, trained, tmp_path):
    words = ["predict", trained(0), small_dataset.folder, "bone_3", tmp_path / "bone_3.nii.gz", "--threshold", "0.01"]
    free = result(*words)
    held = result(*words, "--avoid-critical", "--one-region")
    inside = sum(free["critical_voxels"].values())
    assert held["removed_voxels"]["critical structures and their margin"] == inside > 0
    assert not any(held["critical_voxels"].values())
    _, out, _ = run(*words, "--avoid-critical")
    assert f"critical structures and their margin: {inside} voxels" in out
    _, out, _ = run(*words)
    assert "--avoid-critical spares them" in out


@pytest.mark.parametrize("rule", ["dice-optimal", "mbr"])
def test_other_rules_decide(result, small_dataset, trained, tmp_path, rule):
    runs = [trained(seed) for seed in (0, 1)]
    out = tmp_path / "bone_3.nii.gz"
    answer = result("predict", runs[0], small_dataset.folder, "bone_3", out, "--rule", rule, "--ensemble", runs[1])
    assert answer["rule"] == rule
    assert answer["expected_dice"] is not None
    assert voxels(out).sum() == answer["drilled_voxels"]


def test_a_tuned_threshold_is_found_stored_and_named(run, result, small_dataset, trained, tmp_path):
    folder, out = trained(0), tmp_path / "bone_3.nii.gz"
    words = ["predict", folder, small_dataset.folder, "bone_3", out, "--rule", "tuned"]
    status, _, err = run(*words)
    assert status == 1
    assert f"napari-rpdl tune {folder}" in " ".join(err.split())
    [tuned] = result("tune", folder)["tuned"]
    assert tuned["source"] == "validation bones"
    assert "bone_3" not in tuned["cases"]
    [saved] = json.loads((folder / "checkpoint_best.threshold.json").read_text())["tuned"]
    assert saved["threshold"] == tuned["threshold"]
    assert result(*words)["threshold"] == tuned["threshold"]
    _, out, _ = run("tune", folder)
    assert f"threshold {tuned['threshold']:.2f}" in out


def test_a_threshold_is_refused_where_it_was_tuned_for_other_views(run, result, small_dataset, trained, tmp_path):
    folder, out = trained(0), tmp_path / "bone_3.nii.gz"
    words = ["predict", folder, small_dataset.folder, "bone_3", out, "--rule", "tuned", "--views", "single"]
    result("tune", folder)
    status, _, err = run(*words)
    assert status == 1
    assert f"napari-rpdl tune {folder} --checkpoint best --views single --large-bones resample" in " ".join(err.split())
    assert not out.exists()
    [tuned] = result("tune", folder, "--checkpoint", "best", "--views", "single", "--large-bones", "resample")["tuned"]
    assert result(*words)["threshold"] == tuned["threshold"]


def test_patches_at_a_scale_that_the_network_does_not_know_are_refused(run, small_dataset, tmp_path, result):
    folder, out = tmp_path / "coarse", tmp_path / "bone_3.nii.gz"
    words = ["--hold-out", "bone_3", "--epochs", "1", *TINY, "--grid", "8"]
    result("train", small_dataset.folder, folder, *words)
    status, _, err = run("predict", folder, small_dataset.folder, "bone_3", out, "--large-bones", "patches")
    assert status == 1
    assert "--large-bones resample" in " ".join(err.split())
    assert not out.exists()


@pytest.mark.parametrize("words", [["--threshold", "0.5"], ["--threshold=0.3"]])
@pytest.mark.parametrize("rule", ["tuned", "dice-optimal"])
def test_a_threshold_that_the_rule_ignores_is_refused(run, tmp_path, rule, words):
    status, _, err = run("predict", "run", "dataset", "bone_3", tmp_path / "out.nii.gz", "--rule", rule, *words)
    assert status == 2
    assert f"the rule {rule} has a threshold of its own" in err


def test_runs_are_tuned_on_what_the_others_hold_out(result, small_dataset, tmp_path):
    folders = []
    for bone in ("bone_1", "bone_2"):
        folders.append(tmp_path / bone)
        result("train", small_dataset.folder, folders[-1], "--hold-out", bone, "--epochs", "1", "--in-process", *TINY)
    first, second = result("tune", *folders)["tuned"]
    assert first["cases"] == ["bone_2"]
    assert second["cases"] == ["bone_1"]
    assert first["source"] == "bones held out by other runs"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--surgeon", "surgeon_1"], "without surgeon heads"),
        (["--spread", "spread.nii.gz", "--views", "single"], "single answer has no spread"),
        (["--views", "cube"], 'train with augmentation "cube"'),
        (["--rule", "mbr"], "--ensemble"),
    ],
)
def test_what_a_network_cannot_do_is_refused_before_anything_is_written(
    run, small_dataset, trained, tmp_path, words, says
):
    out = tmp_path / "out.nii.gz"
    status, _, err = run("predict", trained(0), small_dataset.folder, "bone_3", out, *words)
    assert status == 1
    assert says in err
    assert not out.exists()


def test_a_run_whose_settings_are_damaged_is_named_before_anything_is_written(run, small_dataset, trained, tmp_path):
    folder, out = trained(0), tmp_path / "out.nii.gz"
    (folder / "settings.json").write_text('{"loss": 3}')
    status, _, err = run("predict", folder, small_dataset.folder, "bone_3", out)
    assert status == 1
    assert "settings.json" in "".join(err.split())
    assert not out.exists()


def test_one_surgeon_is_asked_where_each_has_a_head(result, small_dataset, tmp_path):
    folder = tmp_path / "heads"
    words = ["--hold-out", "bone_3", "--epochs", "1", "--loss", "surgeon-heads"]
    result("train", small_dataset.folder, folder, "--in-process", *words, *TINY)
    outs = {}
    for surgeon in ("surgeon_1", "surgeon_2", "surgeon_3", ""):
        out = outs[surgeon] = tmp_path / f"of_{surgeon}.nii.gz"
        result("predict", folder, small_dataset.folder, "bone_3", out, "--probabilities", "--surgeon", surgeon)
    heads = [voxels(path) for surgeon, path in outs.items() if surgeon]
    np.testing.assert_allclose(voxels(outs[""]), np.mean(heads, axis=0), atol=1e-6)
    assert np.abs(heads[0] - heads[1]).max() > 1e-4
    words = ["predict", folder, small_dataset.folder, "bone_3", tmp_path / "tuned.nii.gz", "--rule", "tuned"]
    tuned = {one["surgeon"]: one["threshold"] for one in result("tune", folder)["tuned"]}
    assert set(tuned) == {"", "surgeon_1", "surgeon_2", "surgeon_3"}
    assert result(*words, "--surgeon", "surgeon_2")["threshold"] == tuned["surgeon_2"]
    assert result(*words)["threshold"] == tuned[""]
