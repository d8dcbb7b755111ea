"""Result tables as Markdown, LaTeX and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from napari_rpdl.experiments.bone_table import Cell, Overall
from napari_rpdl.experiments.paper_tables import Printed
from napari_rpdl.experiments.result_tables import Entry, Line, ResultTable, Style
from napari_rpdl.files import write_text

MISSING = "missing"
_PERCENT = " %"
CSV_COLUMNS = (
    *("table", "block", "row", "column", "source", "metric"),
    *("mean", "spread", "low", "high", "bones", "seeds"),
)
_LATEX = {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}"}
_LATEX |= {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "±": r"$\pm$", "–": "--", "≥": r"$\geq$"}


def entry_text(entry: Entry, line: Line, style: Style) -> str:
    """Return an entry as it is printed, such as "0.653 ± 0.083" or "0.653 [0.612, 0.690]"."""
    if entry is None:
        return MISSING
    if isinstance(entry, str):
        return entry
    value = _number(entry.mean, line)
    if isinstance(entry, Printed):
        return f"{value} ± {_number(entry.std, line)}"
    if isinstance(entry, Overall):
        return _overall_text(entry, line, style, value)
    return value if entry.spread is None or style != "spread" else f"{value} ± {_number(entry.spread, line)}"


def cells_of(table: ResultTable) -> list[tuple[str, list[str]]]:
    """Return (block, cells) of each line as text, the heading first."""
    return [
        (line.block, [line.heading, *(entry_text(entry, line, table.style) for entry in line.entries)])
        for line in table.lines
    ]


def markdown(table: ResultTable) -> str:
    """Return a table as Markdown, with its title and note."""
    columns = [_markdown(column) for column in table.columns]
    lines = [f"**{_markdown(table.title)}**", "", _row(columns), _row(["---", *["---:"] * (len(columns) - 1)])]
    block = ""
    for of, cells in cells_of(table):
        if of not in ("", block):
            lines.append(_row([f"*{_markdown(of)}*", *[""] * (len(columns) - 1)]))
            block = of
        lines.append(_row(list(map(_markdown, cells))))
    return "\n".join([*lines, "", _markdown(table.note), ""])


def latex(table: ResultTable) -> str:
    """Return a table as LaTeX that needs no package."""
    width = len(table.columns)
    lines = [r"\begin{table*}", rf"\caption{{{_latex(table.title)} {_latex(table.note)}}}", r"\centering\footnotesize"]
    lines += [rf"\begin{{tabular}}{{l{'r' * (width - 1)}}}", r"\hline", _latex_row(table.columns), r"\hline"]
    block = ""
    for of, cells in cells_of(table):
        if of not in ("", block):
            lines.append(rf"\multicolumn{{{width}}}{{l}}{{\textit{{{_latex(of)}}}}} \\")
            block = of
        lines.append(_latex_row(cells))
    return "\n".join([*lines, r"\hline", r"\end{tabular}", r"\end{table*}", ""])


def csv_text(tables: Iterable[ResultTable]) -> str:
    """Return all figures of tables as CSV, one in a row, to the last digit; the paper's have source "paper"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for table in tables:
        for line in table.lines:
            for column, entry in zip(table.columns[1:], line.entries, strict=True):
                if not isinstance(entry, str):
                    start = (table.key, line.block, line.heading, column)
                    writer.writerow((*start, *_csv_cells(entry, line.measure.metric)))
    return text.getvalue()


def write_tables(tables: Sequence[ResultTable], folder: Path) -> tuple[Path, ...]:
    """Write tables.md, tables.tex and tables.csv into a folder; return their paths.

    Raises:
        InputError: the folder cannot be written.
    """
    texts = {
        "tables.md": "\n".join(map(markdown, tables)),
        "tables.tex": "\n".join(map(latex, tables)),
        "tables.csv": csv_text(tables),
    }
    for name, text in texts.items():
        write_text(folder / name, text)
    return tuple(folder / name for name in texts)


def _overall_text(entry: Overall, line: Line, style: Style, value: str) -> str:
    if style == "interval" and entry.low is not None and entry.high is not None:
        low, high = (_number(end, line).removesuffix(_PERCENT) for end in (entry.low, entry.high))
        value += f" [{low}, {high}]"
    elif style == "spread" and entry.spread is not None:
        value += f" ± {_number(entry.spread, line)}"
    return value if entry.bones == line.bones else f"{value} ({entry.bones} of {line.bones} bones)"


def _number(value: float, line: Line) -> str:
    digits = line.measure.digits
    return f"{100 * value:.{digits}f}{_PERCENT}" if line.measure.percent else f"{value:.{digits}f}"


def _csv_cells(entry: Cell | Overall | Printed | None, metric: str) -> tuple[object, ...]:
    if entry is None:
        return ("ours", metric, "", "", "", "", 0, 0)
    if isinstance(entry, Printed):
        return ("paper", metric, entry.mean, entry.std, "", "", "", "")
    spread = "" if entry.spread is None else entry.spread
    if isinstance(entry, Cell):
        return ("ours", metric, entry.mean, spread, "", "", 1, entry.seeds)
    low, high = ("" if end is None else end for end in (entry.low, entry.high))
    return ("ours", metric, entry.mean, spread, low, high, entry.bones, entry.seeds)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("_", r"\_")


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)


def _latex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(map(_latex, cells))} \\\\"
