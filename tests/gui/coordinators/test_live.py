"""The network in training is asked now and then, never all the time."""

import pytest

from napari_rpdl.gui.coordinators.live import LEAST_S, SHARE, LiveCoordinator
from napari_rpdl.gui.training_state import TrainingState
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.settings import PredictionSettings


class Desk:
    """A clock that is set by hand, and what was asked when."""

    def __init__(self, session) -> None:
        self.now = 100.0
        self.asked: list[float] = []
        self.session = session
        self.settings: PredictionSettings | None = None
        self.took = 0.0

    def predict(self, settings: PredictionSettings) -> None:
        self.settings = settings
        self.asked.append(self.now)
        self.session.predicting = True
        self.now += self.took
        self.session.predicting = False

    def epochs(self, count: int) -> None:
        ended = tuple(EpochEnded(n, 99, 1.0, None, None, 1e-3, 0.1, 1.0, True) for n in range(1, count + 1))
        self.session.training = TrainingState(running=True, epochs=ended)


@pytest.fixture
def desk(session, small_case) -> Desk:
    session.case = small_case
    return Desk(session)


@pytest.fixture
def live(session, desk) -> LiveCoordinator:
    return LiveCoordinator(session, desk.predict, clock=lambda: desk.now)


def test_nothing_is_asked_unless_wished_for(live, desk) -> None:
    desk.epochs(1)
    assert desk.asked == []


def test_the_last_checkpoint_is_asked_after_an_epoch(live, desk) -> None:
    live.watch(True, PredictionSettings(views="single"))
    desk.epochs(0)
    assert desk.asked == []
    desk.epochs(1)
    assert desk.settings == PredictionSettings(views="single", checkpoint="last")
    desk.session.training = TrainingState(running=False, epochs=desk.session.training.epochs)
    live.watch(False, PredictionSettings())
    desk.now += 100
    desk.epochs(2)
    assert len(desk.asked) == 1


def test_between_two_answers_lies_a_rest(live, desk) -> None:
    live.watch(True, PredictionSettings())
    desk.epochs(1)
    desk.epochs(2)
    desk.now += LEAST_S + 0.1
    desk.epochs(3)
    assert desk.asked == [100.0, pytest.approx(100.0 + LEAST_S + 0.1)]


def test_slow_answers_are_rare(live, desk) -> None:
    desk.took = 10.0
    live.watch(True, PredictionSettings())
    desk.epochs(1)
    desk.now += SHARE * 10 - 1
    desk.epochs(2)
    assert len(desk.asked) == 1
    desk.now += 2
    desk.epochs(3)
    assert len(desk.asked) == 2
