"""Averaging in the right order, against pandas and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from napari_rpdl.experiments.bone_table import Part, bone_table, methods_of, natural, parts_of, rows_of


def dice_only(row):
    return row.metric == "dice"


def test_surgeons_then_seeds_then_bones_as_pandas_does(make_rows):
    rows = make_rows(bones=("bone_2", "bone_10", "bone_1"), seeds=(3, 4, 7))
    table = bone_table(rows, dice_only)
    frame = pd.DataFrame([row for row in rows if dice_only(row)])
    by_seed = frame.groupby(["method", "bone", "seed"])["value"]
    means = by_seed.mean().groupby(["method", "bone"]).mean()
    spreads = by_seed.std(ddof=0).groupby(["method", "bone"]).mean()
    assert table.bones == ("bone_1", "bone_2", "bone_10")
    for (method, bone), cell in table.cells.items():
        assert (cell.mean, cell.spread) == pytest.approx((means[method, bone], spreads[method, bone]))
        assert cell.seeds == (3 if "/" in method else 1)
    overall = table.overall("oracle")
    assert overall.mean == pytest.approx(means["oracle"].mean())
    assert overall.spread == pytest.approx(spreads["oracle"].mean())
    assert (overall.bones, overall.seeds) == (3, 1)


def test_a_seed_with_more_surgeons_does_not_weigh_more(make_row):
    rows = [make_row(value=1.0, seed=0)] + [make_row(value=0.0, seed=1, surgeon=name) for name in "abcde"]
    assert bone_table(rows, dice_only).cell(rows[0].method, "bone_1").mean == 0.5


def test_folds_and_repetitions_of_a_bone_are_averaged_each_with_its_own_spread(make_row):
    values = {("s1", "bone_1"): (0.2, 0.4), ("s2", "bone_1"): (0.6, 0.6), ("s2", "bone_1_again"): (0.0, 1.0)}
    rows = [
        make_row(fold=fold, case_id=case, surgeon=surgeon, value=value)
        for (fold, case), both in values.items()
        for surgeon, value in zip("ab", both, strict=True)
    ]
    cell = bone_table(rows, dice_only).cell(rows[0].method, "bone_1")
    assert (cell.mean, cell.spread) == pytest.approx(((0.3 + 0.6 + 0.5) / 3, (0.1 + 0 + 0.5) / 3))


def test_voxels_of_all_structures_are_added_up(make_row):
    rows = [
        make_row(metric=f"critical_voxels:{name}", surgeon="", value=value, bone=bone)
        for bone, voxels in {"bone_1": (3, 4), "bone_2": (0, 5)}.items()
        for name, value in zip(("dura", "incus"), voxels, strict=True)
    ]
    table = bone_table(rows, lambda row: row.metric.startswith("critical_voxels:"))
    assert table.by_bone(rows[0].method) == {"bone_1": 7.0, "bone_2": 5.0}
    assert table.overall(rows[0].method).spread is None


def test_what_nobody_measured_is_missing(make_row):
    rows = [make_row(bone="bone_1"), make_row(bone="bone_2"), make_row("oracle", bone="bone_1")]
    table = bone_table(rows, dice_only)
    assert table.missing() == (("oracle", "bone_2"),)
    assert table.cell("oracle", "bone_2") is None
    assert table.overall("oracle").bones == 1
    assert table.overall("nobody") is None


def test_the_interval_is_scipys_over_bones(make_rows):
    table = bone_table(make_rows(), dice_only)
    means = list(table.by_bone("oracle").values())
    expected = bootstrap((means,), np.mean, n_resamples=20_000, rng=np.random.default_rng(5)).confidence_interval
    overall = table.overall("oracle")
    assert (overall.low, overall.high) == pytest.approx(tuple(expected), abs=0.003)
    few = bone_table(make_rows(bones=("bone_1", "bone_2")), dice_only).overall("oracle")
    assert (few.low, few.high) == (None, None)


def test_protocols_and_decisions_are_kept_apart_and_share_baselines(make_row):
    fixed, tuned = make_row(decision="fixed"), make_row(decision="tuned")
    repaired, baseline = make_row(protocol="repaired", decision="tuned"), make_row("oracle")
    rows = [fixed, tuned, repaired, baseline, make_row("oracle", experiment="surgeons")]
    assert parts_of(rows) == (
        Part("bones", "paper", "fixed"),
        Part("bones", "paper", "tuned"),
        Part("bones", "repaired", "tuned"),
        Part("surgeons", "paper", "none"),
    )
    assert rows_of(rows, Part("bones", "paper", "tuned")) == [tuned, baseline]


def test_baselines_come_last(make_row):
    rows = [make_row(name) for name in ("oracle", "surgeons", "default/unet/dice", "mean-vote-map", "default/unet/bce")]
    ordered = ("default/unet/bce", "default/unet/dice", "surgeons", "mean-vote-map", "oracle")
    assert methods_of(rows) == ordered


def test_numbers_in_names_count():
    assert sorted(["bone_10", "bone_9", "bone_²", "a", "bone_1b", "10"], key=natural) == [
        "a",
        "bone_²",
        "bone_1b",
        "bone_9",
        "bone_10",
        "10",
    ]
