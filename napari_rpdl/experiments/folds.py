"""Who is held out from whom: the folds of both experiments under both protocols.

"paper" is what He et al. did. Experiment 1 leaves one bone out. Experiment 2 leaves one
surgeon out and is judged on the training bones, against the surgeons that were learned:
it measures a fit, and is labelled so. "repaired" holds out a surgeon *and* a bone there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.settings.experiment import ExperimentName, ExperimentSettings, Protocol

FEWEST_BONES = 3
FEWEST_SURGEONS = 2


@dataclass(frozen=True, slots=True)
class Fold:
    """One division of a dataset into what is learned and what is judged.

    Attributes:
        experiment: "bones" or "surgeons".
        protocol: "paper" or "repaired".
        bones: names of the bones that training must not see.
        surgeons: names of the surgeons that training must not see.
        judged_cases: cases on which the network is judged.
        judges: surgeons whom it is compared with; empty: all.
    """

    experiment: ExperimentName
    protocol: Protocol
    bones: tuple[str, ...]
    surgeons: tuple[str, ...]
    judged_cases: tuple[str, ...]
    judges: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Who is held out, such as "bone_3", "surgeon_2" or "surgeon_2+bone_3"."""
        return "+".join((*self.surgeons, *self.bones))


def folds_of(dataset: Dataset, settings: ExperimentSettings, protocol: Protocol) -> list[Fold]:
    """Return the folds of one protocol.

    Raises:
        InputError: too few bones or surgeons to hold one out.
    """
    bones = list(dict.fromkeys(entry.bone for entry in dataset.entries))
    surgeons = list(dataset.surgeons)
    _check_enough(dataset, settings.experiment, len(bones), len(surgeons))
    if settings.experiment == "bones":
        return [Fold("bones", protocol, (bone,), (), _cases(dataset, [bone])) for bone in bones]
    if protocol == "paper":
        return [
            Fold("surgeons", "paper", (), (one,), dataset.case_ids, tuple(s for s in surgeons if s != one))
            for one in surgeons
        ]
    return [
        Fold("surgeons", "repaired", (bone,), (surgeon,), _cases(dataset, [bone]), (surgeon,))
        for surgeon, bone in _pairs(surgeons, bones, settings.pairs)
    ]


def _pairs(surgeons: Sequence[str], bones: Sequence[str], which: str) -> list[tuple[str, str]]:
    """Return (surgeon, bone) pairs: all, or as few as hold out every surgeon and every bone."""
    if which == "full":
        return [(surgeon, bone) for surgeon in surgeons for bone in bones]
    rounds = max(len(surgeons), len(bones))
    return [(surgeons[i % len(surgeons)], bones[i % len(bones)]) for i in range(rounds)]


def _cases(dataset: Dataset, bones: Sequence[str]) -> tuple[str, ...]:
    return tuple(entry.case_id for entry in dataset.entries if entry.bone in bones)


def _check_enough(dataset: Dataset, experiment: ExperimentName, bones: int, surgeons: int) -> None:
    if bones < FEWEST_BONES:
        msg = (
            f"Expected at least {FEWEST_BONES} bones (one is held out, one watches, one is learned), but "
            f"{dataset.folder} has {bones}. Add bones to the dataset."
        )
        raise InputError(msg)
    if surgeons < FEWEST_SURGEONS:
        msg = (
            f"Expected bones that at least {FEWEST_SURGEONS} surgeons drilled, but {dataset.folder} has {surgeons}. "
            f"An experiment on {experiment} compares a network with several surgeons: add another one's regions."
        )
        raise InputError(msg)
