"""Times come from earlier runs that cost the same, else from steps that are tried out and thrown away."""

from pathlib import Path

import pytest

from napari_rpdl.events import Failed
from napari_rpdl.learning import estimating
from napari_rpdl.learning.estimating import by_trying, from_earlier
from napari_rpdl.learning.events import StepEnded, TimeEstimated, TrainingStarted
from napari_rpdl.learning.run_history import summarise
from napari_rpdl.settings import NetworkSettings, TrainingSettings


def test_an_earlier_run_of_the_same_cost_tells_the_time(make_run, tmp_path) -> None:
    """Its epochs took 2 s."""
    runs = [summarise(make_run(tmp_path / "earlier", loss="dice").folder)]
    found = from_earlier(TrainingSettings(loss="rpdl", epochs=50), 3, runs)
    assert found.seconds == 100
    assert "earlier" in found.source


@pytest.mark.parametrize("change", [{"grid": 32}, {"network": NetworkSettings(name="resenc")}, {"batch_size": 1}])
def test_a_run_of_another_cost_tells_nothing(make_run, tmp_path, change) -> None:
    runs = [summarise(make_run(tmp_path / "earlier").folder)]
    assert from_earlier(TrainingSettings(**change), 3, runs) is None


def test_epochs_of_all_bones_depend_on_their_number(make_run, tmp_path) -> None:
    runs = [summarise(make_run(tmp_path / "earlier", steps_per_epoch=0).folder)]
    assert from_earlier(TrainingSettings(steps_per_epoch=0), 3, runs) is not None
    assert from_earlier(TrainingSettings(steps_per_epoch=0), 8, runs) is None


def test_another_machine_or_an_unfinished_epoch_tells_nothing(make_run, tmp_path, monkeypatch) -> None:
    assert from_earlier(TrainingSettings(), 3, [summarise(make_run(tmp_path / "none", ()).folder)]) is None
    runs = [summarise(make_run(tmp_path / "earlier").folder)]
    monkeypatch.setattr(estimating, "machine", lambda: "another one")
    assert from_earlier(TrainingSettings(), 3, runs) is None


def test_the_first_step_does_not_count(tmp_path, monkeypatch) -> None:
    """Ten epochs of four steps; the first step takes 5 s, each further one 0.5 s."""
    folders: list[Path] = []
    closed: list[bool] = []

    def follow(dataset, run, settings, hold_out):
        folders.append(run)
        run.mkdir()
        try:
            yield TrainingStarted("cpu", 10, 10, 4, 1, ("bone_1",), ())
            for done in range(1, 100):
                elapsed = 5 + 0.5 * (done - 1)
                yield StepEnded(1, done, 4, 10, 1.0, elapsed / done * (40 - done))
        finally:
            closed.append(True)

    monkeypatch.setattr(estimating, "follow", follow)
    *_, last = by_trying(tmp_path, TrainingSettings(epochs=10), ())
    assert isinstance(last, TimeEstimated)
    assert last.seconds == pytest.approx(20)
    assert "4 steps on cpu" in last.source
    assert closed == [True]
    assert not folders[0].parent.exists()


def test_what_fails_is_told_instead_of_a_time(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(estimating, "follow", lambda *_: (event for event in [Failed("too few bones")]))
    assert list(by_trying(tmp_path, TrainingSettings(), ())) == [Failed("too few bones")]


def test_a_real_process_is_tried_out(small_dataset) -> None:
    tiny = TrainingSettings(
        grid=8, epochs=30, steps_per_epoch=3, network=NetworkSettings(channels=(2, 4)), device="cpu", threads=1
    )
    *_, last = by_trying(small_dataset.folder, tiny, ("bone_3",))
    assert isinstance(last, TimeEstimated)
    assert last.seconds > 0
