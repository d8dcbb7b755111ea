"""Verbs that compare: experiment bones, experiment surgeons."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError, checked
from napari_rpdl.cli.printing import PROGRAM, answer, duration, note, size
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.settings.experiment import (
    CrossSettings,
    ExecutionSettings,
    ExperimentName,
    ExperimentSettings,
    RuleSettings,
    load_experiment_settings,
)

if TYPE_CHECKING:
    from napari_rpdl.experiments.events import ExperimentPlanned


@dataclass(frozen=True, kw_only=True)
class _Experiment(Command):
    dataset: Positional[Path]
    """Dataset folder."""
    out: Positional[Path]
    """Folder for the results; new, or of the same experiment, which then goes on."""
    settings: Path | None = None
    """File with the settings of the whole experiment (JSON), in place of all flags but those of execution."""
    execution: ExecutionSettings = field(default_factory=ExecutionSettings)
    cross: CrossSettings = field(default_factory=CrossSettings)
    rules: RuleSettings = field(default_factory=RuleSettings)

    _name: ClassVar[ExperimentName]

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.experiments.experiment import run_experiment
        from napari_rpdl.experiments.folds import bones_without_judges

        dataset = Dataset.open(self.dataset)
        if left_out := bones_without_judges(dataset):
            note(
                f"Not held out: {', '.join(left_out)}. Without structures, or drilled by nobody, they cannot be judged."
            )
        events = run_experiment(dataset, self.out, self._whole(), self.execution)
        last = follow(_for_people(events))
        result: dict[str, Any] = {} if last is None else asdict(last)
        text = "Nothing was begun." if self.execution.plan == "only" else f"Results: {self.out}"
        answer(result, text, as_json=self.json)
        if result.get("failed"):
            msg = f"{len(result['failed'])} of the pieces failed, see above. Run the same command to try them again."
            raise InputError(msg)

    @override
    def how_to_go_on(self) -> str:
        return f"Every complete run and every finished epoch is kept. Run the same command to go on in {self.out}."

    def _whole(self) -> ExperimentSettings:
        if self.settings is None:
            arms, rules = self.cross.arms(self._name), self.rules.model_dump()
            made = checked(ExperimentSettings, experiment=self._name, common=self.cross.common, arms=arms, **rules)
            assert isinstance(made, ExperimentSettings)
            return made
        if self.cross != CrossSettings() or self.rules != RuleSettings():
            msg = "--settings FILE says all about the experiment. Leave out the other flags, or change the file."
            raise UsageError(msg)
        whole = load_experiment_settings(self.settings)
        if whole.experiment != self._name:
            msg = (
                f"{self.settings} describes an experiment on {whole.experiment}. "
                f"Run it with: {PROGRAM} experiment {whole.experiment}"
            )
            raise InputError(msg)
        return whole


def _for_people(events: Iterator[Event]) -> Iterator[Event]:
    """Yield a sentence for each piece, and how far the whole is; what single trainings say is in their folders."""
    from napari_rpdl.experiments.events import (
        ArmPlanned,
        ExperimentEnded,
        ExperimentPlanned,
        ExperimentProgressed,
        PieceFailed,
        PieceScored,
    )

    newest = ""
    for event in events:
        match event:
            case PieceScored():
                newest = f"{event.key}: {duration(event.seconds)}"
            case PieceFailed():
                newest = f"{event.key} FAILED: {event.text}"
            case ExperimentProgressed():
                left = "" if event.remaining_s is None else f"; {duration(event.remaining_s)} left"
                yield Said(f"{event.done} of {event.total} done{left}. {newest}".rstrip())
                yield Progressed("Experiment", event.done, event.total)
            case ArmPlanned():
                yield Said(
                    f"{event.method}: {event.runs} runs of {duration(event.run_s)} "
                    f"({event.step_s:.3f} s a step), {size(event.bytes)}"
                )
            case ExperimentPlanned():
                yield Said(_planned(event))
                yield event
            case Progressed(task="Timing") | ExperimentEnded():
                yield event


def _planned(event: "ExperimentPlanned") -> str:
    room = "" if event.bytes < event.free_bytes else f" THERE ARE ONLY {size(event.free_bytes)} FREE."
    return (
        f"{event.complete} of {event.pieces} pieces are complete. {event.trainings} trainings are left: at most about "
        f"{duration(event.seconds)} and {size(event.bytes)} of disk.{room}"
    )


@dataclass(frozen=True, kw_only=True)
class ExperimentOnBones(_Experiment):
    """Compare networks and losses on bones that they have not seen (leave one bone out).

    The paper's Experiment 1: every bone is held out once, and what a network trained on
    the others proposes for it is compared with every surgeon. Stop with Ctrl-C at any
    time and run the same command to go on.

    Example:
      napari-rpdl experiment bones my_dataset my_results --losses wcel dice rpdl
      napari-rpdl experiment bones my_dataset my_results --settings my_experiment.json

    What comes out: a folder with every run, its predictions and its scores.
    """

    _name = "bones"


@dataclass(frozen=True, kw_only=True)
class ExperimentOnSurgeons(_Experiment):
    """Compare networks and losses with surgeons whom they have not seen (leave one surgeon out).

    The paper's Experiment 2 judges networks on the bones that they were trained on; the
    repaired protocol holds out a bone as well. Stop with Ctrl-C at any time and run the
    same command to go on.

    Example:
      napari-rpdl experiment surgeons my_dataset my_results --losses wcel dice rpdl

    What comes out: a folder with every run, its predictions and its scores.
    """

    _name = "surgeons"
