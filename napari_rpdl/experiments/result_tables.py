"""The paper's Tables I to IV from score rows, beside the paper's figures, and a table of what the paper lacks.

Every table is of one part (experiment, protocol, decision), says so, and holds the
baselines. Nothing is typed: a missing cell is shown as missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from napari_rpdl.experiments import paper_tables
from napari_rpdl.experiments.bone_table import (
    BASELINES,
    SURGEONS,
    BoneTable,
    Cell,
    Overall,
    Part,
    parts_of,
    rows_of,
)
from napari_rpdl.experiments.measure_names import (
    DICE,
    OF_ORACLE,
    RPD,
    Measure,
    map_in_words,
    measured,
    measures_in,
    of_oracle,
)
from napari_rpdl.experiments.paper_tables import Printed, printed
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.experiments.scores import ScoreRow
from napari_rpdl.experiments.titles import (
    arm_of,
    loss_rank,
    loss_title,
    method_titles,
    network_title,
    part_title,
    seeds_in_words,
    trained_title,
)

Entry = Cell | Overall | Printed | str | None
Style = Literal["spread", "interval", "plain"]

_PAPER = "He et al. 2020"
_OURS = "this experiment"
_PAPER_PAIRS = (("unet-published", "vnet-published"), ("isensee-published", "myronenko18"))
_NUMBERS = {"bones": ("I", "II", "III"), "surgeons": ("", "", "IV")}
_GOOD = {"larger": "larger is better", "smaller": "smaller is better", "one": "1: as the surgeons"}
_UNTRAINED = "no training"
_COLUMNS = 6
_CELL_NOTES = {
    "spread": "A cell is the mean over surgeons ± their standard deviation. ",
    "interval": "A cell is the mean over surgeons. ",
}
_FIT = "Judged on bones and by surgeons that were learned, as the paper does: a fit, not how it does on new bones. "


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table.

    Attributes:
        heading: its first cell.
        entries: the others; None is missing, an empty text does not apply.
        measure: what the numbers are.
        block: what a group of rows has in common; shown where it changes.
        bones: how many bones a complete entry has.
    """

    heading: str
    entries: tuple[Entry, ...]
    measure: Measure
    block: str
    bones: int


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table, ready to be written in any form.

    Attributes:
        part: of the results.
        key: for file names.
        title: says experiment, protocol, decision and dataset.
        note: what the figures are.
        columns: above the entries; the first is above the headings.
        lines: the rows.
        style: what stands beside a mean: the "spread" between surgeons, the "interval"
            over bones, or nothing ("plain").
        number: the paper's, such as "III"; empty for tables that the paper lacks.
    """

    part: Part
    key: str
    title: str
    note: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    style: Style
    number: str = ""


def result_tables(results: ScoreFolder) -> tuple[ResultTable, ...]:
    """Return every table that the results allow, part by part."""
    tables = [
        table for part in parts_of(results.rows) for table in _tables_of(part, rows_of(results.rows, part), results)
    ]
    return tuple(table for table in tables if table.lines)


def _tables_of(part: Part, rows: list[ScoreRow], results: ScoreFolder) -> Iterator[ResultTable]:
    yield from _bone_by_bone(part, rows, results)
    yield _overall_table(part, rows, results)
    yield from _other_measures(part, rows, results)


def _bone_by_bone(part: Part, rows: list[ScoreRow], results: ScoreFolder) -> Iterator[ResultTable]:
    """Yield Tables I and II, and the like for trainings that the paper does not have."""
    table, known = measured(rows, DICE, part), {row.method: row for row in rows}
    trained = [method for method in table.methods if method not in BASELINES]
    baselines = [method for method in table.methods if method in BASELINES]
    for preset, networks, number in _chunks(part, [known[method] for method in trained]):
        chosen = sorted(
            (m for m in trained if known[m].preset == preset and known[m].network in networks),
            key=lambda m: (networks.index(known[m].network), loss_rank(known[m].loss)),
        )
        columns = [trained_title(known[m], with_preset=False) for m in chosen]
        lines = [*_our_bones(table, (*chosen, *baselines)), *_paper_bones(part, chosen, known, len(baselines))]
        yield ResultTable(
            part=part,
            key="_".join(["bones", preset, *networks, part.experiment, part.protocol, part.decision]),
            title=_title(number, f"Dice bone by bone, preset {preset}", part, results),
            note=_note(part, rows, _CELL_NOTES[_style(part)]),
            columns=("Bone", *columns, *(BASELINES[method] for method in baselines)),
            lines=tuple(lines),
            style=_style(part),
            number=number,
        )


def _chunks(part: Part, trained: Sequence[ScoreRow]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield preset, one or two networks and the paper's number of the table that they share."""
    for preset in dict.fromkeys(row.preset for row in trained):
        networks = list(dict.fromkeys(row.network for row in trained if row.preset == preset))
        if preset in paper_tables.PRESETS:
            for pair, number in zip(_PAPER_PAIRS, _NUMBERS[part.experiment][:2], strict=True):
                if present := tuple(network for network in pair if network in networks):
                    yield preset, present, number
            networks = [network for network in networks if network not in paper_tables.NETWORKS]
        for start in range(0, len(networks), 2):
            yield preset, tuple(networks[start : start + 2]), ""


