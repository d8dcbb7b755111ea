import dataclasses

import numpy as np
import pytest

from napari_rpdl.consensus.decision import best_threshold, dice_by_threshold
from napari_rpdl.consensus.overlap import dice
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import read_mask, read_volume
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.pieces import do_piece, pieces_of
from napari_rpdl.experiments.scores import read_rows, write_rows
from napari_rpdl.learning.events import EpochEnded, StepEnded
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.runs import Run


def first_run(dataset, settings):
    return next(piece for piece in pieces_of(dataset, settings) if piece.cell is not None)


def done(piece, dataset, folder, settings):
    list(do_piece(piece, dataset, folder, settings, 1))
    return list(read_rows(folder / piece.key / "scores.csv"))


def rewritten(dataset, folder, change) -> Dataset:
    about = {"name": dataset.name, "table": dataset.table, "origin": "test", "licence": "MIT"}
    with DatasetWriter(folder, surgeons=dataset.surgeons, **about) as writer:
        for case in dataset:
            writer.add(change(case))
    return Dataset.open(folder)


def test_baselines_come_first_and_every_key_once(small_dataset, tiny):
    pieces = pieces_of(small_dataset, tiny())
    kinds = [piece.cell is None for piece in pieces]
    assert kinds == [True] * 6 + [False] * 6
    assert len({piece.key for piece in pieces}) == 12


def test_a_run_is_scored_as_its_prediction(small_dataset, tiny, tmp_path):
    settings = tiny(keep="probabilities")
    piece = first_run(small_dataset, settings)
    rows = done(piece, small_dataset, tmp_path, settings)
    case, folder = small_dataset.case("bone_1"), tmp_path / piece.key
    prediction = predict(folder, case)
    assert prediction.tuned is not None
    for decision, threshold in (("fixed", 0.5), ("tuned", prediction.tuned)):
        found = {row.surgeon: row.value for row in rows if row.metric == "dice" and row.decision == decision}
        mask = prediction.probabilities >= np.float32(threshold)
        assert found == {name: dice(mask, case.annotation(name).mask) for name in case.surgeons}
    predictions, grid = folder / "predictions", case.grid
    assert np.array_equal(read_mask(predictions / "bone_1.nii.gz", grid).voxels, prediction.mask(0.5))
    tuned = read_mask(predictions / "bone_1_tuned.nii.gz", grid).voxels
    assert np.array_equal(tuned, prediction.mask(prediction.tuned))
    kept = read_volume(predictions / "bone_1_probabilities.nii.gz").voxels
    assert np.allclose(kept, prediction.probabilities)


@pytest.mark.parametrize(("kept", "there"), [("best", False), ("all", True)])
def test_a_complete_run_keeps_the_weights_that_predict(small_dataset, tiny, tmp_path, kept, there):
    settings = tiny(checkpoints=kept)
    piece = first_run(small_dataset, settings)
    done(piece, small_dataset, tmp_path, settings)
    run = Run.open(tmp_path / piece.key)
    assert run.checkpoint("last").is_file() is there
    assert run.state == "complete"
    assert predict(run.folder, small_dataset.case("bone_1")).tuned is not None


