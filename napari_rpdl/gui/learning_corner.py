"""The part of the workspace where networks are trained and asked."""

from collections.abc import Callable
from pathlib import Path

from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.live import LiveCoordinator
from napari_rpdl.gui.coordinators.predictions import PredictionCoordinator
from napari_rpdl.gui.coordinators.preparing import PreparingCoordinator
from napari_rpdl.gui.coordinators.trainings import TrainingCoordinator
from napari_rpdl.gui.coordinators.yardsticks import YardstickCoordinator
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.panels.predict import PredictPanel
from napari_rpdl.gui.panels.runs import RunsPanel
from napari_rpdl.gui.panels.train import TrainPanel
from napari_rpdl.gui.session import Session, Wish


class LearningCorner:
    """Three panels and their coordinators.

    Attributes:
        train: the panel for training.
        runs: the panel of the queue and of earlier runs.
        predict: the panel that asks networks.
        trainings: trains.
        predictions: asks networks.
        preparing: tells what can compute, how long it takes, and which runs there are.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cases: CaseCoordinator) -> None:
        self._session, self._cases = session, cases
        self.trainings = TrainingCoordinator(session, jobs)
        self.predictions = PredictionCoordinator(session, layers, jobs, cases.make_solids)
        self._yardsticks = YardstickCoordinator(session, layers, jobs, cases.choose_surgeons)
        self.preparing = PreparingCoordinator(session, jobs)
        self._live = LiveCoordinator(session, self.predictions.predict)
        self.train, self.runs, self.predict = TrainPanel(session), RunsPanel(session), PredictPanel(session)

    def connect(self, wish: Wish, predict_with: Callable[[tuple[Path, ...]], None]) -> None:
        """Let the wishes of the panels act; ``predict_with`` takes runs and brings the panel to the front."""
        self._connect_training(wish)
        self._connect_predicting(wish)
        wish(self.runs.predict_asked, predict_with)

    @property
    def cancels(self) -> dict[str, Callable[[], None]]:
        """How the jobs of the panels are cancelled, by name."""
        asked = self.predictions.cancel
        return {
            "training": self.trainings.cancel,
            "trial": self.preparing.cancel,
            **dict.fromkeys(("prediction", "predictions", "tuning"), asked),
        }

    def open_run(self, run: Path) -> None:
        """Take the network of a run, and follow its training if it still goes on.

        Raises:
            InputError: ``run`` is no folder of a training.
        """
        self.predictions.choose_run(run)
        self.trainings.attach(run)

    def predict_at_once(self, run: Path) -> None:
        """Let the network of a run predict the next bone that is shown.

        Raises:
            InputError: ``run`` is no folder of a training.
        """
        self.predictions.choose_run(run)
        self.predictions.predict_next(self.predict.settings())

    def _connect_training(self, wish: Wish) -> None:
        train, runs, trainings, preparing = self.train, self.runs, self.trainings, self.preparing
        for signal, act in (
            (train.train_asked, lambda: trainings.train(train.wish())),
            (train.queue_asked, lambda: trainings.enqueue(train.wish())),
            (train.pause_asked, trainings.pause),
            (train.continue_asked, trainings.go_on),
            (train.resume_asked, trainings.resume),
            (train.cancel_asked, trainings.cancel),
            (train.seen, preparing.look),
            (train.edited, self._estimate),
            (self._session.events.found, lambda *_: self._estimate()),
            (train.measure_asked, lambda: preparing.measure(train.wish())),
            (train.live_chosen, lambda on: self._live.watch(on, self.predict.settings())),
            (runs.moved, trainings.move_queued),
            (runs.dropped, trainings.drop_queued),
            (runs.look_asked, preparing.find_runs),
            (runs.resume_asked, lambda run: trainings.resume(run, train.own_process)),
        ):
            wish(signal, act)

    def _estimate(self) -> None:
        """Say how long the training in the form will take; a form that is not filled in rightly says so itself."""
        try:
            wish = self.train.wish()
        except InputError:
            self._session.estimate = None
        else:
            self.preparing.estimate(wish)

    def _connect_predicting(self, wish: Wish) -> None:
        predict, predictions = self.predict, self.predictions
        for signal, act in (
            (predict.run_chosen, predictions.choose_run),
            (predict.run_added, predictions.add_run),
            (predict.spread_chosen, predictions.show_spread),
            (predict.fade_chosen, predictions.fade),
            (predict.head_chosen, predictions.choose_head),
            (predict.held_chosen, self._yardsticks.hold_against),
            (predict.on_chosen, lambda on: predictions.predict_on(on, predict.settings())),
            (predict.cancel_asked, predictions.cancel),
            (predict.predict_asked, lambda: predictions.predict(predict.settings())),
            (predict.predict_all_asked, lambda: predictions.predict_all(predict.settings())),
            (predict.tune_asked, lambda: predictions.tune(predict.settings())),
            (predict.left_by_chosen, self._cases.choose_left_by),
            (predict.threshold_chosen, predictions.choose_threshold),
            (predict.rules_chosen, predictions.choose_rules),
        ):
            wish(signal, act)
