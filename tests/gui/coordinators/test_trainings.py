"""A training's events become the session's state."""

from dataclasses import replace
from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.trainings import JOB, TrainingCoordinator
from napari_rpdl.gui.training_state import TrainingWish
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.settings import TrainingSettings


@pytest.fixture
def followed(monkeypatch) -> list[tuple]:
    """What the child process was asked for; it trains three epochs."""
    calls = []

    def follow(*what):
        *asked, goes_on = what
        calls.append(tuple(asked))
        assert not goes_on.is_set()
        yield TrainingStarted("cpu", 10, 3, 1, 1, ("bone_1",), ())
        for epoch in (1, 2, 3):
            yield EpochEnded(epoch, 3, 1 / epoch, None, None, 1e-3, 0.1, 0.0, True)
        yield TrainingEnded("finished", 3, 3, 0.33, str(what[1]))

    monkeypatch.setattr("napari_rpdl.learning.process.follow", follow)
    return calls


@pytest.fixture
def trainings(session, jobs, small_dataset, followed) -> TrainingCoordinator:
    session.dataset = small_dataset
    return TrainingCoordinator(session, jobs)


def wish(run: Path | None = None) -> TrainingWish:
    return TrainingWish(TrainingSettings(loss="dice"), run, ("bone_3",), own_process=True)


def test_a_wish_reaches_the_process_and_its_run_is_ready_to_predict(trainings, session, followed, tmp_path) -> None:
    trainings.train(wish(tmp_path / "run"))
    assert followed == [(session.dataset.folder, tmp_path / "run", TrainingSettings(loss="dice"), ("bone_3",))]
    assert session.run == tmp_path / "run"
    assert not session.training.running
    assert len(session.training.epochs) == 3
    assert str(tmp_path / "run") in session.training.text


@pytest.mark.parametrize("live", [False, True])
def test_a_run_chosen_meanwhile_stays_chosen_but_for_live_answers(
    trainings, session, monkeypatch, tmp_path, live
) -> None:
    """Else nobody could predict with several runs, or with another one, while a training runs."""
    session.live = live
    chosen = []

    def follow(*_):
        for epoch in (1, 2):
            yield EpochEnded(epoch, 2, 1 / epoch, None, None, 1e-3, 0.1, 0.0, True)
            chosen.append(session.run)
            session.run = tmp_path / "earlier"
        yield TrainingEnded("finished", 2, 2, 0.5, "run")

    monkeypatch.setattr("napari_rpdl.learning.process.follow", follow)
    trainings.train(wish(tmp_path / "run"))
    assert [*chosen, session.run] == [tmp_path / ("run" if live or at == 0 else "earlier") for at in range(3)]


def test_a_training_goes_on_from_where_its_folder_stands(trainings, session, make_run, monkeypatch, tmp_path) -> None:
    run = make_run(tmp_path / "half", (2.0, 1.5), epochs=8).folder
    told = []
    session.events.training.connect(told.append)
    monkeypatch.setattr("napari_rpdl.learning.process.follow", lambda *_: iter([StepEnded(3, 1, 1, 8, 1.4, 5.0)]))
    trainings.resume(run, own_process=True)
    assert [(epoch.epoch, told[0].share) for epoch in told[0].epochs] == [(1, 0.25), (2, 0.25)]
    monkeypatch.setattr("napari_rpdl.gui.coordinators.trainings.running", lambda _: True)
    started = TrainingStarted("cpu", 10, 8, 1, 2, ("bone_1",), ())
    again = EpochEnded(2, 8, 1.2, None, None, 1e-3, 0.1, 0.0, True)
    monkeypatch.setattr("napari_rpdl.gui.coordinators.trainings.attach", lambda _: iter([started, again]))
    trainings.resume(run, own_process=True)
    assert [(epoch.epoch, epoch.training_loss) for epoch in session.training.epochs] == [(1, 3.0), (2, 1.2)]