def test_a_run_that_was_stopped_when_it_was_scored_keeps_no_more(small_dataset, tiny, tmp_path, monkeypatch):
    settings = tiny()
    piece = first_run(small_dataset, settings)
    whole = done(piece, small_dataset, tmp_path / "whole", settings)

    def stopped(rows, path):
        write_rows(rows, path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("napari_rpdl.experiments.pieces.write_rows", stopped)
        with pytest.raises(KeyboardInterrupt):
            done(piece, small_dataset, tmp_path, settings)
    folder = tmp_path / piece.key
    assert not Run.open(folder).checkpoint("last").exists()
    (folder / "scores.csv").unlink()  # as if it had been stopped right before
    assert done(piece, small_dataset, tmp_path, settings) == whole


def test_what_a_kill_left_half_written_goes(small_dataset, tiny, tmp_path):
    settings = tiny()
    baselines, run = pieces_of(small_dataset, settings)[0], first_run(small_dataset, settings)
    halves = [tmp_path / baselines.key / ".writing-a-scores.csv", tmp_path / run.key / "predictions" / ".writing-b.nii"]
    events = do_piece(run, small_dataset, tmp_path, settings, 1)
    next(event for event in events if isinstance(event, EpochEnded))
    events.close()
    for half in halves:
        half.parent.mkdir(parents=True, exist_ok=True)
        half.touch()
    for piece in (baselines, run):
        done(piece, small_dataset, tmp_path, settings)
    assert not [half for half in halves if half.exists()]


def test_the_threshold_is_that_of_the_bone_that_watched(small_dataset, tiny, tmp_path):
    settings = tiny("surgeons")
    piece = first_run(small_dataset, settings)
    done(piece, small_dataset, tmp_path, settings)
    run = Run.open(tmp_path / piece.key)
    (watching,) = run.record.validation_cases
    case = small_dataset.case(watching).without(["surgeon_1"])
    prediction = predict(run.folder, case)
    assert prediction.tuned == best_threshold(dice_by_threshold(prediction.probabilities, case.masks()))


def test_what_is_held_out_changes_nothing_but_the_scores(small_dataset, tiny, tmp_path):
    """The strongest statement about leaks: other drillings of the held-out bone and surgeon, the same network."""

    def other(case):
        annotations = tuple(
            dataclasses.replace(one, mask=np.roll(one.mask, 3, 0))
            if case.bone == "bone_1" or one.surgeon == "surgeon_1"
            else one
            for one in case.annotations
        )
        return dataclasses.replace(case, annotations=annotations)

    changed = rewritten(small_dataset, tmp_path / "changed", other)
    settings = tiny("surgeons")
    piece = first_run(small_dataset, settings)
    assert piece.fold.name == "surgeon_1+bone_1"
    rows = [done(piece, dataset, tmp_path / dataset.folder.name, settings) for dataset in (small_dataset, changed)]
    folders = [tmp_path / dataset.folder.name / piece.key for dataset in (small_dataset, changed)]
    case = small_dataset.case("bone_1")
    one, two = (predict(folder, case) for folder in folders)
    assert np.array_equal(one.probabilities, two.probabilities)
    assert one.tuned == two.tuned
    assert rows[0] != rows[1]


def test_a_run_goes_on_after_its_last_epoch(small_dataset, tiny, tmp_path):
    settings = tiny()
    piece = first_run(small_dataset, settings)
    whole = done(piece, small_dataset, tmp_path / "whole", settings)
    events = do_piece(piece, small_dataset, tmp_path / "cut", settings, 1)
    next(event for event in events if isinstance(event, EpochEnded))
    events.close()
    assert not (tmp_path / "cut" / piece.key / "scores.csv").exists()
    later = list(do_piece(piece, small_dataset, tmp_path / "cut", settings, 1))
    assert [event.epoch for event in later if isinstance(event, StepEnded)] == [2, 2]
    assert list(read_rows(tmp_path / "cut" / piece.key / "scores.csv")) == whole


def test_a_shared_training_has_the_scores_of_both_protocols(small_dataset, tiny, tmp_path):
    settings = tiny(shared_training=True)
    rows = done(first_run(small_dataset, settings), small_dataset, tmp_path, settings)
    told = {(row.protocol, row.decision, row.rpmap) for row in rows if row.metric == "rpd"}
    assert told == {
        ("paper", "fixed", "test"),
        ("repaired", "fixed", "test"),
        ("repaired", "fixed", "others"),
        ("repaired", "tuned", "test"),
        ("repaired", "tuned", "others"),
    }


def test_the_papers_second_experiment_is_judged_on_every_bone(small_dataset, tiny, tmp_path):
    settings = tiny("surgeons", protocols=["paper"], keep="nothing")
    piece = first_run(small_dataset, settings)
    rows = done(piece, small_dataset, tmp_path, settings)
    pairs = {(row.case_id, row.surgeon) for row in rows if row.metric == "rpd"}
    assert pairs == {(bone, name) for bone in small_dataset.case_ids for name in ("surgeon_2", "surgeon_3")}
    assert Run.open(tmp_path / piece.key).record.surgeons == ("surgeon_2", "surgeon_3")
    assert not (tmp_path / piece.key / "predictions").exists()


def test_a_run_that_leaks_is_not_scored(small_dataset, tiny, tmp_path):
    settings = tiny()
    piece = first_run(small_dataset, settings)
    other = dataclasses.replace(piece.cell, folds=pieces_of(small_dataset, settings)[-1].cell.folds)
    cheat = dataclasses.replace(piece, cell=dataclasses.replace(other, key=piece.cell.key))
    done(cheat, small_dataset, tmp_path, settings)
    (tmp_path / piece.key / "scores.csv").unlink()
    with pytest.raises(InputError, match="held out something else"):
        done(piece, small_dataset, tmp_path, settings)
    assert not (tmp_path / piece.key / "scores.csv").exists()


def test_a_folder_of_another_training_is_refused(small_dataset, tiny, tmp_path):
    settings, other = tiny(), tiny(arms=[{"training": {"loss": "dice", "learning_rate": 0.5}}])
    piece = first_run(small_dataset, settings)
    done(piece, small_dataset, tmp_path, settings)
    with pytest.raises(InputError, match="other settings"):
        done(first_run(small_dataset, other), small_dataset, tmp_path, other)


def test_only_some_folds(small_dataset, tiny):
    pieces = pieces_of(small_dataset, tiny(seeds=[0, 1]), ["bone_2"])
    assert {piece.fold.name for piece in pieces} == {"bone_2"}
    assert len(pieces) == 2 + 4
    with pytest.raises(InputError, match="no fold 'bone_9'; it has: bone_1, bone_2, bone_3"):
        pieces_of(small_dataset, tiny(), ["bone_9"])
