"""Verbs that read what experiments left: tables, report."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import answer, note

if TYPE_CHECKING:
    from napari_rpdl.experiments.score_folder import ScoreFolder


@dataclass(frozen=True, kw_only=True)
class WriteTables(Command):
    """Write the tables of the paper from an experiment's scores, beside the paper's own figures.

    Every table says of which experiment, protocol, decision and dataset it is. What is
    not measured yet is shown as missing, so it may be run while an experiment is going on.

    Example:
      napari-rpdl tables my_results

    What comes out: tables.md, tables.tex, tables.csv, statistics.md and statistics.csv.
    """

    results: Positional[Path]
    """Folder of an experiment's results, or one that holds several of them."""
    out: Path | None = None
    """Folder for the tables; "tables" within the results where not given."""

    @override
    def execute(self) -> None:
        from napari_rpdl.experiments.result_tables import result_tables
        from napari_rpdl.experiments.results_report import write_all_tables
        from napari_rpdl.experiments.score_folder import read_score_folder
        from napari_rpdl.experiments.statistics_text import all_tested

        results = read_score_folder(self.results)
        warn(results)
        tables = result_tables(results)
        files = write_all_tables(tables, all_tested(results), self.out or self.results / "tables")
        answer(
            {
                "dataset": results.dataset_label,
                "tables": [table.title for table in tables],
                "files": list(map(str, files)),
            },
            "\n".join([*(table.title for table in tables), "", *(f"wrote {path}" for path in files)]),
            as_json=self.json,
        )


@dataclass(frozen=True, kw_only=True)
class WriteReport(Command):
    """Write a page with everything that an experiment found: curves, plots, tables, statistics, settings.

    The page holds its pictures and opens without a network. It says what is missing, so
    it may be written while an experiment is going on.

    Example:
      napari-rpdl report my_results

    What comes out: a folder with index.html, figures (PNG and SVG), tables and all scores.
    """

    results: Positional[Path]
    """Folder of an experiment's results, or one that holds several of them."""
    out: Path | None = None
    """Folder for the report; "report" within the results where not given."""
    corrections: Path | None = None
    """Dataset folder in which surgeons corrected predictions of these trainings; what that cost is reported."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.drilling.effort import efforts
        from napari_rpdl.experiments.gaps import gaps
        from napari_rpdl.experiments.results_report import write_results_report
        from napari_rpdl.experiments.score_folder import read_score_folder

        results = read_score_folder(self.results)
        warn(results)
        spent = () if self.corrections is None else efforts(Dataset.open(self.corrections))
        index = write_results_report(results, self.out or self.results / "report", spent)
        missing = list(gaps(results))
        text = "\n".join([*(f"missing: {gap}" for gap in missing), f"wrote {index}"])
        answer({"dataset": results.dataset_label, "report": str(index), "missing": missing}, text, as_json=self.json)


def warn(results: "ScoreFolder") -> None:
    """Tell on standard error what is missing or could not be read."""
    for problem in results.problems:
        note(f"left out: {problem}")
    if results.unfinished:
        note(f"without scores yet: {', '.join(results.unfinished)}")
