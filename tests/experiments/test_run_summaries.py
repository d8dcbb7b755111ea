"""What the run folders tell."""

import json

import pytest

from napari_rpdl.experiments.run_summaries import machines, method_of, summaries
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.settings import PRESETS, save_training_settings

START = {
    "started": "2026-01-01T00:00:00+00:00",
    "versions": {"torch": "2.6"},
    "python": "3.11",
    "platform": "Linux",
    "device": "cpu",
    "threads": 2,
    "git": None,
}


@pytest.fixture
def two_methods(tmp_path, make_row, write):
    rows = [make_row(method, seed=seed) for method in ("paper/unet/dice", "default/unet/rpdl") for seed in (0, 1)]
    write(tmp_path / "results", rows)
    return tmp_path / "results"


def test_methods_with_their_histories_and_times(two_methods):
    found = {one.name: one for one in summaries(read_score_folder(two_methods))}
    assert set(found) == {"paper/unet/dice", "default/unet/rpdl"}
    one = found["paper/unet/dice"]
    assert len(one.histories) == 2
    assert one.histories[1].training == [(1, 1.01), (2, 0.51), (3, pytest.approx(1 / 3 + 0.01))]
    assert (one.epochs, one.seconds) == (3, 6.0)
    assert json.loads(one.settings)["loss"] == "dice"
    assert one.differing == ()


def test_settings_that_differ_between_runs_are_named(two_methods):
    run = sorted(two_methods.rglob("runs/paper/paper-unet-dice/**/run.json"))[-1].parent
    others = {"loss": "dice", "seed": 1, "epochs": 7}
    save_training_settings(PRESETS["paper"].model_copy(update=others), run / "settings.json")
    (one,) = [one for one in summaries(read_score_folder(two_methods)) if one.name == "paper/unet/dice"]
    assert one.differing == ("epochs",)


def test_a_run_without_scores_belongs_to_the_method_beside_it(two_methods, make_row, make_run):
    beside = make_run(two_methods / "runs/paper/paper-unet-dice/bone_7/seed_0", make_row("paper/unet/dice"))
    alone = make_run(two_methods / "runs/paper/new-method/bone_7/seed_0", make_row("paper/unet/dice"))
    results = read_score_folder(two_methods)
    assert method_of(beside, results) == "paper/unet/dice"
    assert method_of(alone, results) == "new-method"


def test_machines_are_counted_and_damaged_descriptions_left_out(two_methods):
    runs = sorted(path.parent for path in two_methods.rglob("run.json"))
    for depth in (1, 100_000):  # of what is replaced below
        (runs[0] / "environment.json").write_text("[" * depth)
        assert machines(read_score_folder(two_methods)) == []
    other = {**START, "device": "NVIDIA H100", "git": "abc"}
    for run, text in zip(
        runs, (json.dumps({"starts": [START, START]}), json.dumps({"starts": [other]}), "{", "[]"), strict=True
    ):
        (run / "environment.json").write_text(text)
    (cpu, twice), (gpu, once) = machines(read_score_folder(two_methods))
    assert (cpu["Device"], twice, cpu["Versions"], cpu["Commit"]) == ("cpu", 2, "torch 2.6", "not a checkout")
    assert (gpu["Device"], once, gpu["Commit"]) == ("NVIDIA H100", 1, "abc")