def _our_bones(table: BoneTable, methods: Sequence[str]) -> Iterator[Line]:
    for bone in table.bones:
        yield Line(bone, tuple(table.cell(method, bone) for method in methods), DICE, _OURS, 1)
    yield Line("Overall", tuple(table.overall(method) for method in methods), DICE, _OURS, len(table.bones))


def _paper_bones(part: Part, methods: Sequence[str], known: dict[str, ScoreRow], baselines: int) -> Iterator[Line]:
    for bone in (*map(str, range(1, 10)), paper_tables.OVERALL):
        figures = [_paper_figure(part, known[method], "dice", bone) for method in methods]
        if any(figures):
            cells: tuple[Entry, ...] = tuple(figure or "" for figure in figures)
            heading = "Overall" if bone == paper_tables.OVERALL else f"Bone {bone}"
            yield Line(heading, (*cells, *[""] * baselines), DICE, f"{_PAPER} (their bones)", 1)


def _overall_table(part: Part, rows: list[ScoreRow], results: ScoreFolder) -> ResultTable:
    """Return Table III or IV: networks by losses, for Dice, RPD and the share of the oracle."""
    known = {row.method: row for row in rows if row.method not in BASELINES}
    losses = sorted({row.loss for row in known.values()}, key=loss_rank)
    printed_losses = {paper_tables.LOSSES.get(row.loss) for row in known.values() if _in_paper(row)}
    papers: list[str] = [loss for loss in ("WCEL", "DL", "RPDL") if loss in printed_losses]
    papers += [_UNTRAINED] if part.experiment == "surgeons" else []
    lines: list[Line] = []
    for measure, table in (
        (DICE, measured(rows, DICE, part)),
        (RPD, measured(rows, RPD, part)),
        (OF_ORACLE, of_oracle(rows, part)),
    ):
        lines += _overall_lines(part, measure, table, known, losses, papers)
    return ResultTable(
        part=part,
        key="_".join(["overall", part.experiment, part.protocol, part.decision]),
        title=_title(_NUMBERS[part.experiment][2], "Overall results", part, results),
        note=_note(part, rows, f"RPD uses {map_in_words(part)}. {_oracle(part)} "),
        columns=("", *map(loss_title, losses), _UNTRAINED, *(f"{_PAPER}: {loss}" for loss in papers)),
        lines=tuple(lines),
        style=_style(part),
        number=_NUMBERS[part.experiment][2],
    )


def _overall_lines(
    part: Part,
    measure: Measure,
    table: BoneTable,
    known: dict[str, ScoreRow],
    losses: Sequence[str],
    papers: Sequence[str],
) -> Iterator[Line]:
    block = f"{measure.title[0].upper()}{measure.title[1:]}"
    method_of = {(*arm_of(row), row.loss): method for method, row in known.items()}
    for preset, network, name in dict.fromkeys(arm_of(row) for row in known.values()):
        keys = [(preset, network, name, loss) for loss in losses]
        ours = [table.overall(method_of[key]) if key in method_of else "" for key in keys]
        theirs = [_printed_beside(part, preset, network, loss, measure) for loss in papers]
        heading = ", ".join(filter(None, (network_title(preset, network), preset, name)))
        yield Line(heading, (*ours, "", *theirs), measure, block, len(table.bones))
    for method in BASELINES:
        if method in table.methods:
            figure = printed(part.experiment, *paper_tables.SURGEONS, measure.metric) if method == SURGEONS else None
            beside = ((figure or "") if loss == _UNTRAINED else "" for loss in papers)
            entries = (*[""] * len(losses), table.overall(method), *beside)
            yield Line(BASELINES[method], entries, measure, block, len(table.bones))


