from collections import Counter

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.events import (
    ExperimentEnded,
    ExperimentPlanned,
    ExperimentProgressed,
    PieceFailed,
    PieceScored,
)
from napari_rpdl.experiments.experiment import counted, run_experiment
from napari_rpdl.experiments.pieces import pieces_of
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.scores import write_rows
from napari_rpdl.learning.events import StepEnded
from napari_rpdl.settings.experiment import ExecutionSettings

SKIP = ExecutionSettings(plan="skip")


def test_a_whole_experiment(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    events = list(run_experiment(small_dataset, tmp_path / "results", settings, SKIP))
    progress = [(event.done, event.total) for event in events if isinstance(event, ExperimentProgressed)]
    assert progress == [(done, 6) for done in range(7)]
    rows = list(Results.open(tmp_path / "results").rows())
    assert events[-1] == ExperimentEnded(str(tmp_path / "results"), 6, len(rows), ())
    methods = Counter(row.method for row in rows if row.metric == "dice")
    assert methods == {"default/unet/dice": 18, "surgeons": 9, "mean-vote-map": 9, "oracle": 9}
    # Nothing is done twice, and a seed that is added trains nothing again.
    more = tiny(protocols=["repaired"], seeds=[0, 1])
    again = list(run_experiment(small_dataset, tmp_path / "results", more, SKIP))
    assert [event.key.split("/")[-1] for event in again if isinstance(event, PieceScored)] == ["seed_1"] * 3


def test_stopped_anywhere_it_goes_on_to_the_same_scores(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    list(run_experiment(small_dataset, tmp_path / "whole", settings, SKIP))
    for steps in (1, 3, 6):
        events = run_experiment(small_dataset, tmp_path / "cut", settings, SKIP)
        for event in events:
            steps -= isinstance(event, StepEnded)
            if not steps:
                break
        events.close()
    list(run_experiment(small_dataset, tmp_path / "cut", settings, SKIP))
    assert list(Results.open(tmp_path / "cut").rows()) == list(Results.open(tmp_path / "whole").rows())


def test_a_plan_comes_first_and_may_be_all(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"])
    only = list(run_experiment(small_dataset, tmp_path / "results", settings, ExecutionSettings(plan="only")))
    assert isinstance(only[-1], ExperimentPlanned)
    assert (only[-1].pieces, only[-1].complete, only[-1].trainings) == (6, 0, 3)
    assert not (tmp_path / "results").exists()
    kinds = [type(event) for event in run_experiment(small_dataset, tmp_path / "results", settings)]
    assert kinds.index(ExperimentPlanned) < kinds.index(ExperimentProgressed)
    again = list(run_experiment(small_dataset, tmp_path / "results", settings))
    (planned,) = (event for event in again if isinstance(event, ExperimentPlanned))
    assert (planned.complete, planned.trainings, planned.seconds, planned.bytes) == (6, 0, 0, 0)


def test_a_plan_for_a_foreign_folder_is_refused(small_dataset, tiny, tmp_path):
    with pytest.raises(InputError, match="Choose another folder"):
        list(run_experiment(small_dataset, small_dataset.folder, tiny(), ExecutionSettings(plan="only")))


def test_too_little_to_compare_makes_no_folder(small_dataset, tiny, tmp_path):
    import dataclasses

    alone = dataclasses.replace(small_dataset, surgeons=("surgeon_1",))
    with pytest.raises(InputError, match="add another one's regions"):
        list(run_experiment(alone, tmp_path / "results", tiny("surgeons")))
    assert not (tmp_path / "results").exists()


def test_a_piece_at_which_several_processes_failed_failed_once_and_one_that_was_done_after_all_did_not(
    small_dataset, tiny, tmp_path, make_row
):
    settings = tiny(protocols=["repaired"])
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    pieces = pieces_of(small_dataset, settings)

    def from_processes():
        for piece in pieces[:2]:
            yield PieceFailed(piece.key, "first process")
            yield PieceFailed(piece.key, "second process")
        for piece in pieces[1:]:
            write_rows([make_row(fold=piece.fold.name)], results.folder / piece.key / "scores.csv")
            yield PieceScored(piece.key, 1.0)

    events = list(counted(results, pieces, from_processes()))
    progress = [(event.done, event.remaining_s) for event in events if isinstance(event, ExperimentProgressed)]
    assert progress[-1] == (5, 0)
    assert all(remaining_s is None or remaining_s >= 0 for _, remaining_s in progress)
    assert events[-1] == ExperimentEnded(str(results.folder), 5, 5, (pieces[0].key,))
