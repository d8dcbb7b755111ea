"""How a training is told, and what waits."""

from napari_rpdl.events import Failed, Progressed
from napari_rpdl.gui.training_state import TrainingState
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


def test_fewer_bones_learn_than_are_not_held_out_and_the_others_are_named() -> None:
    def told(training, validation) -> str:
        return TrainingState(running=True).after(TrainingStarted("cpu", 1234, 4, 2, 1, training, validation)).text

    assert told(("a", "b"), ("c",)) == "1,234 parameters learn from 2 bones; c only watches, to tell the best epoch."
    assert told(("a",), ("c", "d")).endswith("from 1 bone; c, d only watch, to tell the best epoch.")
    assert "; 5 bones only watch" in told(("a",), tuple("vwxyz"))
    assert told(("a", "b"), ("a",)) == "1,234 parameters learn from 2 bones.", "a part of its samples watches"
