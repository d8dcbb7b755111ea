"""The work behind predictions, without a window."""

from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.nifti import read_mask
from napari_rpdl.events import Said
from napari_rpdl.gui.coordinators import asking
from napari_rpdl.gui.coordinators.asking import answer, folder_name, predict_all
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import DecisionSettings, PredictionSettings

ASKED, RULES = PredictionSettings(), DecisionSettings()


@pytest.fixture(autouse=True)
def network(monkeypatch) -> None:
    """One with a head for each surgeon that knows what they drilled; their mean says that nobody drills."""

    def ask(runs, case, settings):
        heads = {name: case.annotation(name).mask.astype(np.float32) for name in case.surgeons}
        return Prediction(case.case_id, np.zeros(case.grid.shape, np.float32), surgeons=heads, runs=tuple(runs))

    monkeypatch.setattr(asking, "ask", ask)


def written(folder: Path, dataset) -> list[np.ndarray]:
    return [read_mask(folder / f"{case_id}.nii.gz").voxels for case_id in dataset.case_ids]


def test_what_is_written_for_all_bones_is_of_the_head_that_is_chosen(small_dataset, tmp_path) -> None:
    (said,) = (e for e in predict_all([tmp_path], "surgeon_2", small_dataset, ASKED, RULES) if isinstance(e, Said))
    expected = [case.annotation("surgeon_2").mask for case in small_dataset]
    assert np.array_equal(written(tmp_path / "predictions_as_surgeon_2", small_dataset), expected)
    assert "predictions_as_surgeon_2" in said.text
    for head in ("", "surgeon_of_another_network"):
        list(predict_all([tmp_path], head, small_dataset, ASKED, RULES))
        assert not np.any(written(tmp_path / "predictions", small_dataset))
    assert sorted(path.name for path in tmp_path.glob("predictions*")) == ["predictions", "predictions_as_surgeon_2"]


def test_the_answer_of_several_runs_never_lies_among_that_of_one(small_dataset, tmp_path) -> None:
    runs = [tmp_path / "first", tmp_path / "second"]
    list(predict_all(runs, "", small_dataset, ASKED, RULES))
    assert [path.name for path in (tmp_path / "first").iterdir()] == ["predictions_with_second"]
    seeds = [Path(f"results/paper/unet/bone_1/seed_{seed}") for seed in (0, 1)]
    assert folder_name(seeds, "") == "predictions_with_paper_unet_bone_1_seed_1"
    assert len(folder_name([Path("a"), *(Path("b" * 60) for _ in range(9))], "")) < 250, "file systems allow 255"


def test_bones_that_training_has_seen_are_named(small_dataset, make_run, tmp_path, monkeypatch) -> None:
    run = make_run(tmp_path / "run").folder
    named = small_dataset.__class__.open(small_dataset.folder)
    object.__setattr__(named, "name", "phantom nine")
    assert answer([run], named.case("bone_3"), named, ASKED).seen.seen is True
    # The run noted names only, as earlier versions did: a dataset of another name may be a copy.
    assert answer([run], small_dataset.case("bone_3"), small_dataset, ASKED).seen.seen is None
    assert answer([run], small_dataset.case("bone_3"), None, ASKED).seen.seen is None
    *_, said = predict_all([run], "", named, ASKED, RULES)
    assert "Training has seen bone_1, bone_2, bone_3: scores" in said.text
