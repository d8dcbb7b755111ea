"""Whether one method is better than another on the bones that both were measured on.

docs/statistics.md says why: the bone is the unit, seeds are averaged first, p values are
exact, and Holm's correction covers all comparisons of a family, which is fixed before
looking at the results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from napari_rpdl.evaluation.paired import Interval, holm, mean_interval, sign_flip_p, signed_rank_p, smallest_p
from napari_rpdl.experiments.bone_table import BASELINES, MEAN_MAP, BoneTable, methods_of
from napari_rpdl.experiments.scores import ScoreRow
from napari_rpdl.settings import PRESETS

Pairs = Sequence[tuple[str, str]]
_ALPHA = 0.05
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """One method against another on the bones that have both.

    Attributes:
        first: the one.
        second: the other.
        bones: how many have both.
        better: on how many of them the first is better (larger).
        equal: on how many both are the same.
        mean: mean over bones of first - second with its 95 % bootstrap interval over bones.
        p: two-sided exact Wilcoxon signed-rank test.
        p_holm: the same after Holm's correction for the family.
        p_flip: two-sided exact permutation test of the mean (signs flipped).
        p_flip_holm: the same after Holm's correction.
        p_smallest: what so many bones can reach at best, before correction.
    """

    first: str
    second: str
    bones: int
    better: int
    equal: int
    mean: Interval
    p: float
    p_holm: float
    p_flip: float
    p_flip_holm: float
    p_smallest: float

    def in_words(self) -> str:
        """Return how often the first is better, such as "8 of 9 bones"."""
        tied = f", {self.equal} equal" if self.equal else ""
        return f"{self.better} of {_counted(self.bones, 'bone')}{tied}"


@dataclass(frozen=True, slots=True)
class Family:
    """Comparisons that answer one question and share one correction.

    Attributes:
        question: what they ask.
        differences: one for each pair that has bones in common.
    """

    question: str
    differences: tuple[Difference, ...]

    def reach(self) -> str:
        """Return what the number of bones can show at best, in words."""
        if not self.differences:
            return "No pair of methods has a bone in common yet."
        count, bones = len(self.differences), min(one.bones for one in self.differences)
        p = smallest_p(bones)
        corrected = min(1.0, p * count)
        enough = "enough" if corrected < _ALPHA else "too few"
        return (
            f"The smallest p that {_counted(bones, 'bone')} can give is {p:.2g}, and {corrected:.2g} after Holm's "
            f"correction for {_counted(count, 'comparison')}: {enough} to show a first difference at {_ALPHA}."
        )


def compare(table: BoneTable, pairs: Pairs, larger_is_better: bool = True) -> tuple[Difference, ...]:
    """Compare each pair of methods on the bones that have both; pairs without a bone are left out.

    Args:
        table: of one measure.
        pairs: names of methods, a family: Holm corrects for all of them.
        larger_is_better: counts ``better``; differences stay first - second.
    """
    found = [(pair, values) for pair in pairs if (values := _differences(table, *pair)).size]
    ranks = [signed_rank_p(values) for _, values in found]
    flips = [sign_flip_p(values) for _, values in found]
    corrected = zip(ranks, holm(ranks), flips, holm(flips), strict=True)
    return tuple(
        Difference(
            first=first,
            second=second,
            bones=values.size,
            better=int(np.count_nonzero(values > _SAME if larger_is_better else values < -_SAME)),
            equal=int(np.count_nonzero(np.abs(values) <= _SAME)),
            mean=mean_interval(values),
            p=p,
            p_holm=float(p_holm),
            p_flip=p_flip,
            p_flip_holm=float(p_flip_holm),
            p_smallest=smallest_p(values.size),
        )
        for ((first, second), values), (p, p_holm, p_flip, p_flip_holm) in zip(found, corrected, strict=True)
    )


def families(rows: Iterable[ScoreRow], table: BoneTable, larger_is_better: bool = True) -> tuple[Family, ...]:
    """Return the planned comparisons of a part; families without a pair are left out.

    Which loss is better on the same network and preset (all pairs); whether the default
    (the preset with its own network and loss) is better than each other training;
    whether each training beats the mean vote map.
    """
    rows = list(rows)
    asked = {
        "Which loss is better on the same network?": _same_network(rows),
        "Is the default better than the others?": _default_against(rows),
        "Is it better than where surgeons drilled the other bones (mean vote map)?": _against_mean_map(rows),
    }
    compared = {question: compare(table, pairs, larger_is_better) for question, pairs in asked.items()}
    return tuple(Family(question, found) for question, found in compared.items() if found)


def _differences(table: BoneTable, first: str, second: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    one, other = table.by_bone(first), table.by_bone(second)
    return np.array([one[bone] - other[bone] for bone in table.bones if bone in one and bone in other])


def _trained(rows: Sequence[ScoreRow]) -> dict[str, tuple[str, str, str]]:
    """Return method -> (preset, network, loss) in the order of tables."""
    known = {row.method: (row.preset, row.network, row.loss) for row in rows}
    return {method: known[method] for method in methods_of(rows) if method not in BASELINES}


def _same_network(rows: Sequence[ScoreRow]) -> list[tuple[str, str]]:
    return [(b, a) for (a, of_a), (b, of_b) in combinations(_trained(rows).items(), 2) if of_a[:2] == of_b[:2]]


def _default_against(rows: Sequence[ScoreRow]) -> list[tuple[str, str]]:
    trained = _trained(rows)
    usual = PRESETS["default"]
    ours = [method for method, names in trained.items() if names == ("default", usual.network.name, usual.loss)]
    return [(own, other) for own in ours for other in trained if other not in ours]


def _against_mean_map(rows: Sequence[ScoreRow]) -> list[tuple[str, str]]:
    return [(method, MEAN_MAP) for method in _trained(rows)]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
