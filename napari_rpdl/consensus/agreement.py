"""How far the surgeons of a dataset agree: the figures any method must be seen beside.

The protocol is the paper's (Sec. V-B): every surgeon is taken for the prediction and
compared with each other surgeon of the same bone. docs/rpmap.md explains every figure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from napari_rpdl.consensus.oracle import best_mean_dice, threshold_dice
from napari_rpdl.consensus.overlap import Matrix, dice, dice_matrix, rpd, rpd_matrix
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError

if TYPE_CHECKING:
    from napari_rpdl.data.dataset import Dataset

Item = TypeVar("Item")

__all__ = [
    "CaseAgreement",
    "DatasetAgreement",
    "case_agreement",
    "dataset_agreement",
    "dice",
    "measure_agreement",
    "pairwise_dice",
    "repeat_dice",
    "rpd",
]


@dataclass(frozen=True, slots=True, eq=False)
class CaseAgreement:
    """How far the K surgeons of one bone agree.

    Attributes:
        case_id: the case.
        bone: the bone it shows.
        surgeons: K names, the order of rows and columns.
        foreground: drilled share of the grid's voxels, mean over the surgeons.
        pairwise: (K, K) Dice of every two surgeons, 1 on the diagonal.
        rpd: (K, K) RPD; row = the surgeon taken for the prediction, judged by the RPMap
            of all the others; NaN on the diagonal.
        oracle_dice: mean Dice to the surgeons of the best mask there is.
        oracle_threshold_dice: the same of the best threshold of the vote map.
        oracle_votes: that threshold, in votes.
        undrilled: names of those surgeons whose region is empty.
    """

    case_id: str
    bone: str
    surgeons: tuple[str, ...]
    foreground: float
    pairwise: Matrix
    rpd: Matrix
    oracle_dice: float
    oracle_threshold_dice: float
    oracle_votes: int
    undrilled: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Why a figure is missing, or means less than it seems; empty where nothing is to be said."""
        if len(self.undrilled) == len(self.surgeons):
            return f"{self.case_id}: nobody drilled anything, so there is no agreement to measure."
        if self.undrilled:
            empty = ", ".join(self.undrilled)
            return f"{self.case_id}: {empty} drilled nothing; two empty regions agree with a Dice of 1, others with 0."
        if len(self.surgeons) == 1:
            return f"{self.case_id}: only {self.surgeons[0]} drilled it; Dice and RPD between surgeons take two."
        return ""

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain data; None where a single surgeon, or an undrilled bone, has none."""
        drilled = len(self.undrilled) < len(self.surgeons)
        return {
            "case_id": self.case_id,
            "bone": self.bone,
            "surgeons": list(self.surgeons),
            "foreground": self.foreground,
            **_summary([self]),
            "oracle_dice": self.oracle_dice if drilled else None,
            "oracle_threshold_dice": self.oracle_threshold_dice if drilled else None,
            "oracle_votes": self.oracle_votes if drilled else None,
            "dice_matrix": self.pairwise.tolist(),
            "rpd_matrix": [[None if np.isnan(value) else value for value in row] for row in self.rpd.tolist()],
        }


@dataclass(frozen=True, slots=True, eq=False)
class DatasetAgreement:
    """How far the surgeons of a dataset agree.

    Attributes:
        foreground: drilled share of the voxels, mean over cases.
        dice_mean: mean over all ordered pairs of surgeons on the same case; None where
            no case has two surgeons. So are the next three. Cases on which nobody drilled
            anything do not count, here or below: agreeing on nothing is no agreement.
        dice_sd: for each surgeon the population SD over cases and other surgeons; the
            mean of these (as the paper's "overall ±"). It is the spread between
            surgeons, not the uncertainty of the mean.
        rpd_mean: as ``dice_mean``, each surgeon judged by the RPMap of the others.
        rpd_sd: as ``dice_sd``.
        oracle_dice: Dice of the best single mask of each case, mean over cases; None where all are undrilled.
        repeat_dice: mean Dice of a surgeon with themselves on cases of the same bone,
            None where nobody drilled a bone twice.
        cases: in the dataset's order.
    """

    foreground: float
    dice_mean: float | None
    dice_sd: float | None
    rpd_mean: float | None
    rpd_sd: float | None
    oracle_dice: float | None
    repeat_dice: float | None
    cases: tuple[CaseAgreement, ...]

    def as_json(self) -> dict[str, Any]:
        """Return all figures as plain data without NaN."""
        figures = {name: getattr(self, name) for name in self.__slots__ if name != "cases"}
        return {**figures, "notes": list(self.notes), "cases": [case.as_json() for case in self.cases]}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of single cases before reading the figures."""
        return tuple(case.note for case in self.cases if case.note)


def pairwise_dice(masks: Sequence[Mask]) -> Matrix:
    """Return the Dice of every two masks, float64 (K, K), 1 on the diagonal.

    Raises:
        InputError: there is no mask, there are more than 64, or they do not fit together.
    """
    return dice_matrix(count_patterns(masks))


def case_agreement(case: Case) -> CaseAgreement:
    """Measure how far the surgeons of one case agree, in one pass over its voxels.

    Raises:
        InputError: the case has no annotation, or more than 64.
    """
    counts = count_patterns(case.masks())
    thresholds = threshold_dice(counts)
    return CaseAgreement(
        case_id=case.case_id,
        bone=case.bone,
        surgeons=case.surgeons,
        foreground=float(counts.sizes.mean() / counts.grid_voxels),
        pairwise=dice_matrix(counts),
        rpd=rpd_matrix(counts),
        oracle_dice=best_mean_dice(counts),
        oracle_threshold_dice=float(thresholds.max()),
        oracle_votes=int(thresholds.argmax()) + 1,
        undrilled=tuple(name for name, size in zip(case.surgeons, counts.sizes, strict=True) if size == 0),
    )


def dataset_agreement(cases: Iterable[CaseAgreement], repeat_dice: float | None = None) -> DatasetAgreement:
    """Summarise the cases of a dataset; ``repeat_dice`` is known only from the masks.

    Raises:
        InputError: there is no case.
    """
    cases = tuple(cases)
    if not cases:
        msg = "Expected at least one bone that a surgeon drilled, got none. Add annotations to the dataset."
        raise InputError(msg)
    return DatasetAgreement(
        foreground=float(np.mean([case.foreground for case in cases])),
        **_summary(cases),
        oracle_dice=_mean([case.oracle_dice for case in _drilled(cases)]),
        repeat_dice=repeat_dice,
        cases=cases,
    )


def repeat_dice(cases: Sequence[Case]) -> float | None:
    """Return the mean Dice of a surgeon with themselves on several cases of one bone.

    The mean runs over surgeons, bones and pairs of cases; None where nobody drilled a
    bone twice.

    Raises:
        InputError: two cases of one bone lie on grids of different shapes.
    """
    bones = _grouped(cases, [case.bone for case in cases])
    return _mean([value for group in bones for value in _repeats(group)])


def measure_agreement(dataset: "Dataset") -> DatasetAgreement:
    """Measure a dataset, holding the cases of one bone in memory at a time.

    Cases without annotations (bones that are still to be planned) are left out.

    Raises:
        InputError: no case has an annotation, or a file of the dataset is not readable.
    """
    found: dict[str, CaseAgreement] = {}
    repeats: list[float] = []
    for case_ids in _grouped(dataset.case_ids, [dataset.bone_of(case_id) for case_id in dataset.case_ids]):
        group = [case for case in map(dataset.case, case_ids) if case.annotations]
        found |= {case.case_id: case_agreement(case) for case in group}
        repeats += _repeats(group)
    return dataset_agreement((found[name] for name in dataset.case_ids if name in found), _mean(repeats))


def _grouped(items: Sequence[Item], keys: Sequence[str]) -> list[list[Item]]:
    """Return the items of equal key together, in the order in which keys first occur."""
    groups: dict[str, list[Item]] = {}
    for item, key in zip(items, keys, strict=True):
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _repeats(cases: Sequence[Case]) -> Iterator[float]:
    """Yield the Dice of each surgeon with themselves for every two cases of one bone."""
    for one, other in combinations(cases, 2):
        for surgeon in (name for name in one.surgeons if name in other.surgeons):
            masks = one.annotation(surgeon).mask, other.annotation(surgeon).mask
            if any(mask.any() for mask in masks):
                yield dice(*masks)


def _drilled(cases: Sequence[CaseAgreement]) -> list[CaseAgreement]:
    """Return the cases on which somebody drilled something."""
    return [case for case in cases if len(case.undrilled) < len(case.surgeons)]


def _summary(cases: Sequence[CaseAgreement]) -> dict[str, float | None]:
    """Return mean and SD of Dice and RPD, the SD within the rows of each surgeon."""
    figures: dict[str, float | None] = {}
    cases = _drilled(cases)
    for name, matrices in (("dice", [case.pairwise for case in cases]), ("rpd", [case.rpd for case in cases])):
        rows = _rows_of_surgeons(cases, matrices)
        figures[f"{name}_mean"] = _mean([value for row in rows for value in row])
        figures[f"{name}_sd"] = _mean([float(np.std(row)) for row in rows])
    return figures


def _rows_of_surgeons(cases: Sequence[CaseAgreement], matrices: Sequence[Matrix]) -> list[list[float]]:
    """Return for each surgeon the values against all others in all cases; no empty rows."""
    rows: dict[str, list[float]] = {}
    for case, matrix in zip(cases, matrices, strict=True):
        for k, surgeon in enumerate(case.surgeons):
            rows.setdefault(surgeon, []).extend(np.delete(matrix[k], k).tolist())
    return [row for row in rows.values() if row]


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
