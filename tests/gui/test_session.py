"""The desk's state without any window."""

from napari_rpdl.events import Failed, Progressed
from napari_rpdl.gui.session import Session, TrainingState
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted

STARTED = TrainingStarted("cpu", 1234, 4, 2, 1, ("a", "b"), ("c",))


def epoch(number: int, best: bool = False) -> EpochEnded:
    return EpochEnded(number, 4, 0.9, 0.8, 0.5, 1e-3, 1.0, 3.0, best)


def test_training_is_told_as_a_state() -> None:
    state = TrainingState(running=True)
    state = state.after(STARTED)
    assert state.device == "Training on the CPU."
    state = state.after(StepEnded(1, 1, 2, 4, 0.95, 7.0))
    assert state.share == 1 / 8
    assert state.remaining_s == 7.0
    state = state.after(epoch(1)).after(epoch(2, best=True))
    assert [e.epoch for e in state.epochs] == [1, 2]
    assert state.share == 0.5
    state = state.after(TrainingEnded("stopped early", 2, 2, 0.8, "run"))
    assert not state.running
    assert "stopped early" in state.text


def test_a_resumed_training_replaces_the_epochs_that_it_does_again() -> None:
    state = TrainingState(running=True, epochs=(epoch(1), epoch(2), epoch(3)))
    again = TrainingStarted("cpu", 1, 4, 2, 3, ("a",), ())
    assert [e.epoch for e in state.after(again).epochs] == [1, 2]


def test_a_failure_ends_it_with_its_words_and_unknown_events_change_nothing() -> None:
    state = TrainingState(running=True)
    assert state.after(Progressed("x", 1, 2)) == state
    failed = state.after(Failed("The disk is full."))
    assert (failed.running, failed.text) == (False, "The disk is full.")


def test_results_of_another_bone_are_recognised(small_case) -> None:
    session = Session()
    assert not session.shows("bone_1")
    heard: list[object] = []
    session.events.case.connect(heard.append)
    session.case = small_case
    assert heard == [small_case]
    assert session.shows("bone_1")
    assert not session.shows("bone_2")
