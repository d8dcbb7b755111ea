"""From score rows to one number for each method and bone: surgeons first, then seeds, then bones.

The bone is the unit. Of one trained network on one case, surgeons are averaged; then
folds and cases of the bone; then seeds. What nobody measured stays missing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from napari_rpdl.evaluation.paired import mean_interval
from napari_rpdl.experiments.scores import ScoreRow

SURGEONS, MEAN_MAP, ORACLE = "surgeons", "mean-vote-map", "oracle"
BASELINES = {SURGEONS: "Surgeons among each other", MEAN_MAP: "Mean vote map", ORACLE: "Oracle"}
"""Methods without a training, and what they are called."""
NO_DECISION = "none"


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """What may be put side by side: figures of two parts are never averaged.

    Attributes:
        experiment: "bones" or "surgeons".
        protocol: "paper" or "repaired".
        decision: how regions were cut, "fixed" or "tuned"; baselines belong to every decision.
    """

    experiment: str
    protocol: str
    decision: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a method reached on one bone.

    Attributes:
        mean: over surgeons, folds and cases of the bone, then over seeds.
        spread: population SD over the surgeons of one prediction, averaged in the same
            way: how far surgeons differ, no uncertainty. None for what concerns all surgeons.
        seeds: trainings that the mean holds.
    """

    mean: float
    spread: float | None
    seeds: int


@dataclass(frozen=True, slots=True)
class Overall:
    """What a method reached on all bones that it was measured on.

    Attributes:
        mean: over bones.
        spread: mean over bones of the spread between surgeons, as in the paper's tables.
        low: lower end of the 95 % bootstrap interval over bones; None for fewer than three.
        high: its upper end.
        bones: how many.
        seeds: the fewest trainings of any bone.
    """

    mean: float
    spread: float | None
    low: float | None
    high: float | None
    bones: int
    seeds: int


@dataclass(frozen=True, slots=True)
class BoneTable:
    """One measure of methods on bones.

    Attributes:
        bones: names, in the order of their numbers.
        methods: names, baselines last.
        cells: (method, bone) -> what was reached; what is missing is not there.
    """

    bones: tuple[str, ...]
    methods: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]

    def cell(self, method: str, bone: str) -> Cell | None:
        """Return what a method reached on a bone, None where that is missing."""
        return self.cells.get((method, bone))

    def by_bone(self, method: str) -> dict[str, float]:
        """Return the means of a method, of the bones that have one."""
        return {bone: cell.mean for bone in self.bones if (cell := self.cell(method, bone))}

    def overall(self, method: str) -> Overall | None:
        """Return a method over all its bones, None where it has none."""
        cells = [cell for bone in self.bones if (cell := self.cell(method, bone))]
        if not cells:
            return None
        interval = mean_interval([cell.mean for cell in cells])
        spreads = [cell.spread for cell in cells if cell.spread is not None]
        return Overall(
            mean=interval.value,
            spread=fmean(spreads) if len(spreads) == len(cells) else None,
            low=interval.low,
            high=interval.high,
            bones=len(cells),
            seeds=min(cell.seeds for cell in cells),
        )

    def missing(self) -> tuple[tuple[str, str], ...]:
        """Return the (method, bone) that others have and that are missing."""
        return tuple((m, b) for m in self.methods for b in self.bones if (m, b) not in self.cells)


def parts_of(rows: Iterable[ScoreRow]) -> tuple[Part, ...]:
    """Return the parts that rows of trained methods fall into; of baselines alone, those with "none"."""
    seen = {Part(row.experiment, row.protocol, row.decision) for row in rows}
    trained = {part for part in seen if part.decision != NO_DECISION}
    covered = {(part.experiment, part.protocol) for part in trained}
    alone = {part for part in seen - trained if (part.experiment, part.protocol) not in covered}
    return tuple(sorted(trained | alone))


def rows_of(rows: Iterable[ScoreRow], part: Part) -> list[ScoreRow]:
    """Return the rows of a part with its baselines."""
    return [
        row
        for row in rows
        if (row.experiment, row.protocol) == (part.experiment, part.protocol)
        and row.decision in (part.decision, NO_DECISION)
    ]


def bone_table(rows: Iterable[ScoreRow], wanted: Callable[[ScoreRow], bool]) -> BoneTable:
    """Return the table of the rows that are ``wanted``: of one measure, judged by one map, of one part.

    Rows of several metrics are added up within a case (such as voxels in each critical
    structure); surgeons, folds, cases and seeds are averaged.
    """
    taken = [row for row in rows if wanted(row)]
    grouped: dict[tuple[str, str], dict[int, dict[tuple[str, str], list[ScoreRow]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for row in taken:
        grouped[row.method, row.bone][row.seed][row.fold, row.case_id].append(row)
    return BoneTable(
        bones=tuple(sorted({row.bone for row in taken}, key=natural)),
        methods=methods_of(taken),
        cells={key: _cell([_trained(cases.values()) for cases in seeds.values()]) for key, seeds in grouped.items()},
    )


def methods_of(rows: Iterable[ScoreRow]) -> tuple[str, ...]:
    """Return the methods of rows: by preset, network and loss, then the baselines."""
    order = list(BASELINES)
    keys = {(row.preset, row.network, row.loss, row.method) for row in rows}
    trained = [key[3] for key in sorted(keys) if key[3] not in BASELINES]
    return (*trained, *sorted((key[3] for key in keys if key[3] in BASELINES), key=order.index))


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts bone_2 before bone_10."""
    parts: list[tuple[int, str]] = []
    digits = ""
    for sign in [*name, ""]:
        if sign.isdecimal():  # isdigit is true of a superscript, too, which int() does not read
            digits += sign
            continue
        if digits:
            parts.append((int(digits), ""))
            digits = ""
        parts.append((-1, sign))
    return tuple(parts)


def _trained(cases: Iterable[list[ScoreRow]]) -> tuple[float, float | None]:
    """Return mean and spread of one training on one bone; ``cases`` are its rows by fold and case."""
    means, spreads = [], []
    for rows in cases:
        values = _by_surgeon(rows)
        means.append(fmean(values))
        if len(values) > 1:
            spreads.append(pstdev(values))
    return fmean(means), fmean(spreads) if spreads else None


def _by_surgeon(rows: Iterable[ScoreRow]) -> list[float]:
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[row.surgeon] += row.value
    return list(sums.values())


def _cell(seeds: Sequence[tuple[float, float | None]]) -> Cell:
    spreads = [spread for _, spread in seeds if spread is not None]
    return Cell(fmean(mean for mean, _ in seeds), fmean(spreads) if spreads else None, len(seeds))
