"""Comparisons in words and as CSV."""

import io

import pandas as pd
import pytest
from scipy.stats import wilcoxon

from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.experiments.statistics_text import COLUMNS, all_tested, p_text, statistics_csv, statistics_markdown


@pytest.fixture
def tested(results):
    return all_tested(read_score_folder(results))


def test_every_part_and_both_measures_are_tested(tested):
    assert len(tested) == 2 * 2 * 3
    for one in tested:
        assert one.title.startswith(one.family.question)
        assert ("RPD by the map of" in one.title) == (one.measure.metric == "rpd")
        assert one.title.endswith("Phantom (synthetic) data.")


def test_csv_gives_the_p_of_scipy_from_the_rows(tested, results):
    found = read_score_folder(results)
    rows = pd.DataFrame(found.rows)
    table = pd.read_csv(io.StringIO(statistics_csv(tested)))
    assert len(table) == sum(len(one.family.differences) for one in tested)
    chosen = rows[(rows.metric == "rpd") & (rows.rpmap == "others") & (rows.protocol == "repaired")]
    means = chosen.groupby(["method", "bone", "seed"])["value"].mean().groupby(["method", "bone"]).mean().unstack()
    for line in table[(table.metric == "rpd") & (table.protocol == "repaired")].itertuples():
        expected = wilcoxon(means.loc[line.first], means.loc[line.second], method="exact").pvalue
        assert line.p == pytest.approx(expected)


def test_markdown_has_a_row_for_each_comparison_and_what_can_be_shown(tested):
    text = statistics_markdown(tested)
    assert text.count("9 of 9 bones") + text.count("0 of 9 bones") > 0
    assert text.count("The smallest p that 9 bones can give is 0.0039") == len(tested)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {len(COLUMNS) + 1}


@pytest.mark.parametrize(("p", "text"), [(0.0203, ".020"), (0.0004, "<.001"), (1.0, "1.00"), (0.36, ".360")])
def test_p_values_as_they_are_printed(p, text):
    assert p_text(p) == text
