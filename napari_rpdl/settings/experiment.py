"""What an experiment compares: which networks are trained how, on which bones and surgeons, how often."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError, field_validator, model_validator

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings.base import Settings, explain
from napari_rpdl.settings.effect import without_idle
from napari_rpdl.settings.loss import LossName
from napari_rpdl.settings.network import NetworkName, as_written
from napari_rpdl.settings.presets import PresetName, preset_named
from napari_rpdl.settings.rpmap import RPMAP_VARIANTS
from napari_rpdl.settings.training import Epochs, Grid, StepsPerEpoch, TrainingSettings

ExperimentName = Literal["bones", "surgeons"]
Protocol = Literal["paper", "repaired"]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class ArmSettings(Settings):
    """One thing that is compared: a preset with a network and a loss, and what else differs."""

    preset: PresetName = "default"
    """What the training starts from (docs/presets.md)."""
    name: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    """Tells apart arms of the same preset, network and loss; appended to the name of the method."""
    training: TrainingSettings = TrainingSettings()
    """The whole training; a file need only give what differs from the preset as it is for this network and loss.
    What has no effect in it becomes its default."""

    @model_validator(mode="before")
    @classmethod
    def _over_the_preset(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        if not isinstance(given, Mapping) or isinstance(given.get("training"), TrainingSettings):
            return given
        training = given.get("training", {})
        if not isinstance(training, Mapping):
            return given  # the field itself says what is expected
        network = as_written(training.get("network", {}))
        name = network.get("name") if isinstance(network, Mapping) else None
        start = preset_named(given.get("preset"), name, training.get("loss"))
        return {**given, "training": _merged(start.model_dump(), {**training, "network": network})}

    @field_validator("training")
    @classmethod
    def _without_idle(cls, training: TrainingSettings) -> TrainingSettings:
        # What is common to arms, as channels, may count for some of their networks only.
        return without_idle(training)

    @property
    def method(self) -> str:
        """The name of the method in tables: "<preset>/<network>/<loss>", and the arm's own name."""
        parts = [self.preset, self.training.network.name, self.training.loss, *([self.name] if self.name else [])]
        return "/".join(parts)

    @property
    def folder_name(self) -> str:
        """The name of the folder of its runs."""
        return self.method.replace("/", "-")


