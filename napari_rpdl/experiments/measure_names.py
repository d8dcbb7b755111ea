"""The measures that tables and plots show: how they are called, and which rows hold them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from napari_rpdl.experiments.bone_table import ORACLE, SURGEONS, BoneTable, Cell, Part, bone_table
from napari_rpdl.experiments.scores import ScoreRow

Better = Literal["larger", "smaller", "one"]
_MAPS = {
    "test": "the map of all surgeons of the bone",
    "training": "the map of the training surgeons",
    "others": "the map of the other surgeons",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as it is shown.

    Attributes:
        metric: of the rows; where it ends with ":", all that begin with it.
        title: for people, with the unit.
        better: which values are good; "one" means close to 1.
        digits: after the point.
        added: whether the metrics that begin with ``metric`` are added up (voxels in each
            critical structure), or are one metric with a unit behind the colon.
        percent: shown as a percentage.
    """

    metric: str
    title: str
    better: Better = "larger"
    digits: int = 3
    added: bool = False
    percent: bool = False

    def holds(self, row: ScoreRow) -> bool:
        """Say whether a row is of this measure."""
        return row.metric.startswith(self.metric) if self.added else row.metric == self.metric


DICE = Measure("dice", "Dice")
RPD = Measure("rpd", "RPD")
OF_ORACLE = Measure("fraction_of_oracle", "of the oracle", digits=1, percent=True)
VOLUME = Measure("volume_ratio", "volume / surgeons", "one", 2)
CALIBRATION = Measure("calibration_error_where_possible", "calibration error (p ≥ 0.01)", "smaller")
_KNOWN = (
    DICE,
    RPD,
    OF_ORACLE,
    VOLUME,
    Measure("surface_dice:", "surface Dice"),
    Measure("hd95:", "HD95", "smaller", 2),
    Measure("assd:", "mean surface distance", "smaller", 2),
    Measure("energy_distance", "energy distance", "smaller"),
    Measure("brier", "Brier", "smaller", 4),
    Measure("calibration_error", "calibration error", "smaller", 4),
    CALIBRATION,
    Measure("critical_voxels:", "voxels in critical structures", "smaller", 1, added=True),
    Measure("within_1mm:", "voxels within 1 mm of them", "smaller", 1, added=True),
    Measure("within_1voxel:", "voxels within 1 voxel of them", "smaller", 1, added=True),
    Measure("island_voxels", "voxels in islands", "smaller", 1),
    Measure("overhang_share", "beneath remaining bone", "smaller", 1, percent=True),
)


def measures_in(rows: Iterable[ScoreRow]) -> tuple[Measure, ...]:
    """Return the measures that rows hold, in the order of tables; metrics with a unit are named by it."""
    metrics = sorted({row.metric for row in rows})
    found: list[Measure] = []
    for known in _KNOWN:
        if known.added or not known.metric.endswith(":"):
            found += [known] if any(metric.startswith(known.metric) for metric in metrics) else []
        else:
            found += [_with_unit(known, metric) for metric in metrics if metric.startswith(known.metric)]
    return tuple(measure for measure in found if measure.added or measure.metric in metrics)


def map_of(part: Part) -> str:
    """Return whose map judges RPD: as the paper does in its protocol, else the stricter map of the others."""
    if part.protocol == "paper":
        return "test" if part.experiment == "bones" else "training"
    return "others"


def map_in_words(part: Part) -> str:
    """Return ``map_of`` for people."""
    return _MAPS[map_of(part)]


def measured(rows: Sequence[ScoreRow], measure: Measure, part: Part) -> BoneTable:
    """Return the table of a measure; ``rows`` are those of the part.

    RPD is judged by the map of the part. Surgeons among each other, whom the paper
    always judges by the map of the others, have that where there is no other.
    """
    if measure.metric != RPD.metric:
        return bone_table(rows, measure.holds)
    usual = map_of(part)
    for_surgeons = usual if any(_is_rpd(row, usual) and row.method == SURGEONS for row in rows) else "others"
    return bone_table(rows, lambda row: _is_rpd(row, for_surgeons if row.method == SURGEONS else usual))


def of_oracle(rows: Sequence[ScoreRow], part: Part) -> BoneTable:
    """Return each method's Dice as a share of the best possible on the same bone.

    Methods without rows of their own for it are divided by the oracle's Dice, bone by bone.
    """
    dice, own = measured(rows, DICE, part), measured(rows, OF_ORACLE, part)
    best = dice.by_bone(ORACLE)
    cells = {
        (method, bone): Cell(cell.mean / best[bone], None, cell.seeds)
        for (method, bone), cell in dice.cells.items()
        if best.get(bone)
    }
    known = {key: cell for key, cell in own.cells.items() if key in dice.cells}
    return replace(dice, cells={**cells, **known})


def _is_rpd(row: ScoreRow, rpmap: str) -> bool:
    return row.metric == RPD.metric and row.rpmap == rpmap


def _with_unit(measure: Measure, metric: str) -> Measure:
    unit = metric.removeprefix(measure.metric)
    amount = unit.rstrip("abcdefghijklmnopqrstuvwxyz")
    spaced = f"{amount} {unit.removeprefix(amount)}".strip()
    return replace(measure, metric=metric, title=f"{measure.title} ({spaced})")