def test_one_that_is_being_stopped_is_not_asked_about(trainings, session, jobs, monkeypatch, tmp_path) -> None:
    """A closing window must not offer to let go on what a person has just cancelled."""
    asked = []

    def follow(*_):
        jobs.busy.add(JOB)
        asked.append(trainings.can_go_on)
        trainings.cancel()
        asked.append(trainings.can_go_on)
        jobs.busy.clear()
        yield TrainingEnded("cancelled", 0, 0, 0.5, "run")

    monkeypatch.setattr("napari_rpdl.learning.process.follow", follow)
    trainings.train(wish(tmp_path / "run"))
    assert asked == [True, False]


def test_without_a_folder_a_new_one_is_named_after_dataset_and_loss(trainings, followed) -> None:
    trainings.train(wish())
    assert "small_dataset_dice" in followed[0][1].name


def test_one_training_at_a_time_and_cancel_reaches_it(trainings, session, jobs, followed) -> None:
    trainings.cancel()
    assert jobs.cancelled == []
    jobs.busy.add(JOB)
    trainings.train(wish())
    assert followed == []
    trainings.cancel()
    assert jobs.cancelled == [JOB]
    assert session.training.stopping


def test_a_folder_without_a_training_cannot_be_resumed(trainings, tmp_path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        trainings.resume(tmp_path, own_process=True)


def test_the_queue_runs_one_after_another_also_past_a_failure(trainings, session, followed, monkeypatch) -> None:
    losses = []

    def follow(folder, run, settings, hold_out, goes_on):
        losses.append(settings.loss)
        if settings.loss == "dice":
            msg = "too few bones"
            raise InputError(msg)
        yield TrainingEnded("finished", 1, 1, 0.5, str(run))

    monkeypatch.setattr("napari_rpdl.learning.process.follow", follow)
    session.training = replace(session.training, paused=True)
    for loss in ("dice", "wcel", "rpdl"):
        trainings.enqueue(replace(wish(), settings=TrainingSettings(loss=loss)))
    assert (losses, len(session.queue)) == ([], 3), "a pause holds the queue"
    trainings.move_queued(2, -1)
    trainings.move_queued(0, -1)
    trainings.drop_queued(1)
    assert [queued.wish.settings.loss for queued in session.queue] == ["dice", "wcel"]
    trainings.cancel()
    assert losses == ["dice", "wcel"]
    assert session.queue == ()


def test_a_queued_training_keeps_its_bones(trainings, session, jobs, followed, tmp_path) -> None:
    folder = session.dataset.folder
    jobs.busy.add(JOB)
    trainings.enqueue(wish())
    session.dataset = replace(session.dataset, folder=tmp_path / "other bones")
    jobs.busy.clear()
    trainings.enqueue(wish())
    assert [call[0] for call in followed] == [folder, tmp_path / "other bones"]
    assert len({call[1] for call in followed}) == 2, "two runs of one second do not share a folder"


def test_a_pause_stops_and_continues_where_it_was(trainings, session, jobs, tmp_path, monkeypatch) -> None:
    asked = []

    def follow(folder, run, settings, hold_out, goes_on):
        asked.append((run.name, settings))
        run.mkdir(exist_ok=True)
        yield TrainingStarted("cpu", 10, 3, 1, 1, ("bone_1",), ())
        if len(asked) == 1:
            jobs.busy.add(JOB)
            trainings.pause()  # before an epoch has ended
            jobs.busy.clear()
            return
        yield EpochEnded(1, 3, 1.0, None, None, 1e-3, 0.1, 0.0, True)

    monkeypatch.setattr("napari_rpdl.learning.process.follow", follow)
    trainings.train(wish(tmp_path / "run"))
    assert session.training.paused
    assert not session.training.running
    assert "Continue" in session.training.text
    trainings.enqueue(wish(tmp_path / "next"))
    assert len(asked) == 1
    trainings.go_on()
    assert [name for name, _ in asked] == ["run", "run", "next"]
    assert asked[1][1] == TrainingSettings(loss="dice")
    assert not session.training.paused
