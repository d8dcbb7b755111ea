"""What is to be trained: arms × folds × seeds, each training once however many protocols judge it."""

from collections.abc import Iterator
from dataclasses import dataclass

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.experiments.folds import Fold, folds_of
from napari_rpdl.settings import TrainingSettings, without_idle
from napari_rpdl.settings.experiment import ArmSettings, ExperimentSettings, Protocol


@dataclass(frozen=True, slots=True)
class Cell:
    """One training, and the folds by which it is judged.

    Attributes:
        key: unique in the experiment; also the run's folder below "runs".
        arm: what is trained.
        training: its settings, with the seed and with what the protocol asks for.
        seed: of the training.
        folds: all of the same bones and surgeons; one for each protocol that judges it.
    """

    key: str
    arm: ArmSettings
    training: TrainingSettings
    seed: int
    folds: tuple[Fold, ...]

    @property
    def fold(self) -> Fold:
        """The fold that says who is held out, the same for all protocols."""
        return self.folds[0]


def cells_of(dataset: Dataset, settings: ExperimentSettings) -> list[Cell]:
    """Return all trainings of an experiment, the most informative first.

    Every arm on every fold with the first seed comes before the second seed; and all arms
    on the first fold before the second fold, so that whenever it is stopped, arms can be compared.

    Raises:
        InputError: too few bones or surgeons.
    """
    return [cell for seed in settings.seeds for cell in _with_seed(dataset, settings, seed)]


def _with_seed(dataset: Dataset, settings: ExperimentSettings, seed: int) -> Iterator[Cell]:
    rounds: list[list[Cell]] = []
    for protocols in _trained_together(settings):
        folds = [folds_of(dataset, settings, protocol) for protocol in protocols]
        rounds += [
            [_cell(settings, arm, seed, protocols, same) for arm in settings.arms] for same in zip(*folds, strict=True)
        ]
    for cells in rounds:
        yield from cells


def _trained_together(settings: ExperimentSettings) -> list[tuple[Protocol, ...]]:
    """Return the protocols in groups that judge the same networks."""
    both = set(settings.protocols) == {"paper", "repaired"}
    if both and settings.experiment == "bones" and settings.shared_training:
        return [("repaired", "paper")]
    return [(protocol,) for protocol in sorted(settings.protocols, reverse=True)]


def _cell(
    settings: ExperimentSettings, arm: ArmSettings, seed: int, protocols: tuple[Protocol, ...], folds: tuple[Fold, ...]
) -> Cell:
    training = protocol_settings(arm.training, protocols[0]).model_copy(update={"seed": seed})
    key = f"{protocols[0]}/{arm.folder_name}/{folds[0].name}/seed_{seed}"
    return Cell(key, arm, training, seed, folds)


def protocol_settings(training: TrainingSettings, protocol: Protocol) -> TrainingSettings:
    """Return the training as a protocol has it: whole bones watch (repaired), or samples of what is learned (paper)."""
    if protocol == "paper":
        random = training.model_copy(update={"validation": "random"}) if training.validation == "bones" else training
        return without_idle(random)
    update = {"validation": "bones", "validation_bones": max(1, training.validation_bones)}
    return without_idle(training.model_copy(update=update))
