import json
import subprocess
import sys
import time

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.results import Results, fingerprint
from napari_rpdl.experiments.scores import ScoreRow, write_rows

HOLD = """
import sys, time
from pathlib import Path
from napari_rpdl.experiments.results import Results
with Results.open(Path(sys.argv[1])).working_on("runs/a") as mine:
    print(mine, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def claimed(small_dataset, tiny, tmp_path):
    return Results.claim(tmp_path / "results", small_dataset, tiny())


def test_a_folder_says_what_it_is_of(claimed, small_dataset, tiny):
    opened = Results.open(claimed.folder)
    assert opened.record.settings == tiny()
    assert opened.record.dataset == fingerprint(small_dataset)
    assert opened.record.dataset.name == "small"
    assert opened.record.folds == dict.fromkeys(("paper", "repaired"), ("bone_1", "bone_2", "bone_3"))


def test_the_same_experiment_is_claimed_again(claimed, small_dataset, tiny):
    assert Results.claim(claimed.folder, small_dataset, tiny()).record == claimed.record


def test_arms_seeds_and_protocols_can_be_added(claimed, small_dataset, tiny):
    more = tiny(seeds=[0, 5], arms=[{"training": {"loss": "wcel"}}, {"training": {"loss": "dice"}}])
    Results.claim(claimed.folder, small_dataset, more)
    assert Results.open(claimed.folder).record.settings == more


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"experiment": "surgeons"}, "experiment bones"),
        ({"arms": [{"training": {"loss": "dice", "learning_rate": 0.5}}]}, "the arm default/unet/dice"),
        ({"arms": [{"training": {"loss": "wcel"}}]}, "the arm default/unet/dice"),
        ({"seeds": [1]}, "seeds 0"),
        ({"protocols": ["paper"]}, "protocols repaired"),
        ({"thorough": True}, "thorough"),
        ({"shared_training": True}, "shared_training"),
        ({"pairs": "full"}, "pairs"),
    ],
)
def test_nothing_is_changed_or_taken_away(claimed, small_dataset, tiny, changes, told):
    before = (claimed.folder / "experiment.json").read_bytes()
    with pytest.raises(InputError, match=told):
        Results.claim(claimed.folder, small_dataset, tiny(**changes))
    assert (claimed.folder / "experiment.json").read_bytes() == before


def test_trainings_that_protocols_share_are_not_judged_by_more_later(small_dataset, tiny, tmp_path):
    shared = {"shared_training": True}
    Results.claim(tmp_path / "results", small_dataset, tiny(protocols=["repaired"], **shared))
    with pytest.raises(InputError, match="trainings that its protocols share"):
        Results.claim(tmp_path / "results", small_dataset, tiny(**shared))


def test_to_know_a_folder_writes_nothing(claimed, small_dataset, tiny, tmp_path):
    assert Results.known(tmp_path / "new", small_dataset, tiny()) is None
    assert not (tmp_path / "new").exists()
    assert Results.known(claimed.folder, small_dataset, tiny()).record == claimed.record
    with pytest.raises(InputError, match="seeds 0"):
        Results.known(claimed.folder, small_dataset, tiny(seeds=[3]))
    with pytest.raises(InputError, match="Choose another folder"):
        Results.known(small_dataset.folder, small_dataset, tiny())


def test_another_dataset_is_refused(claimed, small_dataset, tiny):
    path = next((small_dataset.folder / "cases" / "bone_2").rglob("surgeon_1*.nii.gz"))
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InputError, match="another one, or its files have changed"):
        Results.claim(claimed.folder, small_dataset, tiny())


def test_a_foreign_folder_is_refused(small_dataset, tiny, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    (tmp_path / "file").write_text("text")
    for folder in (tmp_path / "photos", tmp_path / "file"):
        with pytest.raises(InputError, match="Choose another folder"):
            Results.claim(folder, small_dataset, tiny())
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.png"]


def test_a_damaged_record_is_refused(claimed, small_dataset, tiny):
    path = claimed.folder / "experiment.json"
    path.write_text(json.dumps({"format_version": 1}))
    with pytest.raises(InputError, match=r"experiment\.json"):
        Results.claim(claimed.folder, small_dataset, tiny())
    with pytest.raises(InputError, match="Choose the folder"):
        Results.open(claimed.folder / "runs")


def test_a_piece_is_one_process_alone_and_free_when_it_dies(claimed):
    command = [sys.executable, "-c", HOLD, str(claimed.folder)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "True\n"
    with claimed.working_on("runs/a") as mine:
        assert not mine
    with claimed.working_on("runs/b") as mine:
        assert mine
    other.kill()
    other.wait()
    other.stdout.close()
    for _ in range(100):
        with claimed.working_on("runs/a") as mine:
            if mine:
                break
        time.sleep(0.05)
    assert mine


def test_all_rows_together(claimed):
    def row(value):
        return ScoreRow("bones", "paper", "m", "", "", "", 0, "f", "c", "b", "", "none", "dice", "", value)

    write_rows([row(0.25)], claimed.folder / "runs" / "b" / "scores.csv")
    write_rows([row(0.5), row(0.75)], claimed.folder / "baselines" / "a" / "scores.csv")
    assert [row.value for row in claimed.rows()] == [0.5, 0.75, 0.25]
    assert claimed.complete("runs/b")
    assert not claimed.complete("runs/c")


@pytest.mark.skipif(sys.platform == "win32", reason="makes links, for which Windows wants rights")
def test_a_case_behind_a_link_is_part_of_the_fingerprint(small_dataset):
    case, elsewhere = small_dataset.folder / "cases" / "bone_1", small_dataset.folder / "elsewhere"
    plain = fingerprint(small_dataset)
    case.rename(elsewhere)
    case.symlink_to(elsewhere)
    assert fingerprint(small_dataset) == plain
    (elsewhere / "annotations" / "surgeon_1.nii.gz").write_bytes(b"changed")
    assert fingerprint(small_dataset) != plain
