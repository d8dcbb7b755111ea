"""Comparisons of methods, against the paper's own tables, SciPy and statsmodels."""

import numpy as np
import pytest
from scipy.stats import wilcoxon
from statsmodels.stats.multitest import multipletests

from napari_rpdl.experiments.bone_table import bone_table
from napari_rpdl.experiments.paper_tables import printed
from napari_rpdl.experiments.statistics import compare, families
from napari_rpdl.settings import PRESETS

DEFAULT = f"default/{PRESETS['default'].network.name}/{PRESETS['default'].loss}"
LOSSES = {"WCEL": "wcel", "DL": "dice", "RPDL": "rpdl"}
NETWORKS = {"U-net": "unet-published", "V-net": "vnet-published", "Isensee17": "isensee-published"}
NETWORKS |= {"Myronenko18": "myronenko18"}


@pytest.fixture
def papers_rows(make_row):
    """The Dice of the paper's Tables I and II as score rows."""
    return [
        make_row(
            f"paper/{ours}/{LOSSES[loss]}",
            bone=f"bone_{bone}",
            value=printed("bones", network, loss, "dice", str(bone)).mean,
        )
        for network, ours in NETWORKS.items()
        for loss in LOSSES
        for bone in range(1, 10)
    ]


def table_of(rows):
    return bone_table(rows, lambda row: row.metric == "dice")


@pytest.mark.parametrize(
    ("network", "p", "better"),
    [("U-net", 0.020, 7), ("V-net", 0.004, 9), ("Isensee17", 0.012, 8), ("Myronenko18", 0.36, 6)],
)
def test_rpdl_against_dl_in_the_papers_tables(papers_rows, network, p, better):
    pair = tuple(f"paper/{NETWORKS[network]}/{loss}" for loss in ("rpdl", "dice"))
    (found,) = compare(table_of(papers_rows), [pair])
    assert found.p == pytest.approx(p, abs=0.006 if p > 0.1 else 0.0006)
    assert (found.better, found.bones, found.in_words()) == (better, 9, f"{better} of 9 bones")
    assert found.p_smallest == 1 / 256


def test_a_family_is_corrected_by_holm_as_statsmodels_does(papers_rows):
    (losses,) = families(papers_rows, table_of(papers_rows))
    assert losses.question == "Which loss is better on the same network?"
    assert len(losses.differences) == 4 * 3
    for raw, corrected in (("p", "p_holm"), ("p_flip", "p_flip_holm")):
        values = [getattr(one, raw) for one in losses.differences]
        assert [getattr(one, corrected) for one in losses.differences] == pytest.approx(
            multipletests(values, method="holm")[1]
        )
    assert "0.0039" in losses.reach()
    assert "0.047 after Holm's correction for 12 comparisons: enough" in losses.reach()


def test_every_p_is_scipys_exact_one(make_rows):
    rows = make_rows()
    table = table_of(rows)
    for family in families(rows, table):
        for one in family.differences:
            first, second = (np.array(list(table.by_bone(name).values())) for name in (one.first, one.second))
            assert one.p == pytest.approx(wilcoxon(first - second, method="exact").pvalue)
            assert one.mean.value == pytest.approx((first - second).mean())
            assert one.mean.low < one.mean.value < one.mean.high
            assert one.better == (first > second).sum()


def test_the_planned_questions(make_rows):
    rows = make_rows()
    losses, default, trivial = families(rows, table_of(rows))
    network = "paper/unet-published"
    pairs = [(one.first, one.second) for one in losses.differences]
    assert set(pairs) == {
        (f"{network}/rpdl", f"{network}/dice"),
        (f"{network}/wcel", f"{network}/dice"),
        (f"{network}/wcel", f"{network}/rpdl"),
    }
    assert {one.first for one in default.differences} == {DEFAULT}
    assert len(default.differences) == 3
    assert [one.second for one in trivial.differences] == ["mean-vote-map"] * 4


def test_only_bones_that_both_have_are_compared(make_row):
    rows = [make_row("a/n/x", bone=f"bone_{k}", value=v) for k, v in enumerate((0.3, 0.5, 0.6, 0.8))]
    rows += [make_row("a/n/y", bone=f"bone_{k}", value=v) for k, v in enumerate((0.1, 0.5, 0.7))]
    rows += [make_row("a/n/z", bone="bone_9")]
    (found,) = compare(table_of(rows), [("a/n/x", "a/n/y"), ("a/n/x", "a/n/z")])
    assert (found.bones, found.better, found.equal) == (3, 1, 1)
    assert found.in_words() == "1 of 3 bones, 1 equal"
    (smaller,) = compare(table_of(rows), [("a/n/x", "a/n/y")], larger_is_better=False)
    assert smaller.better == 1
    assert smaller.mean == found.mean


def test_one_bone_shows_nothing(make_row):
    rows = [make_row(DEFAULT, value=0.9), make_row("paper/unet-published/rpdl", value=0.1)]
    (family,) = families(rows, table_of(rows))
    (one,) = family.differences
    assert (one.p, one.p_flip, one.p_smallest, one.mean.low) == (1.0, 1.0, 1.0, None)
    assert "1 bone can give is 1, and 1 after Holm's correction for 1 comparison: too few" in family.reach()
