"""Tables in every form: parsed again, and compared."""

import io

import pandas as pd
import pytest

from napari_rpdl.experiments.bone_table import Cell, Overall, Part
from napari_rpdl.experiments.measure_names import DICE, OF_ORACLE
from napari_rpdl.experiments.paper_tables import Printed
from napari_rpdl.experiments.result_tables import Line, ResultTable, result_tables
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.experiments.table_text import csv_text, entry_text, latex, markdown, write_tables

PART = Part("bones", "paper", "fixed")
LINE = Line("bone_1", (), DICE, "", 9)
OVERALL = Overall(0.6531, 0.0832, 0.6, 0.7, 9, 3)


@pytest.mark.parametrize(
    ("entry", "style", "text"),
    [
        (Cell(0.6531, 0.0832, 3), "spread", "0.653 ± 0.083"),
        (Cell(0.6531, 0.0832, 3), "interval", "0.653"),
        (Cell(0.6531, None, 3), "spread", "0.653"),
        (OVERALL, "spread", "0.653 ± 0.083"),
        (OVERALL, "interval", "0.653 [0.600, 0.700]"),
        (OVERALL, "plain", "0.653"),
        (Overall(0.5, None, None, None, 2, 1), "interval", "0.500 (2 of 9 bones)"),
        (Printed(0.48, 0.075), "interval", "0.480 ± 0.075"),
        (None, "spread", "missing"),
        ("", "spread", ""),
    ],
)
def test_entries_as_they_are_printed(entry, style, text):
    assert entry_text(entry, LINE, style) == text


def test_shares_are_percentages():
    assert entry_text(OVERALL, Line("", (), OF_ORACLE, "", 9), "interval") == "65.3 % [60.0, 70.0]"


@pytest.fixture
def tables(results):
    return result_tables(read_score_folder(results))


def test_every_markdown_row_has_all_cells(tables):
    for table in tables:
        rows = [line for line in markdown(table).splitlines() if line.startswith("|")]
        assert {row.replace(r"\|", "").count("|") for row in rows} == {len(table.columns) + 1}
        assert len(rows) >= len(table.lines) + 2


def test_signs_of_the_languages_are_escaped():
    table = ResultTable(
        PART, "k", "50 % of a_b & c", "", ("a|b", "x^2 #1"), (Line("m_*", (None,), DICE, "", 1),), "plain"
    )
    assert r"a\|b" in markdown(table)
    assert r"m\_\*" in markdown(table)
    assert r"50 \% of a\_b \& c" in latex(table)
    assert r"a|b & x\textasciicircum{}2 \#1 \\" in latex(table)
    assert r"m\_* & missing \\" in latex(table)


def test_latex_rows_have_as_many_cells_as_columns(tables):
    for table in tables:
        text = latex(table)
        assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
        rows = [line for line in text.splitlines() if line.endswith(r"\\") and "multicolumn" not in line]
        assert {row.replace(r"\&", "").count("&") for row in rows} == {len(table.columns) - 1}
        assert not {"±", "–", "≥"} & set(text)


def test_csv_holds_every_figure_to_the_last_digit(tables):
    frame = pd.read_csv(io.StringIO(csv_text(tables)))
    figures = [
        entry for table in tables for line in table.lines for entry in line.entries if not isinstance(entry, str)
    ]
    assert len(frame) == len(figures)
    assert frame["mean"].tolist() == pytest.approx([entry.mean for entry in figures], rel=1e-14)
    paper = frame[(frame.source == "paper") & (frame.row == "Bone 1") & (frame.column == "U-net RPDL")]
    assert paper["mean"].unique().tolist() == [0.696]


def test_missing_figures_are_empty_in_csv():
    table = ResultTable(PART, "k", "t", "", ("Bone", "m"), (Line("bone_1", (None,), DICE, "", 1),), "spread")
    frame = pd.read_csv(io.StringIO(csv_text([table])))
    assert frame["mean"].isna().all()
    assert frame["seeds"].tolist() == [0]


def test_files_are_written(tables, tmp_path):
    paths = write_tables(tables, tmp_path / "tables")
    assert [path.name for path in paths] == ["tables.md", "tables.tex", "tables.csv"]
    assert paths[0].read_text(encoding="utf-8").count("phantom (synthetic)") == len(tables)
