"""How far a training is, what a person wishes to train, and what waits for its turn; no Qt, no torch."""

from dataclasses import dataclass, replace
from pathlib import Path

from napari_rpdl.events import Event, Failed, Said
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.settings import TrainingSettings

_NAMED = 3
"""Of more bones than these only the number is told, or how many more there are."""


@dataclass(frozen=True, slots=True)
class TrainingState:
    """How far a training is; ``after`` folds its events into it."""

    running: bool = False
    stopping: bool = False
    paused: bool = False
    text: str = "Not started."
    device: str = ""
    share: float = 0.0
    """Finished part of the planned steps, 0..1."""
    remaining_s: float | None = None
    epochs: tuple[EpochEnded, ...] = ()

    def after(self, event: Event) -> "TrainingState":
        """Return the state once ``event`` has happened; unknown events change nothing."""
        match event:
            case TrainingStarted():
                where = {"cpu": "the CPU", "mps": "the GPU (mps)"}.get(event.device, f"the GPU ({event.device})")
                kept = tuple(epoch for epoch in self.epochs if epoch.epoch < event.first_epoch)
                return replace(self, text=_beginning(event), device=f"Training on {where}.", epochs=kept)
            case StepEnded():
                share = ((event.epoch - 1) + event.step / event.steps_per_epoch) / event.epochs
                text = f"Epoch {event.epoch} of {event.epochs}, loss {event.loss:.3f}"
                return replace(self, text=text, share=min(max(share, 0.0), 1.0), remaining_s=event.remaining_s)
            case EpochEnded():
                return replace(
                    self,
                    share=event.epoch / event.epochs,
                    remaining_s=event.remaining_s,
                    epochs=(*self.epochs, event),
                )
            case TrainingEnded():
                text = f"Training {event.reason} after {event.epochs} epochs; the best was epoch {event.best_epoch}."
                return replace(self, running=False, text=text, share=1.0, remaining_s=None)
            case Failed(text=text) | Said(text=text):
                return replace(self, running=self.running and not isinstance(event, Failed), text=text)
            case _:
                return self


NOT_STARTED = TrainingState()


@dataclass(frozen=True, slots=True)
class TrainingWish:
    """What a person asks for with the button Train.

    Attributes:
        settings: how to train.
        run: folder of the run; a new one beside the dataset when None.
        hold_out: cases the network must not see.
        own_process: whether to train in a child process.
    """

    settings: TrainingSettings
    run: Path | None
    hold_out: tuple[str, ...]
    own_process: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """A training that waits for its turn.

    Attributes:
        wish: what to train.
        dataset: folder of the bones that were open when it was wished for.
    """

    wish: TrainingWish
    dataset: Path

    @property
    def title(self) -> str:
        """What is trained, in a few words."""
        settings = self.wish.settings
        first, more = self.wish.hold_out[:_NAMED], len(self.wish.hold_out) - _NAMED
        held = f", without {', '.join(first)}{f' and {more} more' if more > 0 else ''}" if first else ""
        where = f" → {self.wish.run.name}" if self.wish.run else ""
        return f"{settings.loss}, {settings.network.name}, grid {settings.grid}, {settings.epochs} epochs{held}{where}"


def _beginning(event: TrainingStarted) -> str:
    """Say who learns from how many bones, and which others only watch: fewer learn than are not held out."""
    watching = [bone for bone in event.validation_bones if bone not in event.training_bones]
    first = f"{event.parameters:,} parameters learn from {_bones(len(event.training_bones))}"
    if not watching:
        return f"{first}."
    named = ", ".join(watching) if len(watching) <= _NAMED else _bones(len(watching))
    return f"{first}; {named} only {'watches' if len(watching) == 1 else 'watch'}, to tell the best epoch."


def _bones(count: int) -> str:
    return f"{count} bone{'' if count == 1 else 's'}"
