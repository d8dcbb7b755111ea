"""In which process a training takes place is said by flags; what comes out is the same."""

import json

import pytest

from napari_rpdl.cli.parsing import UsageError
from napari_rpdl.cli.training import Where, how_to_predict, show_training
from napari_rpdl.learning.process import Job
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings import NetworkSettings, TrainingSettings

TINY = TrainingSettings(
    network=NetworkSettings(channels=(4, 8)), grid=16, shift=1, epochs=1, steps_per_epoch=1, threads=1, device="cpu"
)


@pytest.fixture
def job(small_dataset, tmp_path):
    return Job(dataset=str(small_dataset.folder), run=str(tmp_path / "run"), settings=TINY, hold_out=("bone_3",))


@pytest.mark.parametrize("in_process", [True, False])
def test_the_end_is_printed_wherever_it_came(job, tmp_path, capsys, in_process):
    show_training(job, Where(in_process=in_process), as_json=True)
    ended = json.loads(capsys.readouterr().out)
    assert (ended["epochs"], ended["best_epoch"]) == (1, 1)
    assert ended["run"] == job.run
    assert Run.open(tmp_path / "run").state == "complete"


def test_what_comes_next_is_said_to_people(job, capsys):
    show_training(job, Where(in_process=True), as_json=False)
    assert how_to_predict(job.run) in capsys.readouterr().out


def test_a_process_that_ends_leaves_nothing_to_itself(job, tmp_path):
    with pytest.raises(UsageError, match="leave out --in-process and torchrun"):
        show_training(job, Where(in_process=True, alone=True), as_json=True)
    assert not (tmp_path / "run").exists()
