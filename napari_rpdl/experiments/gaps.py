"""What is missing in results: runs that were planned, cells of tables, files that could not be read."""

from collections import Counter
from collections.abc import Iterator

from napari_rpdl.experiments.bone_table import BASELINES, parts_of, rows_of
from napari_rpdl.experiments.measure_names import DICE, measured
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.experiments.titles import method_titles, part_title

_NAMED = 6


def gaps(results: ScoreFolder) -> tuple[str, ...]:
    """Return what is missing, a sentence each; empty where everything that was planned is there."""
    said = [f"Left out: {problem}" for problem in results.problems]
    if results.unfinished:
        said.append(f"Begun, but without scores yet: {_some(results.unfinished)}.")
    said += _not_begun(results)
    said += _cells(results)
    return tuple(said)


def _not_begun(results: ScoreFolder) -> Iterator[str]:
    """Yield for each protocol how many trainings of the plan have no scores, and where folds are not known."""
    for experiment in results.experiments:
        settings = experiment.record.settings
        if not experiment.record.folds:
            yield (
                f"Experiment on {settings.experiment}: an earlier version began it and did not note its folds, so "
                "those in which nothing was done are not known. The same command again notes them."
            )
        for protocol in settings.protocols:
            rows = [row for row in results.rows if (row.experiment, row.protocol) == (settings.experiment, protocol)]
            folds = experiment.record.folds.get(protocol) or tuple({row.fold for row in rows})
            done = {(row.method, row.seed, row.fold) for row in rows}
            planned = {(arm.method, seed, fold) for arm in settings.arms for seed in settings.seeds for fold in folds}
            if missing := planned - done:
                counted = Counter(method for method, _, _ in sorted(missing))
                names = [f"{count} of {method}" for method, count in counted.items()]
                yield (
                    f"Experiment on {settings.experiment}, protocol {protocol}: {len(missing)} of {len(planned)} "
                    f"trainings have no scores yet ({_some(names)})."
                )


def _cells(results: ScoreFolder) -> Iterator[str]:
    for part in parts_of(results.rows):
        rows = rows_of(results.rows, part)
        titles, table = method_titles(rows), measured(rows, DICE, part)
        missing = [f"{titles[method]} on {bone}" for method, bone in table.missing()]
        if missing:
            yield f"{part_title(part)}: no Dice of {_some(missing)}."
        if lacking := [title for method, title in BASELINES.items() if method not in table.methods]:
            yield f"{part_title(part)}: no baseline {_some(lacking)}."


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
