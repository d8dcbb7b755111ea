"""The scores of an experiment: one number in a row, from which every table and figure is computed.

A run writes ``scores.csv`` into its folder when it is complete; whoever reads an
experiment puts them together. Nothing is ever typed by hand.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import get_args

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings.experiment import ExperimentName, Protocol

MAX_BYTES = 256_000_000
_KNOWN = {
    "experiment": get_args(ExperimentName),
    "protocol": get_args(Protocol),
    "decision": ("fixed", "tuned", "none"),
}
"""What tables and names of files are made of, so that no file of scores can make up others."""
_REMEDY = "Remove the file and run the experiment again."


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One number: what a method reached on a case with a surgeon.

    Attributes:
        experiment: "bones" (leave one bone out) or "surgeons" (leave one surgeon out).
        protocol: "paper" or "repaired"; figures of the two are never averaged.
        method: unique name of what is compared, "<preset>/<network>/<loss>" for networks;
            "surgeons", "mean-vote-map" and "oracle" for baselines.
        preset: the training's preset, network and loss; empty for baselines.
        network: see ``preset``.
        loss: see ``preset``.
        seed: of the training; 0 for baselines.
        fold: name of who is held out, such as "bone_3", "surgeon_2" or "surgeon_2+bone_3".
        case_id: the case that was judged.
        bone: the bone that the case shows: the unit of all statistics.
        surgeon: who it is compared with; empty for what concerns all of them.
        decision: how the region was cut: "fixed" (0.5, as the paper), "tuned" (on bones
            that watched, never on the held-out one); "none" for baselines.
        metric: "dice", "rpd", "volume_ratio", "critical_voxels:<structure>" and so on.
        rpmap: for RPD, whose map judges: "test" (all surgeons of the case), "training" (those
            of the training), "others" (all but the one that is compared); empty elsewhere.
        value: a finite number; what does not exist has no row.
    """

    experiment: str
    protocol: str
    method: str
    preset: str
    network: str
    loss: str
    seed: int
    fold: str
    case_id: str
    bone: str
    surgeon: str
    decision: str
    metric: str
    rpmap: str
    value: float


COLUMNS = tuple(field.name for field in fields(ScoreRow))


def write_rows(rows: Iterable[ScoreRow], path: Path) -> None:
    """Write rows as CSV; reading gives the same numbers again.

    Raises:
        InputError: the folder cannot be written, or the disk is full.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((*astuple(row)[:-1], repr(row.value)) for row in rows)
    write_text(path, text.getvalue())


def read_rows(path: Path) -> Iterator[ScoreRow]:
    """Yield the rows of a file that ``write_rows`` wrote, checked one by one.

    Raises:
        InputError: missing, too large, other columns, an experiment, protocol or decision that there
            is not, or a value that is no finite number.
    """
    lines = _lines(path)
    header = next(lines, [])
    if tuple(header) != COLUMNS:
        got = ", ".join(header)[:200] or "nothing"
        msg = f"Expected {path} to have the columns {', '.join(COLUMNS)}; got {got}. {_REMEDY}"
        raise InputError(msg)
    for line, cells in enumerate(lines, 2):
        yield _row(cells, f"{path}, line {line}")


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(read_text(path, MAX_BYTES)))
    except csv.Error as error:
        msg = f"Expected {path} to be a table of scores (CSV), but: {error}. {_REMEDY}"
        raise InputError(msg) from error


def _row(cells: list[str], where: str) -> ScoreRow:
    try:
        values = dict(zip(COLUMNS, cells, strict=True))
        row = ScoreRow(**{**values, "seed": int(values["seed"]), "value": float(values["value"])})  # type: ignore[arg-type]
    except ValueError as error:
        got = ", ".join(cells)[:200]
        msg = f"{where}: expected {len(COLUMNS)} cells with a whole seed and a number, got {got!r}. {_REMEDY}"
        raise InputError(msg) from error
    if not math.isfinite(row.value):
        msg = f"{where}: expected a finite number, got {row.value}. {_REMEDY}"
        raise InputError(msg)
    for column, known in _KNOWN.items():
        if values[column] not in known:
            msg = f"{where}: expected the {column} {' or '.join(known)}, got {values[column][:200]!r}. {_REMEDY}"
            raise InputError(msg)
    return row
