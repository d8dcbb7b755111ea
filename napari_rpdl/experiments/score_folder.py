"""The results of experiments, put together from a folder of runs; what is missing or damaged is said."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from napari_rpdl.data.dataset import Dataset, says_synthetic
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.results import ExperimentRecord, Results
from napari_rpdl.experiments.scores import COLUMNS, ScoreRow, read_rows
from napari_rpdl.files import files_below
from napari_rpdl.learning.runs import Run, RunRecord

Opened = TypeVar("Opened")
_KEY = attrgetter(*COLUMNS[:-1])
"""All of a row but its value."""


@dataclass(frozen=True, slots=True)
class ScoreFolder:
    """What a folder of results holds.

    Attributes:
        folder: where.
        rows: every score, each once.
        experiments: whose results lie there; they tell what was planned, and of which dataset.
        runs: trainings that were found, finished or not, by folder.
        unfinished: folders (within ``folder``) of trainings without scores.
        problems: what could not be read, in words.
        methods: folder of a run with scores -> its method.
        synthetic: whether a dataset's name or origin says that its bones are no real ones.
    """

    folder: Path
    rows: tuple[ScoreRow, ...]
    experiments: tuple[Results, ...]
    runs: tuple[Run, ...]
    unfinished: tuple[str, ...]
    problems: tuple[str, ...]
    methods: dict[Path, str]
    synthetic: bool

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets that the experiments and runs are of."""
        named = {run.record.dataset_name for run in self.runs}
        return tuple(sorted(named | {one.record.dataset.name for one in self.experiments}))

    @property
    def dataset_label(self) -> str:
        """The datasets for a caption; phantom results say so every time."""
        names = ", ".join(self.datasets) or "not known (no experiment or run here)"
        told = not self.synthetic or "phantom (synthetic)" in names
        return names if told else f"{names} – phantom (synthetic) data"


def read_score_folder(folder: Path) -> ScoreFolder:
    """Read every ``scores.csv`` and run beneath a folder.

    Partial results are results: runs without scores are listed. A file that cannot be
    read is listed too and nothing of it is used.

    Raises:
        InputError: there is no such folder, no score in it, or two files say different
            things about the same score.
    """
    if not folder.is_dir():
        msg = f"Expected {folder} to be the folder of an experiment's results; there is no such folder."
        raise InputError(msg)
    problems: list[str] = []
    files = files_below(folder)
    rows, methods = _rows(files, problems)
    experiments = tuple(_opened(files, "experiment.json", Results.open, problems))
    runs = tuple(_opened(files, "run.json", Run.open, problems))
    if not rows:
        found = f"{len(runs)} runs, none with scores" if runs else "no run"
        said = f" {problems[0]}" if problems else ""
        msg = f"Expected scores.csv files of finished runs in {folder}; found {found}.{said} Run the experiment first."
        raise InputError(msg)
    unfinished = (run.folder for run in runs if not (run.folder / "scores.csv").is_file())
    names = tuple(sorted(path.relative_to(folder).as_posix() for path in unfinished))
    synthetic = _synthetic([run.record for run in runs], [one.record for one in experiments])
    return ScoreFolder(folder, tuple(rows), experiments, runs, names, tuple(problems), methods, synthetic)


def _synthetic(runs: Sequence[RunRecord], experiments: Sequence[ExperimentRecord]) -> bool:
    said = [*(run.dataset_name for run in runs), *(one.dataset.name for one in experiments)]
    folders = {run.dataset_folder for run in runs} | {one.dataset_folder for one in experiments}
    for dataset in sorted(folders):
        try:
            said.append(Dataset.open(Path(dataset)).origin)
        except InputError:
            # The data need not be where it was; the name remains.
            continue
    return any(map(says_synthetic, said))


def _rows(files: Sequence[Path], problems: list[str]) -> tuple[list[ScoreRow], dict[Path, str]]:
    methods: dict[Path, str] = {}
    seen: dict[tuple[object, ...], tuple[ScoreRow, Path]] = {}
    for path in _named("scores.csv", files):
        try:
            rows = list(read_rows(path))
        except InputError as error:
            problems.append(str(error))
            continue
        _check_each_once(rows, path)
        if rows:
            methods[path.parent] = rows[0].method
        for row in rows:
            key = _KEY(row)
            first, where = seen.setdefault(key, (row, path))
            if first.value != row.value:
                msg = (
                    f"{where} and {path} differ in {row.metric} of {row.method} on {row.case_id}, fold {row.fold}, "
                    f"seed {row.seed}: {first.value:g} and {row.value:g}. Keep results of different settings apart."
                )
                raise InputError(msg)
    return [row for row, _ in seen.values()], methods


def _check_each_once(rows: list[ScoreRow], path: Path) -> None:
    key, times = Counter(map(_KEY, rows)).most_common(1)[0] if rows else ((), 0)
    if times > 1:
        msg = f"{path} says {times} times what {key[2]} reached in {key[12]}. Remove the file and run it again."
        raise InputError(msg)


def _opened(
    files: Sequence[Path], name: str, opened: Callable[[Path], Opened], problems: list[str]
) -> Iterator[Opened]:
    """Yield what lies in each folder that has such a file; a damaged one is told among the problems."""
    for path in _named(name, files):
        try:
            yield opened(path.parent)
        except InputError as error:
            problems.append(str(error))


def _named(name: str, files: Sequence[Path]) -> Iterator[Path]:
    return (path for path in files if path.name == name)