def _other_measures(part: Part, rows: list[ScoreRow], results: ScoreFolder) -> Iterator[ResultTable]:
    """Yield tables with a line for every measure and a column for each method."""
    measures = [measure for measure in measures_in(rows) if measure != OF_ORACLE]
    tables = [(measure, measured(rows, measure, part)) for measure in measures]
    tables.insert(min(2, len(tables)), (OF_ORACLE, of_oracle(rows, part)))
    titles = method_titles(rows)
    baselines = [method for method in titles if method in BASELINES]
    trained = [method for method in titles if method not in BASELINES]
    for start in range(0, max(len(trained), 1), _COLUMNS):
        methods = [*trained[start : start + _COLUMNS], *baselines]
        yield ResultTable(
            part=part,
            key="_".join(["measures", part.experiment, part.protocol, part.decision, str(start // _COLUMNS + 1)]),
            title=_title("", "Every measure", part, results),
            note=f"Means over bones. {seeds_in_words(rows)} Voxels are counted for each bone. Distances to an empty "
            "region do not exist and are left out. tables.csv has the intervals.",
            columns=("Measure", *(titles[method] for method in methods)),
            lines=tuple(_measure_line(measure, table, methods) for measure, table in tables),
            style="plain",
        )


def _measure_line(measure: Measure, table: BoneTable, methods: Sequence[str]) -> Line:
    # A baseline has no probabilities, so what it lacks is not missing.
    entries = tuple(table.overall(m) or ("" if m in BASELINES else None) for m in methods)
    return Line(f"{measure.title} ({_GOOD[measure.better]})", entries, measure, "", len(table.bones))


def _style(part: Part) -> Style:
    return "spread" if part.protocol == "paper" else "interval"


def _in_paper(row: ScoreRow) -> bool:
    return row.preset in paper_tables.PRESETS and row.network in paper_tables.NETWORKS


def _printed_beside(part: Part, preset: str, network: str, loss: str, measure: Measure) -> Entry:
    if preset not in paper_tables.PRESETS:
        return ""
    return printed(part.experiment, paper_tables.NETWORKS.get(network, ""), loss, measure.metric) or ""


def _paper_figure(part: Part, row: ScoreRow, metric: str, bone: str) -> Printed | None:
    if row.preset not in paper_tables.PRESETS:
        return None
    network, loss = paper_tables.NETWORKS.get(row.network, ""), paper_tables.LOSSES.get(row.loss, "")
    return printed(part.experiment, network, loss, metric, bone)


def _title(number: str, what: str, part: Part, results: ScoreFolder) -> str:
    start = f"As Table {number} of {_PAPER}: " if number else ""
    return f"{start}{what}. {part_title(part)}. Dataset: {results.dataset_label}."


def _note(part: Part, rows: Sequence[ScoreRow], first: str) -> str:
    spread = (
        "Overall: mean over bones ± the mean over bones of the standard deviation between surgeons (as the paper; "
        "no uncertainty of the mean)."
        if part.protocol == "paper"
        else "Overall: mean over bones [95 % bootstrap interval over bones]."
    )
    fit = part.experiment == "surgeons" and part.protocol == "paper"
    return (
        f"{first}{spread} {seeds_in_words(rows)} {_FIT if fit else ''}"
        f"The figures of {_PAPER} come from their own nine bones."
    )


def _oracle(part: Part) -> str:
    if part.experiment == "surgeons" and part.protocol == "repaired":
        return "The oracle is the best single mask for the other surgeons; the held-out one judges it, too."
    return "The oracle is the best single mask there is."
