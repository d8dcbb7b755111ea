"""Running work as a person sees it: a bar on a terminal, lines in a log."""

import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from napari_rpdl.cli.printing import duration, figure, note
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, Progressed, Said
from napari_rpdl.learning.events import (
    CandidateJudged,
    EpochEnded,
    StepEnded,
    StillWaiting,
    TrainingEnded,
    TrainingStarted,
)


class Display(Protocol):
    """Shows events while they come."""

    def show(self, event: Event) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal tidy."""


def follow(events: Iterator[Event]) -> Event | None:
    """Show running work on standard error until it ends; return the last thing it said, silence aside.

    Raises:
        InputError: the work said that it failed.
    """
    last: Event | None = None
    display: Display = Bars() if sys.stderr.isatty() else Lines()
    with closing(display), _closed_at_the_end(events):
        for event in events:
            if isinstance(event, Failed):
                raise InputError("\n".join(filter(None, (event.details, event.text))))
            if not isinstance(event, StillWaiting):
                display.show(event)
                last = event
    return last


def sentence(event: Event) -> str | None:
    """Return the line for a person that an event is worth; None for those that only move a bar."""
    match event:
        case Said():
            return event.text
        case TrainingStarted():
            watchers = ", ".join(event.validation_bones)
            return (
                f"Training {event.parameters:,} parameters on {event.device} with {', '.join(event.training_bones)}; "
                f"{f'watched by {watchers}' if watchers else 'no bone is kept apart to watch'}."
            )
        case EpochEnded():
            return _epoch(event)
        case CandidateJudged():
            return (
                f"Candidate {event.number} of {event.candidates}: Dice {event.dice:.3f} on bones that its networks "
                f"never saw (weights {' '.join(map(str, event.weights))})."
            )
        case TrainingEnded():
            return (
                f"Training {event.reason} after {event.epochs} epochs; best was epoch {event.best_epoch} "
                f"(loss {event.best_loss:.4f}). Run folder: {event.run}"
            )
    return None


class Lines:
    """For logs: a line for each sentence, and for every tenth of a task."""

    def __init__(self) -> None:
        self._tenths: dict[str, int] = {}

    def show(self, event: Event) -> None:
        """Print a line if there is something new to say."""
        if isinstance(event, Progressed):
            self._show_progress(event)
        elif line := sentence(event):
            note(line)

    def close(self) -> None:
        """Nothing is open."""

    def _show_progress(self, event: Progressed) -> None:
        tenth = 10 * event.done // event.total if event.total else 0
        if self._tenths.get(event.task) != tenth:
            self._tenths[event.task] = tenth
            note(f"{event.task}: {event.done} of {event.total}" if event.total else f"{event.task} ...")


class Bars:
    """For terminals: one bar that moves, with sentences above it."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task = ""

    def show(self, event: Event) -> None:
        """Move the bar, or print a sentence above it."""
        if isinstance(event, Progressed):
            self._move(event.task, event.done, event.total, "")
        elif isinstance(event, StepEnded):
            done = (event.epoch - 1) * event.steps_per_epoch + event.step
            text = f"epoch {event.epoch}/{event.epochs}, loss {event.loss:.4f}, {duration(event.remaining_s)} left"
            self._move("training", done, event.epochs * event.steps_per_epoch, text)
        elif line := sentence(event):
            self._say(line)

    def close(self) -> None:
        """End the bar's line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _move(self, task: str, done: int, total: int, text: str) -> None:
        from tqdm import tqdm

        if self._bar is None or task != self._task:
            self.close()
            layout = "{desc} {percentage:3.0f}%|{bar}| {postfix}" if text else None
            self._bar = tqdm(total=total or None, desc=task, file=sys.stderr, dynamic_ncols=True, bar_format=layout)
            self._task = task
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.n = done
        self._bar.refresh()

    def _say(self, text: str) -> None:
        from tqdm import tqdm

        tqdm.write(text, file=sys.stderr)


def _epoch(event: EpochEnded) -> str:
    watched = ""
    if event.validation_loss is not None:
        watched = f", validation loss {event.validation_loss:.4f} (Dice {figure(event.validation_dice)})"
    return (
        f"epoch {event.epoch}/{event.epochs}: loss {event.training_loss:.4f}{watched}, learning rate "
        f"{event.learning_rate:g}, {duration(event.remaining_s)} left{' - best so far' if event.best else ''}"
    )


@contextmanager
def _closed_at_the_end(events: Iterator[Event]) -> Iterator[None]:
    """Close a generator whatever happens, so that it cleans up before we print on."""
    try:
        yield
    finally:
        if isinstance(events, Generator):
            events.close()
