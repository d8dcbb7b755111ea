"""What a trained network says about bones, and how well it agrees with the surgeons."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.evaluation.scoring import Scores, score
from napari_rpdl.events import Event, Failed, Progressed, Said
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.session import BY_NETWORK, Session
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings import PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.prediction import Prediction

SCORING_DELAY_MS = 150


class PredictionCoordinator:
    """Predicts, shows, scores; everything that follows the threshold slider starts here."""

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cut_again: Callable[[], None]) -> None:
        self._session, self._layers, self._jobs, self._cut_again = session, layers, jobs, cut_again
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(SCORING_DELAY_MS)
        self._timer.timeout.connect(self._settle)
        self._waiting: PredictionSettings | None = None
        self._cut_at_once = False
        session.events.case.connect(self._predict_waiting)

    def choose_run(self, folder: Path) -> None:
        """Use the network of a run folder.

        Raises:
            InputError: the folder holds no training.
        """
        self._session.run = Run.open(folder).folder

    def predict(self, settings: PredictionSettings) -> None:
        """Predict the bone in the viewer."""
        session = self._session
        if session.run is None or session.case is None:
            return
        session.busy = f"Predicting {session.case_id}…"
        self._jobs.start("prediction", computing(_predict, session.run, session.case, settings), self._hear, self._rest)

    def predict_next(self, settings: PredictionSettings) -> None:
        """Predict the bone that is being loaded, as soon as it is shown, and cut the region out of it."""
        self._waiting, self._cut_at_once = settings, True

    def predict_all(self, settings: PredictionSettings) -> None:
        """Write a prediction of every bone into the run folder."""
        session = self._session
        if session.run is None or session.dataset is None:
            return
        self._jobs.start("predictions", _predicting(session.run, session.dataset, settings), self._hear_all, self._rest)

    def choose_threshold(self, threshold: float) -> None:
        """Move the border of the predicted region at once; scores and surface follow when the hand rests."""
        self._session.threshold = threshold
        self._layers.show_threshold(threshold)
        if self._session.prediction is not None:
            self._timer.start()

    def _predict_waiting(self, case: Case | None) -> None:
        if case is not None and self._waiting is not None:
            settings, self._waiting = self._waiting, None
            self.predict(settings)

    def _hear(self, event: Made | Failed) -> None:
        if not isinstance(event, Made) or not self._session.shows(event.value.case_id):
            return
        prediction: Prediction = event.value
        self._session.prediction = prediction
        self._layers.show_probabilities(prediction.probabilities)
        self._layers.show_threshold(self._session.threshold)
        if self._cut_at_once:
            self._session.left_by, self._cut_at_once = BY_NETWORK, False
        self._settle()

    def _hear_all(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self._session.busy = f"{event.task}: {event.done} of {event.total}"
        elif isinstance(event, Said):
            self._session.told = event.text

    def _settle(self) -> None:
        """Score the region at the threshold; cut it out of the bone where that is shown."""
        session = self._session
        if session.prediction is None or session.case is None:
            return
        if session.left_by == BY_NETWORK:
            self._cut_again()
        if session.case.annotations:
            work = computing(_score, session.case, session.prediction, session.threshold)
            self._jobs.start("scores", work, self._hear_scores)

    def _hear_scores(self, event: Made | Failed) -> None:
        if isinstance(event, Made) and self._session.shows(event.value.case_id):
            self._session.scores = event.value

    def _rest(self) -> None:
        self._session.busy = ""


def _predict(run: Path, case: Case, settings: PredictionSettings) -> "Prediction":
    from napari_rpdl.learning.prediction import predict

    return predict(run, case, settings)


def _predicting(run: Path, dataset: Dataset, settings: PredictionSettings) -> Iterator[Event]:
    """Predict bone after bone into ``<run>/predictions``."""
    out = run / "predictions"
    for done, case in enumerate(dataset):
        yield Progressed("Predicting", done, len(dataset))
        region = _predict(run, case, settings).mask(settings.threshold)
        write_volume(Volume(region, case.grid), out / f"{case.case_id}.nii.gz")
    yield Said(f"Wrote {len(dataset)} predicted regions to {out}.")


def _score(case: Case, prediction: "Prediction", threshold: float) -> Scores:
    return score(prediction.mask(threshold), case)
