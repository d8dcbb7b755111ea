"""What a trained network says about bones, and how well it agrees with the surgeons."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.events import Event, Failed, Progressed, Said
from napari_rpdl.gui.coordinators import asking
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import NOTHING
from napari_rpdl.gui.session import BY_NETWORK, Session
from napari_rpdl.learning.decision import Decision
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings import DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.prediction import Prediction

DECIDING_DELAY_MS = 150
_ASKING = ("prediction", "predictions", "tuning")
"""The jobs in which networks are asked."""


class PredictionCoordinator:
    """Predicts, decides, shows, scores; everything that follows the threshold slider starts here."""

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cut_again: Callable[[], None]) -> None:
        self._session, self._layers, self._jobs, self._cut_again = session, layers, jobs, cut_again
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DECIDING_DELAY_MS)
        self._timer.timeout.connect(self._settle)
        self._waiting: PredictionSettings | None = None
        self._cut_at_once = self._given_up = False
        session.events.case.connect(self._predict_waiting)
        session.events.run.connect(self._predict_alone)
        session.events.prediction.connect(self._start_anew)
        self._asking = PredictionSettings()

    def choose_run(self, folder: Path) -> None:
        """Use the network of a run folder.

        Raises:
            InputError: the folder holds no training.
        """
        self._session.run = Run.open(folder).folder
        self._predict_alone()

    def add_run(self, folder: Path) -> None:
        """Let the network of one more run predict along; each counts once.

        Raises:
            InputError: the folder holds no training.
        """
        session, added = self._session, Run.open(folder).folder
        if session.run is not None and added not in (session.run, *session.more_runs):
            session.more_runs = (*session.more_runs, added)

    def show_spread(self, shown: bool) -> None:
        """Show where the networks' answers differ, or hide it."""
        self._session.spread_shown = shown
        self._layers.show_spread(self._spread() if shown else None)

    def fade(self, faded: bool) -> None:
        """Let probabilities fade where the networks' answers differ, or not."""
        self._session.faded = faded
        self._layers.fade(self._spread() if faded else None)

    def choose_head(self, surgeon: str) -> None:
        """Show how one surgeon would drill, as far as the network knows; everyone's mean where empty."""
        self._session.head = surgeon
        if self._session.prediction is not None:
            self._show()

    def predict_on(self, on: bool, settings: PredictionSettings) -> None:
        """Predict every bone as soon as it is shown, the present one at once; or only where asked."""
        self._session.predicts_on, self._asking = on, settings
        if on and self._session.prediction is None:
            self.predict(settings)

    def cancel(self) -> None:
        """Stop asking; bones that are written already stay."""
        self._given_up = True
        if self._session.predicting:
            self._session.busy = "Stopping after this bone…"  # a network that is asked cannot be interrupted
        for job in _ASKING:
            self._jobs.cancel(job)

    def predict(self, settings: PredictionSettings) -> None:
        """Predict the bone in the viewer."""
        session = self._session
        if session.run is None or session.case is None:
            return
        session.busy = f"Predicting {session.case_id}…"
        session.predicting, self._given_up, self._asking = True, False, settings
        runs = (session.run, *session.more_runs)
        work = computing(asking.answer, runs, session.case, session.dataset, settings)
        self._jobs.start("prediction", work, self._hear, self._rest)

    def predict_next(self, settings: PredictionSettings) -> None:
        """Predict the bone that is being loaded, as soon as it is shown, and cut the region out of it."""
        self._waiting, self._cut_at_once = settings, True

    def predict_all(self, settings: PredictionSettings) -> None:
        """Write the region that the rules decide for every bone, of the head that is chosen, into the run folder."""
        session = self._session
        if session.run is None or session.dataset is None:
            return
        runs = (session.run, *session.more_runs)
        session.predicting, session.busy = True, "Predicting all bones…"
        work = asking.predict_all(runs, session.head, session.dataset, settings, session.rules)
        self._jobs.start("predictions", work, self._hear_all, self._rest)

    def tune(self, settings: PredictionSettings) -> None:
        """Tune the threshold of each run on the bones that watched it, asked as predictions are."""
        session = self._session
        if session.run is None or session.dataset is None:
            return
        runs = (session.run, *session.more_runs)
        session.predicting, self._given_up, self._asking = True, False, settings
        session.busy = "Tuning the threshold…"
        work = asking.tune_each(runs, session.dataset, settings)
        self._jobs.start("tuning", work, self._hear_tuning, self._tuned)

    def choose_threshold(self, threshold: float) -> None:
        """Move the border of the predicted region at once; rules, surface and scores follow when the hand rests."""
        self._session.threshold = threshold
        self._layers.show_threshold(threshold)
        if self._session.prediction is not None:
            self._timer.start()

    def choose_rules(self, rules: DecisionSettings) -> None:
        """Decide by other rules, as soon as the hand rests."""
        self._session.rules = rules
        if self._session.prediction is not None:
            self._timer.start()

    def _start_anew(self, _: object) -> None:
        self._session.undecided = ""

    def _predict_alone(self, *_: object) -> None:
        self._session.more_runs = ()

    def _predict_waiting(self, case: Case | None) -> None:
        if case is not None and (self._waiting is not None or self._session.predicts_on):
            settings, self._waiting = self._waiting or self._asking, None
            self.predict(settings)

    def _hear(self, event: Made | Failed) -> None:
        if not isinstance(event, Made) or self._given_up:
            return
        prediction = event.value.prediction
        if not self._session.shows(prediction.case_id):
            return
        self._session.seen, self._session.prediction = event.value.seen, prediction
        if prediction.said:
            self._session.told = " ".join(prediction.said)
        if self._cut_at_once:
            self._session.left_by, self._cut_at_once = BY_NETWORK, False
            self._layers.uncover_cavity(True)
        self._show()

    def _show(self) -> None:
        """Show the prediction of the chosen head, and decide by it."""
        shown, session = self._chosen(), self._session
        if shown is None:
            return
        self._layers.show_probabilities(shown.probabilities, session.threshold)
        self.show_spread(session.spread_shown)
        self.fade(session.faded)
        self._settle()

    def _chosen(self) -> "Prediction | None":
        """Return what the chosen head says, everyone's mean where the network has no such head."""
        prediction, head = self._session.prediction, self._session.head
        return prediction.of_surgeon(head) if prediction is not None and head in prediction.surgeons else prediction

    def _spread(self) -> "NDArray[np.float32] | None":
        shown = self._chosen()
        return shown.spread if shown is not None else None

    def _hear_all(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self._session.busy = f"{event.task}: {event.done} of {event.total}"
        elif isinstance(event, Said):
            self._session.told = event.text

    def _settle(self) -> None:
        """Decide what is drilled; surface and scores follow."""
        self._timer.stop()
        session, chosen = self._session, self._chosen()
        if chosen is not None and session.case is not None:
            work = asking.decide_and_draw(session.case, chosen, session.rules, session.threshold)
            self._jobs.start("decision", work, self._hear_decision)

    def _hear_decision(self, event: Made | Failed) -> None:
        if self._timer.isActive() or self._session.prediction is None:
            return  # the hand moved on, or the bone did
        self._session.undecided = event.text if isinstance(event, Failed) else ""
        if isinstance(event, Failed):
            self._show_decision(None, np.zeros(self._session.prediction.probabilities.shape, np.bool_))
            self._layers.show_solid(NOTHING)
        elif not self._session.shows(event.value.case_id):
            return
        elif isinstance(event.value, asking.Solid):
            self._layers.show_solid(event.value.mesh)
        else:
            self._show_decision(event.value.decision, event.value.decision.mask)

    def _show_decision(self, decision: Decision | None, region: Mask) -> None:
        """Show the region, cut it out of the bone where that is shown, and score it; old scores never stay."""
        session = self._session
        session.decision = decision
        self._layers.show_region(region)
        if session.left_by == BY_NETWORK:
            self._cut_again()
        if decision is None:
            session.scores = None
        elif session.case is not None and session.case.annotations:
            self._jobs.start("scores", computing(score, decision.mask, session.case), self._hear_scores)

    def _hear_scores(self, event: Made | Failed) -> None:
        undecided = self._session.decision is None  # by now: old scores must not come back
        if isinstance(event, Made) and self._session.shows(event.value.case_id) and not undecided:
            self._session.scores = event.value

    def _hear_tuning(self, event: Event) -> None:
        self._given_up |= isinstance(event, Failed)
        self._hear_all(event)

    def _tuned(self) -> None:
        """Ask again, for the answer in the viewer does not know of the threshold yet."""
        self._rest()
        if self._session.prediction is not None and not self._given_up:
            self.predict(self._asking)

    def _rest(self) -> None:
        if not any(map(self._jobs.running, _ASKING)):  # one bone may be asked about while all are
            self._session.busy = ""
            self._session.predicting = False
