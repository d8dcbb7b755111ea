"""The report of an experiment: a page that opens without a network, from score rows and run folders alone.

::

    <folder>/  index.html       everything inside
               all_scores.csv   every score row
               tables/          tables and statistics as Markdown, LaTeX and CSV
               figures/         every picture as PNG and SVG
               settings.json    that repeat it, of each experiment
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from napari_rpdl.drilling.correction import Correction
from napari_rpdl.drilling.effort import Effort
from napari_rpdl.experiments.bone_table import BASELINES, ORACLE, Part, parts_of, rows_of
from napari_rpdl.experiments.corrected import corrections_of_methods
from napari_rpdl.experiments.gaps import gaps
from napari_rpdl.experiments.measure_names import DICE, map_in_words, measured, of_oracle
from napari_rpdl.experiments.provenance import machine, versions
from napari_rpdl.experiments.report_figures import Pictures, name_of, save_report_figures
from napari_rpdl.experiments.result_tables import ResultTable, result_tables
from napari_rpdl.experiments.run_summaries import MethodRuns, machines, summaries
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.experiments.scores import write_rows
from napari_rpdl.experiments.statistics_text import COLUMNS, Tested, all_tested, statistics_csv, statistics_markdown
from napari_rpdl.experiments.table_text import cells_of, write_tables
from napari_rpdl.experiments.titles import method_titles, part_title
from napari_rpdl.figures import page
from napari_rpdl.figures.corrections import correction_parts
from napari_rpdl.files import write_text
from napari_rpdl.settings.experiment import save_experiment_settings

_PHANTOM = "phantom (synthetic) data: no real bone, no real surgeon"
_BOUND = ", which knows what the surgeons drilled"
_FIT = (
    "As in the paper, the bones that judge here were learned, and so were the surgeons: this measures how well a "
    "network fits, not how it does on a new bone. The repaired protocol holds out a surgeon and a bone."
)


def write_results_report(results: ScoreFolder, folder: Path, efforts: Iterable[Effort] = ()) -> Path:
    """Write the report into ``folder``, over an older one; return the path of its page.

    Works on partial results and says what is missing. The page is written last, so that
    where it is there, all it links to is there too.

    Args:
        results: scores and runs.
        folder: for the report.
        efforts: what corrections of the runs' predictions cost (``drilling.effort``).

    Raises:
        InputError: the folder cannot be written.
    """
    tables, tested, runs = result_tables(results), all_tested(results), summaries(results)
    corrections = corrections_of_methods(efforts, results)
    write_all_tables(tables, tested, folder / "tables")
    write_rows(results.rows, folder / "all_scores.csv")
    for experiment in results.experiments:
        save_experiment_settings(experiment.record.settings, folder / _settings_name(experiment.folder, results))
    pictures = save_report_figures(results, runs, folder / "figures")
    title = f"Experiments on {', '.join(results.datasets) or 'a dataset that is not known'}"
    index = folder / "index.html"
    write_text(index, page.page(title, _parts(title, results, tables, tested, runs, pictures, corrections)))
    return index


def write_all_tables(tables: Sequence[ResultTable], tested: Sequence[Tested], folder: Path) -> tuple[Path, ...]:
    """Write tables and statistics in every form; return the paths."""
    paths = (*write_tables(tables, folder), folder / "statistics.md", folder / "statistics.csv")
    write_text(folder / "statistics.md", statistics_markdown(tested))
    write_text(folder / "statistics.csv", statistics_csv(tested))
    return paths


def _parts(
    title: str,
    results: ScoreFolder,
    tables: Sequence[ResultTable],
    tested: Sequence[Tested],
    runs: Sequence[MethodRuns],
    pictures: Pictures,
    corrections: Sequence[Correction],
) -> Iterator[str]:
    if results.synthetic:
        yield page.badge(_PHANTOM)
    yield page.heading(title, level=1)
    yield page.paragraph(_summary(results), "lead")
    yield from _missing(results)
    for part in parts_of(results.rows):
        yield from _part(part, results, pictures)
        yield from _tests([one for one in tested if one.part == part])
        for table in tables:
            if table.part == part:
                yield from _table(table)
    yield page.link("tables/tables.csv", "All tables as CSV")
    yield page.link("all_scores.csv", "Every score as CSV")
    yield from correction_parts(corrections)
    yield from _trainings(runs, pictures)
    yield from _repeat(results, runs)


def _summary(results: ScoreFolder) -> str:
    trained = {row.method for row in results.rows if row.method not in BASELINES}
    seeds = {row.seed for row in results.rows if row.method in trained}
    bones = {row.bone for row in results.rows}
    return (
        f"{_counted(len(trained), 'trained method')}, {_counted(len(bones), 'bone')}, {_counted(len(seeds), 'seed')}; "
        f"{_counted(len(results.runs), 'training')}, {len(results.rows)} scores. "
        f"Dataset: {results.dataset_label}. Every figure on this page is computed from "
        "the scores; figures of different protocols or decisions are never averaged."
    )


def _missing(results: ScoreFolder) -> Iterator[str]:
    said = gaps(results)
    yield page.heading("What is missing")
    if said:
        yield page.bullets(said)
    elif results.experiments:
        yield page.paragraph("Nothing: every planned training has its scores, and every cell is filled.")
    else:
        yield page.paragraph("Every cell is filled. What was planned is not known: there is no experiment.json here.")


def _part(part: Part, results: ScoreFolder, pictures: Pictures) -> Iterator[str]:
    yield page.heading(part_title(part))
    if results.synthetic:
        yield page.badge(_PHANTOM)
    if part.experiment == "surgeons" and part.protocol == "paper":
        yield page.paragraph(_FIT)
    yield from _key_figures(part, results)
    yield page.picture(
        pictures.files[name_of(part, "bones")],
        "Dice of every method on every bone",
        "Mean Dice to the surgeons, bone by bone; seeds averaged. Methods that are compared share their bones, so "
        "look at the lines' order on each bone, not at their spread.",
    )
    yield page.picture(
        pictures.files[name_of(part, "methods")],
        "Dice, share of the oracle, volume and calibration of every method",
        "A faint dot is a bone, a diamond the mean, a bar the 95 % bootstrap interval over bones. Share of the best "
        "possible Dice; volume against the surgeons' mean volume (1: as much as they drill); calibration error over "
        "the voxels of probability 0.01 or more, where a method has probabilities.",
    )
    if drilled := pictures.files.get(name_of(part, "drilled")):
        yield page.picture(
            drilled,
            "Bones untouched, as surgeons left them and as methods would",
            "Seen as in surgery, from the lateral side: ear canal on top, mastoid below. The methods with the highest "
            "mean Dice, on the first bones.",
        )
    elif reason := pictures.missing.get(part):
        yield page.paragraph(f"No picture of the bones: {reason}.", "small")


def _key_figures(part: Part, results: ScoreFolder) -> Iterator[str]:
    rows = rows_of(results.rows, part)
    titles, dice, shares = method_titles(rows), measured(rows, DICE, part), of_oracle(rows, part)
    trained = {method: found for method in titles if method not in BASELINES and (found := dice.overall(method))}
    if not trained:
        yield page.paragraph("No training has scores yet.")
        return
    # Those with the most bones, so that the easiest bone alone makes no best method.
    method, best = max(trained.items(), key=lambda one: (one[1].bones, one[1].mean))
    share = shares.overall(method)
    of_best = f", {share.mean:.1%} of the oracle" if share else ""
    so_far = "" if best.bones == len(dice.bones) else f" ({best.bones} of {len(dice.bones)} bones so far)"
    cards = [(f"{best.mean:.3f}", f"highest mean Dice of a training: {titles[method]}{of_best}{so_far}")]
    for baseline, title in BASELINES.items():
        if overall := dice.overall(baseline):
            cards.append((f"{overall.mean:.3f}", f"Dice: {title}" + _BOUND * (baseline == ORACLE)))
    yield page.cards(cards)


def _tests(tested: Sequence[Tested]) -> Iterator[str]:
    for one in tested:
        parts = [page.table(COLUMNS, list(one.lines())), page.paragraph(one.family.reach(), "small")]
        if one.measure == DICE:
            yield from (page.heading(one.title, level=3), *parts)
        else:
            yield page.details(one.title, parts)
    if tested:
        yield page.paragraph(
            "The unit is the bone, seeds are averaged first. Both tests count every sign pattern (exact); Holm's "
            f"correction covers each table. RPD uses {map_in_words(tested[0].part)}.",
            "small",
        )


def _table(table: ResultTable) -> Iterator[str]:
    """Yield the overall table open, and longer ones to be opened."""
    rows: list[Sequence[str]] = []
    block = ""
    for of, cells in cells_of(table):
        if of not in ("", block):
            rows.append([of])
            block = of
        rows.append([cell.replace(" ± ", "\u00a0±\u00a0").replace(", ", ",\u00a0") for cell in cells])
    parts = [page.table(table.columns, rows), page.paragraph(table.note, "small")]
    if table.key.startswith("overall"):
        yield from (page.heading(table.title, level=3), *parts)
    else:
        yield page.details(table.title, parts)


def _trainings(runs: Sequence[MethodRuns], pictures: Pictures) -> Iterator[str]:
    if not runs:
        return
    yield page.heading("How the trainings went")
    if "learning_curves" in pictures.files:
        yield page.picture(
            pictures.files["learning_curves"],
            "Losses of every run over the epochs",
            "A line is a run (a fold and a seed). Losses of different methods have different units and do not compare.",
        )
    columns = ("Method", "runs", "epochs (mean)", "seconds per run (mean)")
    yield page.table(
        columns, [(one.name, str(len(one.histories)), f"{one.epochs:.1f}", f"{one.seconds:.1f}") for one in runs]
    )


def _repeat(results: ScoreFolder, runs: Sequence[MethodRuns]) -> Iterator[str]:
    yield page.heading("How to repeat it")
    for experiment in results.experiments:
        record, name = experiment.record, _settings_name(experiment.folder, results)
        words = ["napari-rpdl", "experiment", record.settings.experiment, record.dataset_folder, "NEW_RESULTS"]
        yield page.code(shlex.join([*words, "--settings", name]))
        yield page.link(name, f"Settings of the experiment on {record.settings.experiment}")
        yield page.facts({"Dataset": record.dataset.name, "SHA-256 of its files": record.dataset.digest})
    for one in runs:
        differ = f" They differ between runs in: {', '.join(one.differing)}." if one.differing else ""
        text = f"The first run's; the seed differs.{differ}"
        yield page.details(f"Settings of {one.name}", [page.paragraph(text, "small"), page.code(one.settings)])
    yield page.heading("Machine and versions")
    for found, count in machines(results):
        yield page.paragraph(f"{count} starts of trainings:", "small")
        yield page.facts(found)
    yield page.details("Where this report was made", [page.facts({**machine("none: scores only"), **versions()})])
    yield page.paragraph("Research software. Not for decisions about patients.", "small")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _settings_name(folder: Path, results: ScoreFolder) -> str:
    inside = folder.relative_to(results.folder).as_posix().replace("/", "-")
    return f"settings-{inside}.json" if inside != "." else "settings.json"
