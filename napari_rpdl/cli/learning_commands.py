"""Verbs that learn: train, resume, attach, stop."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, make_dataclass
from pathlib import Path
from typing import Literal

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import PROGRAM, answer
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.settings import PRESETS, TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Train(Command):
    """Train a network to drill as the surgeons of a dataset do.

    Needs PyTorch: pip install "napari-rpdl[learning]". Bones named after --hold-out are
    never seen, so that the network can be judged on them. Stop with Ctrl-C at any time:
    nothing but the unfinished epoch is lost, and "napari-rpdl resume" goes on.

    Example:
      napari-rpdl train my_dataset my_run --hold-out bone_9 --loss rpdl --epochs 100
      napari-rpdl train my_dataset my_run --hold-out bone_9 --preset paper --threads 8

    What comes out: a run folder with the settings, the losses of every epoch, and the
    best and the last checkpoint.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    run: Positional[Path]
    """New or empty folder for the run."""
    hold_out: tuple[str, ...] = ()
    """Cases or bones that training must not see; all cases of their bones are held out."""
    hold_out_surgeons: tuple[str, ...] = ()
    """Surgeons whose drilled regions training must not see on any bone."""
    preset: Literal["default", "paper", "published-code"] = "default"
    """What all other settings start from: the best known, the paper, or its published code (see docs/presets.md)."""
    training: TrainingSettings = field(default_factory=TrainingSettings)

    @classmethod
    @override
    def for_words(cls, words: Sequence[str]) -> type[Command]:
        preset = PRESETS.get(_word_after("--preset", words))
        if preset is None:
            return cls
        started = field(default_factory=lambda: preset)
        return make_dataclass(
            cls.__name__, [("training", TrainingSettings, started)], bases=(cls,), frozen=True, kw_only=True
        )

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.training import train

        events = train(self.training, Dataset.open(self.dataset), self.run, self.hold_out, self.hold_out_surgeons)
        _show_training(events, self.run, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return how_to_resume(self.run)


@dataclass(frozen=True, kw_only=True)
class Resume(Command):
    """Go on with a training that was stopped, as if it had never stopped.

    Settings, held-out bones and the dataset are those of the run.

    Example:
      napari-rpdl resume my_run

    What comes out: the run folder, with more epochs.
    """

    run: Positional[Path]
    """Run folder."""
    dataset: Path | None = None
    """Dataset folder, if it was moved since the run began."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.runs import Run
        from napari_rpdl.learning.training import resume

        folder = self.dataset or Run.open(self.run).dataset_folder
        _show_training(resume(Dataset.open(folder), self.run), self.run, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return how_to_resume(self.run)


@dataclass(frozen=True, kw_only=True)
class Attach(Command):
    """Follow a training that goes on alone.

    The viewer leaves such a training behind if it is closed and told to let it go on.
    Ctrl-C stops only the following.

    Example:
      napari-rpdl attach my_run

    What comes out: progress until the training ends.
    """

    run: Positional[Path]
    """Run folder."""

    @override
    def execute(self) -> None:
        from napari_rpdl.learning.attachment import attach

        _show_training(attach(self.run), self.run, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return f"Only the following, that is: the training goes on. To end it: {PROGRAM} stop {self.run}"


@dataclass(frozen=True, kw_only=True)
class Stop(Command):
    """Stop a training that goes on alone, after its current step.

    Every finished epoch is kept, and "napari-rpdl resume" goes on.

    Example:
      napari-rpdl stop my_run

    What comes out: nothing new; the run folder stays as the last finished epoch left it.
    """

    run: Positional[Path]
    """Run folder."""

    @override
    def execute(self) -> None:
        from napari_rpdl.learning.attachment import ask_to_stop

        ask_to_stop(self.run)
        text = f"Asked to stop after the current step. Go on later with: {PROGRAM} resume {self.run}"
        answer({"run": str(self.run), "asked": True}, text, as_json=self.json)


def _word_after(flag: str, words: Sequence[str]) -> str:
    """Return the value of a flag, "" where it is not given or lacks one."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == flag:
            return following
        if word.startswith(flag + "="):
            return word.removeprefix(flag + "=")
    return ""


def how_to_resume(run: Path) -> str:
    """Return what to do after a training was stopped, by what its folder holds."""
    from napari_rpdl.learning.runs import Run

    try:
        state = Run.open(run).state
    except InputError:
        state = "empty"
    if state == "resumable":
        return f"Every finished epoch is kept. Go on with: {PROGRAM} resume {run}"
    if state == "complete":
        return f"The training in {run} was already complete."
    return "No epoch had ended, so there is nothing to go on from. Run the same command to start again."


def _show_training(events: Iterator[Event], run: Path, *, as_json: bool) -> None:
    last = follow(events)
    if last is None:
        return  # one of several processes that torchrun started; the first one speaks
    answer(asdict(last), f"Predict a bone with it: {PROGRAM} predict {run} DATASET CASE OUT.nii.gz", as_json=as_json)
