"""The network that is being trained predicts the bone in the viewer, while it trains."""

import time
from collections.abc import Callable

from napari_rpdl.gui.session import Session
from napari_rpdl.gui.training_state import TrainingState
from napari_rpdl.settings import PredictionSettings

LEAST_S = 3.0
"""Seconds between two answers at least."""
SHARE = 4.0
"""An answer is followed by a rest this many times as long as it took: training must not starve."""


class LiveCoordinator:
    """Asks the last checkpoint of the training after some of its epochs.

    Args:
        session: the desk.
        predict: asks the network of ``session.run`` about the bone in the viewer.
        clock: tells seconds.
    """

    def __init__(
        self,
        session: Session,
        predict: Callable[[PredictionSettings], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._predict, self._clock = session, predict, clock
        self._settings = PredictionSettings()
        self._epochs = 0
        self._asked = self._free_from = float("-inf")
        session.events.training.connect(self._after)
        session.events.predicting.connect(self._rest)

    def watch(self, on: bool, settings: PredictionSettings) -> None:
        """Let the network in training predict from now on, or no more."""
        self._session.live, self._settings = on, settings.model_copy(update={"checkpoint": "last"})
        self._epochs = 0
        self._after(self._session.training)

    def _after(self, state: TrainingState) -> None:
        """Ask again once an epoch has ended, and time enough has passed."""
        session = self._session
        epochs = len(state.epochs)
        if not session.live or not state.running or epochs in (0, self._epochs):
            return
        if session.predicting or session.case is None or self._clock() < self._free_from:
            return
        self._epochs, self._asked = epochs, self._clock()
        self._free_from = self._asked + LEAST_S
        self._predict(self._settings)

    def _rest(self, predicting: bool) -> None:
        if not predicting and self._session.live:
            took = self._clock() - self._asked
            self._free_from = max(self._free_from, self._clock() + SHARE * took)
