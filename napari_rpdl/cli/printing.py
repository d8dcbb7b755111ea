"""Results for a person, or for a program that reads JSON.

Results go to standard output, everything else to standard error, so that
``napari-rpdl agreement DATASET --json > agreement.json`` holds nothing but JSON.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

PROGRAM = "napari-rpdl"


def note(text: str) -> None:
    """Print a line for the person who waits, on standard error."""
    print(text, file=sys.stderr, flush=True)


def answer(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print the result on standard output: as JSON, or as ``text`` for people."""
    print(json.dumps(result, indent=2, allow_nan=False) if as_json else text, flush=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    """Return aligned lines, text to the left, numbers (three decimals, "-" for None) to the right."""
    cells = [list(headings), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    is_text = [all(isinstance(value, str) for value in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(row, widths, is_text, strict=True)
        ).rstrip()
        for row in cells
    )


def facts(pairs: Mapping[str, str]) -> str:
    """Return one line for each name and value, values below each other."""
    width = max(map(len, pairs), default=0)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in pairs.items())


def figure(value: float | None) -> str:
    """Return a number with three decimals, "-" where there is none."""
    return "-" if value is None else f"{value:.3f}"


def duration(seconds: float) -> str:
    """Return a length of time as people say it: 40 s, 12 min, 3 h 5 min."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def size(bytes_: float) -> str:
    """Return an amount of disk as people say it: 40 kB, 12 MB, 3.1 GB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if bytes_ >= scale:
            return f"{bytes_ / scale:.3g} {unit}"
    return f"{bytes_ / 1e3:.0f} kB"


def _cell(value: str | float | None) -> str:
    if isinstance(value, str | int):
        return str(value)
    return figure(value)