class RuleSettings(Settings):
    """By which rules methods are compared, and what is kept of each run."""

    protocols: Annotated[tuple[Protocol, ...], Field(min_length=1, max_length=2)] = ("paper", "repaired")
    """The paper's rules, with their flaws, and those without them; figures of the two are never mixed."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=100)] = (0, 1, 2)
    """Every arm is trained once with each of these on every fold."""
    pairs: Literal["diagonal", "full"] = "diagonal"
    """Experiment on surgeons, repaired: every surgeon and every bone is held out at least once, or each with each."""
    shared_training: bool = False
    """Experiment on bones: judge the repaired protocol's networks by the paper's, too, instead of training others
    that random samples watch."""
    thorough: bool = True
    """Whether surfaces and distances are measured, too; most of the time of scoring goes there."""
    keep: Literal["nothing", "masks", "probabilities"] = "masks"
    """What is kept of predictions: nothing but scores, the drilled regions, or the probabilities too."""
    checkpoints: Literal["best", "all"] = "best"
    """What is kept of a complete run's weights: those that predict, or also the optimiser's, three times as large."""


class ExperimentSettings(RuleSettings):
    """A whole experiment: every arm on every fold with every seed."""

    format_version: Literal[1] = 1
    experiment: ExperimentName = "bones"
    """Leave one bone out (the paper's Experiment 1), or one surgeon (Experiment 2)."""
    common: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    """Training settings that all arms share, in place of their presets'; an arm's own go before."""
    arms: Annotated[tuple[ArmSettings, ...], Field(min_length=1, max_length=200)] = Field(
        default_factory=lambda: (ArmSettings(),)
    )
    """What is compared."""

    @model_validator(mode="before")
    @classmethod
    def _common_to_all(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        if not isinstance(given, Mapping) or not isinstance(given.get("common", {}), Mapping):
            return given
        arms = given.get("arms", ({},))
        if not isinstance(arms, list | tuple):
            return given
        return {**given, "arms": [_with_common(arm, given.get("common", {})) for arm in arms]}

    @model_validator(mode="after")
    def _distinct(self) -> "ExperimentSettings":
        checks: dict[str, list[object]] = {
            # By their folders: default/unet/rpdl named "published" and default/unet/rpdl-published share one.
            "arm": [arm.folder_name.casefold() for arm in self.arms],
            "seed": list(self.seeds),
            "protocol": list(self.protocols),
        }
        for what, values in checks.items():
            twice = sorted({str(value) for value in values if values.count(value) > 1})
            if twice:
                msg = f"expected each {what} once, got {twice[0]} twice; give arms that are alike another name"
                raise ValueError(msg)
        return self


class ExecutionSettings(Settings):
    """Where the runs of an experiment are computed; changes nothing but how long it takes."""

    jobs: Annotated[int, Field(ge=1, le=256)] = 1
    """How many trainings run at once on this machine; each takes its share of the cores."""
    scheduler: Annotated[str, Field(max_length=200)] = ""
    """Address of a Dask cluster's scheduler that gets all runs, e.g. tcp://10.0.0.1:8786; empty: this machine."""
    folds: tuple[str, ...] = ()
    """Only these folds, such as bone_3 or surgeon_2+bone_3; all where none is named."""
    plan: Literal["first", "only", "skip"] = "first"
    """Show how long it will take and then begin, only show it, or begin without the timed probe."""

    @model_validator(mode="after")
    def _here_or_there(self) -> "ExecutionSettings":
        if self.scheduler and self.jobs > 1:
            msg = "with a scheduler, its cluster says how many trainings run at once; leave jobs at 1"
            raise ValueError(msg)
        return self


class CrossSettings(Settings):
    """Arms as every combination of presets, networks and losses."""

    presets: tuple[PresetName, ...] = ("default",)
    """What the trainings start from."""
    networks: tuple[NetworkName, ...] = ()
    """Networks; none: that of each preset."""
    losses: tuple[LossName, ...] = ()
    """Losses; none: that of each preset. rpdl-published takes the published code's map, too."""
    grid: Grid | None = None
    """Voxels along each axis that networks see; none: those of each preset."""
    epochs: Epochs | None = None
    """Epochs at most; none: those of each preset."""
    steps_per_epoch: StepsPerEpoch | None = None
    """Batches in one epoch; none: those of each preset."""

    @property
    def common(self) -> dict[str, int]:
        """What all arms share, as a settings file would give it."""
        given = {"grid": self.grid, "epochs": self.epochs, "steps_per_epoch": self.steps_per_epoch}
        return {name: value for name, value in given.items() if value is not None}

    def arms(self, experiment: ExperimentName) -> tuple[dict[str, Any], ...]:
        """Return the arms, as a settings file would give them."""
        return tuple(
            {"preset": preset, "training": _merged(_network(network), _loss(loss, preset, experiment))}
            for preset in self.presets
            for network in (self.networks or (None,))
            for loss in (self.losses or (None,))
        )


def save_experiment_settings(settings: ExperimentSettings, path: Path) -> None:
    """Write the settings as JSON, every arm with its whole training."""
    write_text(path, settings.model_dump_json(indent=2) + "\n")


def load_experiment_settings(path: Path) -> ExperimentSettings:
    """Read settings from JSON; an InputError names the first wrong field."""
    try:
        return ExperimentSettings.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error


def _network(name: NetworkName | None) -> dict[str, Any]:
    return {} if name is None else {"network": {"name": name}}


def _loss(name: LossName | None, preset: PresetName, experiment: ExperimentName) -> dict[str, Any]:
    """Return the loss with its map: that of the published code differs between the two experiments."""
    published = {"rpmap": RPMAP_VARIANTS[f"published-code-{experiment}"].model_dump()}
    wanted = "rpdl-published" if preset == "published-code" and name is None else name
    return ({} if name is None else {"loss": name}) | (published if wanted == "rpdl-published" else {})


def _with_common(arm: Any, common: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever a file holds
    if isinstance(arm, ArmSettings):
        arm = arm.model_dump(mode="json")
    if not isinstance(arm, Mapping) or not isinstance(arm.get("training", {}), Mapping):
        return arm
    return {**arm, "training": _merged(common, arm.get("training", {}))}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, nested mappings merged; ``above`` goes before."""
    both = dict(below)
    for name, value in above.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(name), Mapping)
        both[name] = _merged(both[name], value) if nested else value
    return both
