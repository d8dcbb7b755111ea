"""What can stand in a column."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.compare_sources import Asking, CompareSources, Remarks, is_network, surgeon_of
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import DecisionSettings, PredictionSettings

ASKING = Asking(PredictionSettings(), DecisionSettings(), 0.5)
BONES = ("bone_1", "bone_2")


@pytest.fixture
def sources() -> CompareSources:
    return CompareSources()


def keys(sources, together=()) -> list[str]:
    return [source.key for source in sources.offered(("anna", "ben"), together)]


def test_original_surgeons_runs_their_mean_and_masks_are_offered_in_this_order(sources, tmp_path, small_case) -> None:
    one, other = tmp_path / "run_1", tmp_path / "run_2"
    sources.know((one, other, one))
    write_volume(Volume(small_case.masks()[0], small_case.grid), tmp_path / "trial.nii.gz")
    sources.add(tmp_path / "trial.nii.gz", "bone_1", BONES)
    offered = sources.offered(("anna", "ben"), (one, other))
    assert [s.title for s in offered] == ["Original", "anna", "ben", "run_1", "run_2", "mean of 2", "trial"]
    assert len({s.key for s in offered}) == 7
    assert [surgeon_of(s.key) for s in offered][:3] == ["", "anna", "ben"]
    assert [is_network(s.key) for s in offered] == [False, False, False, True, True, True, False]
    assert len(keys(sources, (one,))) == 6, "one run alone has no mean"


def test_a_mask_belongs_to_the_bone_it_is_named_after_or_was_dropped_on(sources, tmp_path, small_case) -> None:
    mask = small_case.masks()[1]
    (tmp_path / "theirs").mkdir()
    for name in ("theirs/bone_1.nii.gz", "mine.nii"):
        write_volume(Volume(mask, small_case.grid), tmp_path / name)
    named = sources.add(tmp_path / "theirs" / "bone_1.nii.gz", "bone_2", BONES)
    dropped = sources.add(tmp_path / "mine.nii", "bone_1", BONES)
    for key in (named, dropped):
        assert np.array_equal(sources.region(key, small_case, (), ASKING), mask)
    assert {source.title for source in sources.offered((), ())} == {"Original", "theirs", "mine"}
    sources.forget()
    assert keys(sources) == ["original", "surgeon:anna", "surgeon:ben"]


def test_a_folder_of_masks_is_one_column_and_bones_it_lacks_are_said(sources, tmp_path, small_dataset) -> None:
    folder = tmp_path / "predictions"
    folder.mkdir()
    for case in (small_dataset.case("bone_1"), small_dataset.case("bone_2")):
        write_volume(Volume(case.masks()[0], case.grid), folder / f"{case.case_id}.nii.gz")
    (folder / "notes.txt").write_text("x")
    key = sources.add(folder, "", small_dataset.case_ids)
    case = small_dataset.case("bone_2")
    assert np.array_equal(sources.region(key, case, (), ASKING), case.masks()[0])
    with pytest.raises(InputError, match="bone_3"):
        sources.region(key, small_dataset.case("bone_3"), (), ASKING)


def test_what_is_no_mask_and_no_run_is_refused_with_the_remedy(sources, tmp_path, small_case) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="NIfTI"):
        sources.add(tmp_path / "notes.txt", "bone_1", BONES)
    with pytest.raises(InputError, match=r"run\.json"):
        sources.add(tmp_path, "bone_1", BONES)
    with pytest.raises(InputError, match="row"):
        sources.add(tmp_path / "nameless.nii.gz", "", BONES)
    grid = Grid.of_shape((4, 4, 4), (1.0, 1.0, 1.0))
    write_volume(Volume(np.ones((4, 4, 4), bool), grid), tmp_path / "small.nii.gz")
    key = sources.add(tmp_path / "small.nii.gz", "bone_1", BONES)
    with pytest.raises(InputError, match="Resample"):
        sources.region(key, small_case, (), ASKING)


def test_the_original_is_untouched_and_a_surgeon_has_their_mask(sources, small_case) -> None:
    assert sources.region("original", small_case, (), ASKING) is None
    assert sources.region("surgeon:surgeon_2", small_case, (), ASKING) is small_case.annotation("surgeon_2").mask


def test_a_network_is_asked_once_for_each_bone_whatever_the_threshold(
    sources, small_case, tmp_path, monkeypatch
) -> None:
    asked = []

    def predict(runs, case, settings):
        asked.append(runs)
        return Prediction(case.case_id, np.where(case.masks()[0], np.float32(0.6), np.float32(0.3)))

    monkeypatch.setattr("napari_rpdl.learning.prediction.predict", predict)
    one, other = tmp_path / "run_1", tmp_path / "run_2"
    low, high = (Asking(PredictionSettings(threshold=t), DecisionSettings(), t) for t in (0.2, 0.5))
    assert sources.region(f"run:{one}", small_case, (one, other), low).all()
    assert np.array_equal(sources.region(f"run:{one}", small_case, (one, other), high), small_case.masks()[0])
    assert asked == [(one,)]
    sources.region("ensemble", small_case, (one, other), high)
    assert asked[-1] == (one, other)


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """What the networks were asked for; they have something to say each time."""
    calls: list[tuple] = []

    def predict(runs, case, settings):
        calls.append(runs)
        answer = np.where(case.masks()[0], np.float32(0.6), np.float32(0.3))
        return Prediction(case.case_id, answer, tuned=0.1 * len(calls), said=(f"Answer {len(calls)}.",))

    monkeypatch.setattr("napari_rpdl.learning.prediction.predict", predict)
    return calls


@pytest.mark.parametrize("file", ["checkpoint_best.safetensors", "checkpoint_best.threshold.json"])
def test_a_network_that_trained_on_or_was_tuned_is_asked_again(sources, small_case, asked, tmp_path, file) -> None:
    """Else its old weights, or the lack of a tuned threshold, would stay until the window closes."""
    key, settings = f"run:{tmp_path}", PredictionSettings()
    sources.know([tmp_path])
    asking = Asking(settings, DecisionSettings(rule="tuned"), 0.5)
    before = sources.written((), settings)
    for _ in range(2):
        sources.region(key, small_case, (), asking)
    assert len(asked) == 1
    (tmp_path / "checkpoint_last.safetensors").write_text("of the same training, but not asked")
    assert sources.written((), settings) == before
    (tmp_path / file).write_text("new")
    assert sources.written((), settings) != before
    sources.region(key, small_case, (), asking)
    assert len(asked) == 2
    assert sources.remarks(key, small_case, None, (), asking).tip == "Answer 2."


def test_what_to_know_of_an_answer_is_kept_with_it(
    sources, small_dataset, small_case, asked, make_run, tmp_path
) -> None:
    run, asking = make_run(tmp_path / "run").folder, Asking(PredictionSettings(), DecisionSettings(), 0.5)
    learned = replace(small_dataset, name="phantom nine")
    for key, together in ((f"run:{run}", ()), ("ensemble", (tmp_path / "other", run))):
        remarks = sources.remarks(key, small_case, learned, together, asking)
        assert remarks.lines == ("seen in training", "with a caution")
        assert " Answer " in remarks.tip
        assert remarks.tip.startswith("Training has seen bone_1, by its name: scores")
    assert sources.remarks(f"run:{run}", small_case, small_dataset, (), asking).lines == ("with a caution",)
    for key in ("original", "surgeon:surgeon_1"):
        assert sources.remarks(key, small_case, learned, (), asking) == Remarks()
