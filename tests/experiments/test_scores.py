"""Rows of scores, read by pandas as a statistician would, and by ourselves."""

import dataclasses

import pandas as pd
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.scores import COLUMNS, ScoreRow, read_rows, write_rows

ROW = ScoreRow(
    experiment="bones",
    protocol="repaired",
    method="default/unet/rpdl",
    preset="default",
    network="unet",
    loss="rpdl",
    seed=3,
    fold="bone_1",
    case_id="bone_1",
    bone="bone_1",
    surgeon='O"Neill, amy',
    decision="tuned",
    metric="dice",
    rpmap="",
    value=0.1 + 1 / 3,
)


def test_what_is_written_is_read_to_the_last_bit(tmp_path):
    rows = [ROW, dataclasses.replace(ROW, seed=4, metric="rpd", rpmap="test", value=-1e-300)]
    write_rows(rows, tmp_path / "scores.csv")
    assert list(read_rows(tmp_path / "scores.csv")) == rows


def test_pandas_reads_the_same(tmp_path):
    write_rows([ROW], tmp_path / "scores.csv")
    table = pd.read_csv(tmp_path / "scores.csv", keep_default_na=False, float_precision="round_trip")
    assert tuple(table.columns) == COLUMNS
    assert table.loc[0].to_dict() == dataclasses.asdict(ROW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns"),
        ("a,b\n1,2\n", "columns"),
        (",".join(COLUMNS) + "\n1,2\n", "line 2"),
        (",".join(COLUMNS) + "\n" + ",".join(["x"] * len(COLUMNS)) + "\n", "line 2"),
        (",".join(COLUMNS) + "\n" + ",".join(["1"] * (len(COLUMNS) - 1)) + ",nan\n", "finite"),
    ],
)
def test_broken_files_are_refused_with_the_place(tmp_path, text, said):
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        list(read_rows(path))


def test_a_cell_larger_than_any_name_is_refused(tmp_path):
    path = tmp_path / "scores.csv"
    write_rows([ROW, dataclasses.replace(ROW, surgeon="x" * 200_000)], path)
    with pytest.raises(InputError, match=r"field larger than field limit .* Remove the file"):
        list(read_rows(path))


@pytest.mark.parametrize("column", ["experiment", "protocol", "decision"])
def test_no_part_is_made_up_and_none_leads_out_of_the_report(tmp_path, column):
    path = tmp_path / "scores.csv"
    write_rows([dataclasses.replace(ROW, **{column: "../../elsewhere"})], path)
    with pytest.raises(InputError, match=f"line 2: expected the {column} .* got '../../elsewhere'"):
        list(read_rows(path))
