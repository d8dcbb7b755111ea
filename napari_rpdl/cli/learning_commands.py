"""Verbs that learn: train, resume, attach, stop."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, make_dataclass
from pathlib import Path
from typing import ClassVar

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError, word_after
from napari_rpdl.cli.printing import PROGRAM, answer
from napari_rpdl.cli.taking_up import check_learned, with_learned
from napari_rpdl.cli.training import Where, how_to_predict, show_training
from napari_rpdl.errors import InputError
from napari_rpdl.settings import PresetName, TrainingSettings, load_training_settings, preset_named


@dataclass(frozen=True, kw_only=True)
class Train(Command):
    """Train a network to drill as the surgeons of a dataset do.

    Needs PyTorch: pip install "napari-rpdl[learning]". Bones named after --hold-out are
    never seen, so that the network can be judged on them. Stop with Ctrl-C at any time:
    nothing but the unfinished epoch is lost, and "napari-rpdl resume" goes on. The
    network trains in a process of its own, which ends with this one unless --alone.

    Example:
      napari-rpdl train my_dataset my_run --hold-out bone_9 --loss rpdl --epochs 100
      napari-rpdl train my_dataset my_run --hold-out bone_9 --preset paper --threads 8
      napari-rpdl train my_dataset my_run --hold-out bone_8 --settings old_run/settings.json

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
    preset: PresetName = "default"
    """What all other settings start from: the best known, the paper, or its published code, each as it is for the
    network (--name) and the loss (--loss) that are given (see docs/presets.md)."""
    learned_weights: Path | None = None
    """File of "learn-weights": train with the loss vote-utility and the weights in it. What is held out here must
    have been held out there."""
    settings: Path | None = None
    """File that all other settings start from in place of a preset: the settings.json of a run, or one that Python's
    save_training_settings wrote. Held-out bones are not in it."""
    where: Where = field(default_factory=Where)
    training: TrainingSettings = field(default_factory=TrainingSettings)

    starts_vary: ClassVar[bool] = True

    @classmethod
    @override
    def for_words(cls, words: Sequence[str]) -> type[Command]:
        start = _start(words)
        started = field(default_factory=lambda: start)
        return make_dataclass(
            cls.__name__, [("training", TrainingSettings, started)], bases=(cls,), frozen=True, kw_only=True
        )

    @override
    def execute(self) -> None:
        from napari_rpdl.learning.process import Job

        if self.learned_weights is not None:
            check_learned(self.learned_weights, self.training, self.dataset, self.hold_out, self.hold_out_surgeons)
        job = Job(
            dataset=str(self.dataset),
            run=str(self.run),
            settings=self.training,
            hold_out=self.hold_out,
            hold_out_surgeons=self.hold_out_surgeons,
        )
        show_training(job, self.where, as_json=self.json)

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
    where: Where = field(default_factory=Where)

    @override
    def execute(self) -> None:
        from napari_rpdl.learning.process import Job
        from napari_rpdl.learning.runs import Run

        folder = self.dataset or Run.open(self.run).dataset_folder
        job = Job(dataset=str(folder), run=str(self.run), settings=None, hold_out=())
        show_training(job, self.where, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return how_to_resume(self.run)


@dataclass(frozen=True, kw_only=True)
class Attach(Command):
    """Follow a training that goes on alone.

    "train --alone" leaves such a training behind, and so does the viewer if it is closed
    and told to let it go on. Ctrl-C stops only the following.

    Example:
      napari-rpdl attach my_run

    What comes out: progress until the training ends.
    """

    run: Positional[Path]
    """Run folder."""

    @override
    def execute(self) -> None:
        from napari_rpdl.learning.attachment import attach

        last = follow(attach(self.run))
        if last is not None:
            answer(asdict(last), how_to_predict(self.run), as_json=self.json)

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


def _start(words: Sequence[str]) -> TrainingSettings:
    """Return what the flags of the training start from.

    Raises:
        UsageError: there are two of them; or as ``with_learned``.
        InputError: the file of settings cannot be read.
    """
    path, preset, weights = (word_after(flag, words) for flag in ("--settings", "--preset", "--learned-weights"))
    network, loss = (word_after(flag, words) for flag in ("--name", "--loss"))
    if path and preset:
        msg = f"--settings {path} and --preset {preset} both say what a training starts from. Leave one of them out."
        raise UsageError(msg)
    start = load_training_settings(Path(path)) if path else preset_named(preset, network, loss)
    return with_learned(Path(weights), start, loss) if weights else start


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
