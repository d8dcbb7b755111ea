"""Tables hold what the rows say, beside what the paper prints, and say what is missing."""

import pytest

from napari_rpdl.experiments.bone_table import Cell, Overall, bone_table
from napari_rpdl.experiments.paper_tables import Printed
from napari_rpdl.experiments.result_tables import result_tables
from napari_rpdl.experiments.score_folder import read_score_folder


@pytest.fixture
def tables_of(tmp_path, write):
    def make(rows, dataset="phantom of 9 bones"):
        write(tmp_path / "made", rows, dataset)
        return {table.key: table for table in result_tables(read_score_folder(tmp_path / "made"))}

    return make


def entry(table, heading, column, block=None):
    (line,) = [one for one in table.lines if one.heading == heading and block in (None, one.block)]
    return line.entries[table.columns.index(column) - 1]


def test_table_one_is_the_papers_with_ours_above(tables_of, make_rows):
    rows = make_rows()
    table = tables_of(rows)["bones_paper_unet-published_bones_paper_fixed"]
    assert table.number == "I"
    assert table.columns == (
        "Bone",
        "U-net WCEL",
        "U-net DL",
        "U-net RPDL",
        "Surgeons among each other",
        "Mean vote map",
        "Oracle",
    )
    dice = bone_table(rows, lambda row: row.metric == "dice")
    assert entry(table, "bone_3", "U-net DL") == dice.cell("paper/unet-published/dice", "bone_3")
    assert entry(table, "Overall", "Oracle", "this experiment") == dice.overall("oracle")
    assert entry(table, "Bone 3", "U-net DL") == Printed(0.538, 0.055)
    assert entry(table, "Overall", "U-net RPDL", "He et al. 2020 (their bones)") == Printed(0.653, 0.083)
    assert entry(table, "Bone 3", "Oracle") == ""
    assert len(table.lines) == 20


def test_networks_of_the_paper_share_tables_one_and_two(tables_of, make_rows):
    methods = [
        f"paper/{name}/dice"
        for name in ("unet-published", "vnet-published", "isensee-published", "myronenko18", "resenc")
    ]
    tables = [table for key, table in tables_of(make_rows(methods)).items() if key.startswith("bones_")]
    assert {(table.number, table.columns[1:]) for table in tables} == {
        ("I", ("U-net DL", "V-net DL")),
        ("II", ("Isensee17 DL", "Myronenko18 DL")),
        ("", ("resenc DL",)),
    }


def test_table_three_has_dice_rpd_and_the_share_of_the_oracle(tables_of, make_rows):
    table = tables_of(make_rows())["overall_bones_paper_fixed"]
    assert table.number == "III"
    assert [line.block for line in table.lines] == ["Dice"] * 5 + ["RPD"] * 5 + ["Of the oracle"] * 5
    assert entry(table, "U-net, paper", "He et al. 2020: RPDL", "RPD") == Printed(0.735, 0.063)
    assert entry(table, "U-net, paper", "He et al. 2020: RPDL", "Of the oracle") == ""
    assert isinstance(entry(table, "Mean vote map", "no training", "Dice"), Overall)
    assert entry(table, "unet, default", "He et al. 2020: RPDL", "Dice") == ""
    assert "RPD uses the map of all surgeons of the bone" in table.note


def test_table_four_has_the_papers_surgeons(tables_of, make_row):
    rows = [
        make_row(name, experiment="surgeons", fold="surgeon_1", metric=metric, rpmap=rpmap)
        for name in ("paper/vnet-published/rpdl", "surgeons")
        for metric, rpmap in (("dice", ""), ("rpd", "training"))
    ]
    table = tables_of(rows)["overall_surgeons_paper_fixed"]
    assert table.number == "IV"
    assert entry(table, "V-net, paper", "He et al. 2020: RPDL", "Dice") == Printed(0.782, 0.105)
    assert entry(table, "Surgeons among each other", "He et al. 2020: no training", "RPD") == Printed(0.780, 0.069)
    assert "a fit, not how it does on new bones" in table.note


def test_what_is_missing_stays_missing(tables_of, make_rows):
    rows = [row for row in make_rows() if not (row.method.endswith("/rpdl") and row.bone in ("bone_1", "bone_2"))]
    tables = tables_of(rows)
    assert entry(tables["bones_paper_unet-published_bones_paper_fixed"], "bone_1", "U-net RPDL") is None
    overall = entry(tables["overall_bones_paper_fixed"], "U-net, paper", "RPDL", "Dice")
    assert overall.bones == 7
    (line,) = [line for line in tables["measures_bones_paper_fixed_1"].lines if line.heading.startswith("Brier")]
    assert line.entries[-1] == "", "an oracle has no probabilities"


def test_every_title_says_what_it_is_of(tables_of, make_rows):
    rows = [*make_rows(), *make_rows(protocol="repaired", decision="tuned")]
    for key, table in tables_of(rows).items():
        assert "Experiment 1 (leave one bone out)" in table.title
        assert ("protocol repaired, tuned threshold" in table.title) == ("repaired" in key)
        assert ("protocol paper, threshold 0.5" in table.title) == ("paper_fixed" in key)
        assert "phantom (synthetic) data" in table.title
        assert table.style == ("plain" if "measures" in key else "interval" if "repaired" in key else "spread")


def test_arms_with_a_name_of_their_own_are_not_mixed(tables_of, make_row):
    rows = [make_row(f"default/unet/dice{name}", value=value) for name, value in (("", 0.1), ("/wide", 0.9))]
    tables = tables_of(rows)
    assert entry(tables["overall_bones_paper_fixed"], "unet, default, wide", "DL", "Dice").mean == 0.9
    assert entry(tables["overall_bones_paper_fixed"], "unet, default", "DL", "Dice").mean == 0.1
    assert entry(tables["bones_default_unet_bones_paper_fixed"], "bone_1", "unet DL (wide)") == Cell(0.9, None, 1)


def test_many_methods_are_split_over_tables(tables_of, make_rows):
    methods = [
        f"default/unet/{loss}" for loss in ("dice", "wcel", "bce", "rpdl", "bce+dice", "bce+rpdl", "vote-utility")
    ]
    tables = tables_of(make_rows((*methods, "oracle"), bones=("bone_1",), seeds=(0,)))
    widths = [len(table.columns) for key, table in tables.items() if key.startswith("measures")]
    assert widths == [1 + 6 + 1, 1 + 1 + 1]


def test_without_a_network_of_the_paper_there_is_no_column_of_it(tables_of, make_row):
    rows = [make_row("paper/unet/dice"), make_row("default/unet-published/dice"), make_row("oracle")]
    columns = tables_of(rows)["overall_bones_paper_fixed"].columns
    assert columns == ("", "DL", "no training")


def test_where_the_held_out_surgeon_judges_the_oracle_is_no_bound(tables_of, make_row):
    rows = [make_row("oracle", experiment="surgeons", protocol="repaired", fold="anna+bone_1")]
    assert "the held-out one judges it, too" in tables_of(rows)["overall_surgeons_repaired_none"].note


@pytest.mark.parametrize(
    ("done", "said"), [((0, 1), "Of 2 seeds each, the mean"), ((0,), "that have scores, 1 to 2, the mean")]
)
def test_seeds_that_are_still_to_come_are_not_counted(make_rows, tables_of, done, said):
    rows = [row for row in make_rows(bones=("bone_1", "bone_2")) if row.bone == "bone_1" or row.seed in done]
    assert all(said in table.note for table in tables_of(rows).values())
