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
        from napari_rpdl.experiments.score_folder import read_score_folder
        from napari_rpdl.experiments.statistics_text import all_tested, statistics_csv, statistics_markdown
        from napari_rpdl.experiments.table_text import write_tables
        from napari_rpdl.files import write_text

        results = read_score_folder(self.results)
        warn(results)
        folder = self.out or self.results / "tables"
        tables, tested = result_tables(results), all_tested(results)
        files = [*write_tables(tables, folder), folder / "statistics.md", folder / "statistics.csv"]
        write_text(folder / "statistics.md", statistics_markdown(tested))
        write_text(folder / "statistics.csv", statistics_csv(tested))
        answer(
            {
                "dataset": results.dataset_label,
                "tables": [table.title for table in tables],
                "files": list(map(str, files)),
            },
            "\n".join([*(table.title for table in tables), "", *(f"wrote {path}" for path in files)]),
            as_json=self.json,
        )


def warn(results: "ScoreFolder") -> None:
    """Tell on standard error what is missing or could not be read."""
    for problem in results.problems:
        note(f"left out: {problem}")
    if results.unfinished:
        note(f"{len(results.unfinished)} runs have no scores yet, such as {results.unfinished[0]}.")
