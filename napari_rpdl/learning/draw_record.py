"""What a training drew, recorded in ``draws.jsonl``: which bone lay how in each place of each batch.

A line holds an epoch; an epoch that was done again after a kill counts as last done. Draws
follow from the settings' seed as well, but only with the same version of the program and of NumPy.
A draw is the list of its bone (as a number in ``run.json``'s training cases), orientation (as a number in
``augmentation.CUBE_GROUP``), surgeon, shift (z, y, x) and deformation; what is at its end and as usual is left out.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from napari_rpdl.errors import InputError
from napari_rpdl.files import append_line
from napari_rpdl.learning.augmentation import CUBE_GROUP
from napari_rpdl.learning.deformation import Deformation
from napari_rpdl.learning.plan import Draw

FILE = "draws.jsonl"
_NUMBERS = {orientation: number for number, orientation in enumerate(CUBE_GROUP)}
_USUAL = Draw(0)
_LONGEST_LINE = 1 << 26


def record_draws(run: Path, epoch: int, steps: Sequence[Sequence[Draw]]) -> None:
    """Add the batches of an epoch to the run folder.

    Raises:
        InputError: the disk is full.
    """
    plain = [[_plain(draw) for draw in draws] for draws in steps]
    append_line(run / FILE, json.dumps({"epoch": epoch, "steps": plain}, separators=(",", ":")))


def read_draws(run: Path, epoch: int) -> list[list[Draw]]:
    """Return what each batch of an epoch held, in the order of the steps.

    Raises:
        InputError: the run has no such record, or it is damaged.
    """
    found = None
    try:
        with (run / FILE).open(encoding="utf-8") as file:
            while line := file.readline(_LONGEST_LINE):
                found = line if line.startswith(f'{{"epoch":{epoch},') and line.endswith("\n") else found
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(run, epoch) from error
    if found is None:
        raise _missing(run, epoch)
    try:
        return [[_draw(plain) for plain in step] for step in json.loads(found)["steps"]]
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        msg = f"The record of epoch {epoch} in {run / FILE} is damaged. Restore the file as training wrote it."
        raise InputError(msg) from error


def _plain(draw: Draw) -> list[Any]:
    values = [draw.bone, _NUMBERS[draw.orientation], draw.surgeon, draw.shift, draw.deformation]
    usual = [None, None, _USUAL.surgeon, _USUAL.shift, _USUAL.deformation]
    while values[-1] == usual[len(values) - 1] and len(values) > 2:
        values.pop()
    return values


def _draw(plain: list[Any]) -> Draw:
    bone, orientation, *rest = plain
    usual: list[Any] = [_USUAL.surgeon, _USUAL.shift, _USUAL.deformation]
    surgeon, shift, deformation = [*rest, *usual[len(rest) :]]
    z, y, x = map(int, shift)
    angles, scales, elastic, seed = deformation
    bent = Deformation(_triple(angles), _triple(scales), float(elastic), int(seed))
    return Draw(int(bone), CUBE_GROUP[orientation], (z, y, x), None if surgeon is None else int(surgeon), bent)


def _triple(numbers: Sequence[float]) -> tuple[float, float, float]:
    z, y, x = map(float, numbers)
    return z, y, x


def _missing(run: Path, epoch: int) -> InputError:
    msg = f"Expected {run / FILE} to say what epoch {epoch} drew; it does not. Runs of earlier versions have no record."
    return InputError(msg)
