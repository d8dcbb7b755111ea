"""Long background work in napari's activity dock, where people look for it."""

from collections.abc import Callable, Mapping

from napari.utils import cancelable_progress, progress
from qtpy.QtCore import QTimer

from napari_rpdl.events import Progressed
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.learning.events import StepEnded

TICK_MS = 400
"""Work that ends sooner never appears, so that nothing flickers."""

TITLES = {
    "training": "Training",
    "trial": "Measuring a few steps",
    "prediction": "Predicting the bone",
    "predictions": "Predicting all bones",
    "tuning": "Tuning the threshold",
    "hot spots": "Finding where surgeons disagree",
    "safety": "Measuring distances",
    "yardsticks": "Making oracle and baseline",
    "import": "Importing",
    "study": "Writing the study",
    "compare": "Making bones to compare",
    "figure": "Writing the figure",
}
"""What a person calls the jobs of these names; all others are short, or nobody waits for them."""


class Activity:
    """Shows what ``jobs`` do that takes long.

    napari handles waiting events of the window whenever a bar changes. So bars change in
    ticks of their own and never in the middle of somebody else's work, and whatever is
    known before a change may have changed after it.

    Args:
        jobs: the work.
        cancel: name of a job -> stops it properly; these bars get napari's button Cancel.
    """

    def __init__(self, jobs: Jobs, cancel: Mapping[str, Callable[[], None]]) -> None:
        self._jobs, self._cancel = jobs, cancel
        self._bars: dict[str, progress] = {}
        self._steps: dict[str, tuple[int, int]] = {}
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        jobs.changed.connect(self._follow)
        jobs.heard.connect(self._hear)

    def close(self) -> None:
        """Take all bars away: ``jobs`` are closed and say nothing any more."""
        while self._bars:
            self._bars.popitem()[1].close()

    def _follow(self) -> None:
        """Take away the bars of what has ended; look at the rest in a moment."""
        for name in [name for name in self._bars if not self._jobs.running(name)]:
            self._bars.pop(name).close()
        self._steps = {name: steps for name, steps in self._steps.items() if self._jobs.running(name)}
        if not self._timer.isActive() and any(map(self._jobs.running, TITLES)):
            self._timer.start()

    def _hear(self, name: str, event: object) -> None:
        if name in TITLES and (steps := steps_of(event)) is not None:
            self._steps[name] = steps

    def _tick(self) -> None:
        for name in filter(self._jobs.running, TITLES):
            self._show(name)
        self._follow()

    def _show(self, name: str) -> None:
        if name not in self._bars:
            self._bars[name] = self._bar(name)
        bar, (done, total) = self._bars[name], self._steps.get(name, (0, 0))
        if bar.total != total:
            bar.reset(total)
        if bar.n != done:
            bar.update(done - bar.n)

    def _bar(self, name: str) -> progress:
        about = {"desc": TITLES[name], "total": 0, "unit": ""}
        return _Cancelable(self._cancel[name], **about) if name in self._cancel else progress(**about)


class _Cancelable(cancelable_progress):
    """A bar whose button stops work that is no loop over the bar."""

    def __init__(self, stop: Callable[[], None], **about: object) -> None:
        self._stop = stop
        super().__init__(**about)

    def cancel(self) -> None:
        """Ask the work to stop; the bar goes when it has."""
        super().cancel()
        self._stop()


def steps_of(event: object) -> tuple[int, int] | None:
    """Return how many steps are done, of how many (0: not known); None where an event does not tell."""
    match event:
        case Progressed(done=done, total=total):
            return done, total
        case StepEnded(epoch=epoch, step=step, steps_per_epoch=each, epochs=epochs):
            return (epoch - 1) * each + step, epochs * each
        case _:
            return None
