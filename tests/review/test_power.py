import itertools

import numpy as np
import pytest
from scipy.stats import friedmanchisquare, wilcoxon

from napari_rpdl.review.power import reach


@pytest.mark.parametrize("bones", [2, 3, 5, 9])
def test_the_smallest_wilcoxon_p_is_that_of_scipy(bones):
    assert reach(bones, 2).wilcoxon == pytest.approx(wilcoxon(np.arange(1, bones + 1), method="exact").pvalue)


def test_the_smallest_friedman_p_is_that_of_all_arrangements():
    ranks = list(itertools.permutations((1, 2, 3)))
    found = [friedmanchisquare(*np.array(table).T).statistic for table in itertools.product(ranks, repeat=3)]
    assert reach(3, 3).friedman == pytest.approx(np.mean(np.array(found) > max(found) - 1e-9))


def test_the_figures_of_the_papers_setups():
    nine, three = reach(9, 3), reach(3, 3)
    assert nine.wilcoxon == pytest.approx(0.0039, abs=1e-4)
    assert nine.wilcoxon_holm == pytest.approx(0.012, abs=1e-3)
    assert (three.wilcoxon, three.friedman) == (0.25, pytest.approx(0.028, abs=1e-3))


def test_what_cannot_be_proven_is_said():
    said = " ".join(reach(3, 3).sentences())
    assert "3 bones can show a difference among all methods" in said
    assert "3 bones cannot show which of two methods is better" in said
    assert "smallest reachable p = 0.25" in said
    assert "9 bones can show which" in " ".join(reach(9, 3).sentences())
    assert "no comparison" in reach(9, 1).sentences()[0]
    assert reach(1, 3).wilcoxon_holm == 1
