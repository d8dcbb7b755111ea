"""What a person wants to know before a training starts: devices, time, and earlier runs."""

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Failed
from napari_rpdl.gui.coordinators import trainings
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.training_state import TrainingState, TrainingWish
from napari_rpdl.learning.estimating import by_trying, from_earlier
from napari_rpdl.learning.events import TimeEstimated
from napari_rpdl.learning.hardware import find_devices
from napari_rpdl.learning.run_history import find_runs


class PreparingCoordinator:
    """Asks PyTorch for devices, looks for runs, estimates times."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._was_running = False
        session.events.training.connect(self._look_again)

    def look(self) -> None:
        """Look for devices (once) and for runs; done whenever the panel comes into sight."""
        if not self._session.devices and not self._jobs.running("devices"):
            self._jobs.start("devices", computing(find_devices), self._hear_devices)
        self.find_runs()

    def find_runs(self) -> None:
        """Look for runs where trainings go, and beside the run that predicts."""
        run = self._session.run
        roots = [trainings.RUNS, *([run.parent] if run is not None else [])]
        self._jobs.start("runs", computing(find_runs, roots), self._hear_runs)

    def estimate(self, wish: TrainingWish) -> None:
        """Say how long a training will take, where an earlier one was like it; else nothing is known."""
        dataset = self._session.dataset
        bones = len(_learning(dataset, wish.hold_out)) if dataset is not None else 0
        self._session.estimate = from_earlier(wish.settings, bones, self._session.found.runs)

    def measure(self, wish: TrainingWish) -> None:
        """Try out a few steps of a training in the background, and say how long all will take."""
        dataset = self._session.dataset
        if dataset is None:
            return
        self._session.busy = "Measuring a few steps…"
        self._jobs.start("trial", by_trying(dataset.folder, wish.settings, wish.hold_out), self._hear_trial, self._rest)

    def cancel(self) -> None:
        """Stop measuring."""
        self._jobs.cancel("trial")

    def _hear_devices(self, event: object) -> None:
        if isinstance(event, Made):
            self._session.devices = event.value

    def _hear_runs(self, event: object) -> None:
        if isinstance(event, Made):
            self._session.found = event.value

    def _hear_trial(self, event: Event) -> None:
        if isinstance(event, TimeEstimated):
            self._session.estimate = event
        elif isinstance(event, Failed):
            self._session.estimate = None

    def _rest(self) -> None:
        self._session.busy = ""

    def _look_again(self, state: TrainingState) -> None:
        """List a run that has just ended."""
        if self._was_running and not state.running:
            self.find_runs()
        self._was_running = state.running


def _learning(dataset: Dataset, hold_out: tuple[str, ...]) -> list[str]:
    """Return the cases of all bones of which none is held out."""
    held = {dataset.bone_of(name) for name in hold_out if name in dataset.case_ids}
    return [entry.case_id for entry in dataset.entries if entry.bone not in held]
