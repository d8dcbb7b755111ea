"""Scores as a file for statistics programs: one number in a row."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from napari_rpdl.experiments.methods import MethodScores
from napari_rpdl.files import write_text

COLUMNS = ("method", "case", "surgeon", "metric", "value")
Line = tuple[str, str, str, str, float]


def write_scores(methods: Iterable[MethodScores], path: Path) -> None:
    """Write a CSV with a row for each method, case, surgeon and metric.

    The surgeon is empty for what concerns all of them: ``volume_ratio``,
    ``fraction_of_oracle`` and ``critical_voxels:<structure>``. Values are written so
    that reading gives the same number again.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for method in methods:
        writer.writerows((*line[:4], repr(line[4])) for line in _lines(method))
    write_text(path, text.getvalue())


def _lines(method: MethodScores) -> Iterator[Line]:
    for surgeon, dice, rpd in zip(method.surgeons, method.dice, method.rpd, strict=True):
        yield method.key, method.case_id, surgeon, "dice", dice
        yield method.key, method.case_id, surgeon, "rpd", rpd
    yield method.key, method.case_id, "", "fraction_of_oracle", method.fraction_of_oracle
    if method.volume_ratio is not None:
        yield method.key, method.case_id, "", "volume_ratio", method.volume_ratio
    for structure, voxels in method.critical_voxels.items():
        yield method.key, method.case_id, "", f"critical_voxels:{structure}", voxels
