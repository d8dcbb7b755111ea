"""Who is held out from whom: the folds of both experiments under both protocols.

"paper" is what He et al. did. Experiment 1 leaves one bone out. Experiment 2 leaves one
surgeon out and is judged on the training bones, against the surgeons that were learned:
it measures a fit, and is labelled so. "repaired" holds out a surgeon *and* a bone there.

Nothing is held out that nobody could be judged on: a bone without structures, or that no judge drilled.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from napari_rpdl.data.case_folder import STRUCTURES, annotators
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
    useless = bones_without_judges(dataset)
    bones = [bone for bone in _bones(dataset) if bone not in useless]
    surgeons = list(dataset.surgeons)
    _check_enough(dataset, settings.experiment, len(bones), len(surgeons))
    if settings.experiment == "bones":
        return [Fold("bones", protocol, (bone,), (), _judged(dataset, [bone], surgeons)) for bone in bones]
    if protocol == "paper":
        return [_left_out(dataset, one, bones) for one in surgeons]
    judged_by = {
        (surgeon, bone): cases
        for surgeon in surgeons
        for bone in bones
        if (cases := _judged(dataset, [bone], [surgeon]))
    }
    pairs = judged_by if settings.pairs == "full" else _diagonal(surgeons, bones, judged_by)
    return [
        Fold("surgeons", "repaired", (bone,), (surgeon,), judged_by[surgeon, bone], (surgeon,))
        for surgeon, bone in pairs
    ]


def bones_without_judges(dataset: Dataset) -> tuple[str, ...]:
    """Return the bones that no fold holds out, because nobody could be judged on them."""
    return tuple(bone for bone in _bones(dataset) if not _judged(dataset, [bone], dataset.surgeons))


def _bones(dataset: Dataset) -> list[str]:
    return list(dict.fromkeys(entry.bone for entry in dataset.entries))


def _left_out(dataset: Dataset, surgeon: str, bones: Sequence[str]) -> Fold:
    others = tuple(other for other in dataset.surgeons if other != surgeon)
    return Fold("surgeons", "paper", (), (surgeon,), _judged(dataset, bones, others), others)


def _diagonal(
    surgeons: Sequence[str], bones: Sequence[str], drilled: Collection[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return as few (surgeon, bone) pairs as hold out every surgeon and every bone; each drilled that bone."""
    pairs = []
    for turn in range(max(len(surgeons), len(bones))):
        first, bone = turn % len(surgeons), bones[turn % len(bones)]
        willing = [one for one in (*surgeons[first:], *surgeons[:first]) if (one, bone) in drilled]
        pairs += [(one, bone) for one in willing[:1]]
    held_out = {surgeon for surgeon, _ in pairs}
    for surgeon in surgeons:
        if surgeon not in held_out:
            pairs += [(surgeon, bone) for bone in bones if (surgeon, bone) in drilled][:1]
    return list(dict.fromkeys(pairs))


def _judged(dataset: Dataset, bones: Collection[str], judges: Collection[str]) -> tuple[str, ...]:
    """Return the cases of bones that can be shown to a network and that one of the judges drilled; none is read."""
    return tuple(
        entry.case_id
        for entry in dataset.entries
        if entry.bone in bones
        and (dataset.case_folder(entry.case_id) / STRUCTURES).is_file()
        and annotators(dataset.case_folder(entry.case_id)) & {*judges}
    )


def _check_enough(dataset: Dataset, experiment: ExperimentName, bones: int, surgeons: int) -> None:
    if bones < FEWEST_BONES:
        msg = (
            f"Expected at least {FEWEST_BONES} bones (one is held out, one watches, one is learned), but "
            f"{dataset.folder} has {bones} with structures that somebody drilled. Add bones to the dataset."
        )
        raise InputError(msg)
    if surgeons < FEWEST_SURGEONS:
        msg = (
            f"Expected bones that at least {FEWEST_SURGEONS} surgeons drilled, but {dataset.folder} has {surgeons}. "
            f"An experiment on {experiment} compares a network with several surgeons: add another one's regions."
        )
        raise InputError(msg)
