import json

import pytest

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume

TINY = ["--grid", "16", "--channels", "4", "8", "--epochs", "1", "--steps-per-epoch", "1", "--validation-bones", "0"]
TINY += ["--threads", "1", "--device", "cpu"]


def test_weights_are_learned_and_a_training_takes_them_up(result, run, small_dataset, tmp_path):
    out = tmp_path / "weights.json"
    words = ["learn-weights", small_dataset.folder, out, "--candidates", "2", "--hold-out", "bone_3", *TINY]
    learned = result(*words)
    assert learned["bones"] == ["bone_1", "bone_2"]
    assert len(learned["weights"]) == 4
    assert json.loads(out.read_text())["held_out_bones"] == ["bone_3"]
    assert (tmp_path / "weights_runs" / "candidate_2" / "bone_1" / "repeat_1" / "run.json").is_file()
    status, text, err = run(*words)
    assert status == 0
    assert "Candidate 2 of 2" in err
    assert "epoch 1" not in err  # all trainings were taken up
    assert f"--learned-weights {out}" in text
    train = ["train", small_dataset.folder, tmp_path / "run", "--learned-weights", out, "--in-process", *TINY]
    result(*train, "--hold-out", "bone_3")
    training = json.loads((tmp_path / "run" / "settings.json").read_text())["training"]
    assert training["loss"] == "vote-utility"
    assert training["loss_options"]["vote_weights"] == learned["weights"]
    status, _, err = run(*train[:2], tmp_path / "leaky", *train[3:], "--hold-out", "bone_2")
    assert status == 1
    assert "bone_2 had a say in these vote weights" in err
    assert not (tmp_path / "leaky").exists()
    # Another name of the dataset hides nothing.
    about = small_dataset.folder / "dataset.json"
    about.write_text(about.read_text().replace('"small"', '"renamed"'))
    status, _, err = run(*train[:2], tmp_path / "leaky", *train[3:], "--hold-out", "bone_2")
    assert status == 1
    assert "bone_2 had a say in these vote weights" in err


def test_a_namesake_of_a_bone_that_had_a_say_is_told(run, result, small_dataset, bone_by, tmp_path):
    out = tmp_path / "weights.json"
    result("learn-weights", small_dataset.folder, out, "--candidates", "2", "--hold-out", "bone_3", *TINY)
    grid = bone_by(0).grid
    labels = bone_by(0).labels().copy()
    labels[0, 0, 0] ^= 1
    path = small_dataset.folder / "cases" / "bone_1" / "structures.nii.gz"
    path.unlink()
    write_volume(Volume(labels, grid), path)
    train = ["train", small_dataset.folder, tmp_path / "run", "--learned-weights", out, "--in-process", *TINY]
    status, _, err = run(*train, "--hold-out", "bone_1")
    assert status == 0
    assert "In a dataset called small, bone_1 had a say in these vote weights, but held something else." in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--loss", "dice"], "Leave out --loss"),
        (["--vote-weights", "-1", "1"], "these are what is learned"),
        (["--candidates", "1"], "--candidates"),
    ],
)
def test_what_is_not_for_choice_is_refused(run, small_dataset, tmp_path, words, says):
    status, _, err = run("learn-weights", small_dataset.folder, tmp_path / "w.json", *words)
    assert status == 2
    assert says in " ".join(err.split())
