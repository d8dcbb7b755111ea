import numpy as np
import pytest
import statsmodels.api as sm

from napari_rpdl.errors import InputError
from napari_rpdl.review.preference import Choice, bradley_terry

TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
# Agresti, Categorical data analysis, 2nd ed., Table 10.10: American League 1987, (won, lost) at home.
AT_HOME = {
    "Milwaukee": ("4-3", "4-2", "4-3", "6-1", "4-2", "6-0"),
    "Detroit": ("3-3", "4-2", "4-3", "6-0", "6-1", "4-3"),
    "Toronto": ("2-5", "4-3", "2-4", "4-3", "4-2", "6-0"),
    "New York": ("3-3", "5-1", "2-5", "4-3", "4-2", "6-1"),
    "Boston": ("5-1", "2-5", "3-3", "4-2", "5-2", "6-0"),
    "Cleveland": ("2-5", "3-3", "3-4", "4-3", "4-2", "2-4"),
    "Baltimore": ("2-5", "1-5", "1-6", "2-4", "1-6", "3-4"),
}
# Fitted by BradleyTerry2 (its vignette, after Agresti), Baltimore = 0, with the advantage of playing at home.
PUBLISHED = {
    "Boston": 1.1438,
    "Cleveland": 0.7047,
    "Detroit": 1.4754,
    "Milwaukee": 1.6196,
    "New York": 1.2813,
    "Toronto": 1.3271,
}


def baseball():
    for home, results in AT_HOME.items():
        for away, result in zip([team for team in TEAMS if team != home], results, strict=True):
            won, lost = map(int, result.split("-"))
            yield from [Choice(home, away, 1)] * won + [Choice(home, away, 2)] * lost


def test_baseball_is_as_published():
    found = bradley_terry(list(baseball()))
    strength = dict(zip(found.methods, (one.value for one in found.strengths), strict=True))
    for team, published in PUBLISHED.items():
        assert strength[team] - strength["Baltimore"] == pytest.approx(published, abs=1e-4)
    assert found.left_bias == pytest.approx(0.3023, abs=1e-4)
    assert (found.ties, found.no_difference) == (0, 0)
    assert sum(strength.values()) == pytest.approx(0, abs=1e-9)


def test_ties_follow_davidson_as_a_log_linear_model():
    rng = np.random.default_rng(3)
    choices = [
        Choice(*rng.permutation(["a", "b", "c"])[:2].tolist(), int(rng.choice(3, p=[0.2, 0.5, 0.3])))
        for _ in range(400)
    ]
    found = bradley_terry(choices, resamples=1)
    counts = {}
    for choice in choices:
        counts[choice] = counts.get(choice, 0) + 1
    pairs = sorted({(c.left, c.right) for c in choices})
    rows, target = [], []
    for left, right in pairs:
        for winner in range(3):
            row = {"left": winner == 1, "tie": winner == 0}
            row |= dict.fromkeys("bc", 0.0)
            for side, wins in ((left, winner == 1), (right, winner == 2)):
                if side in "bc":
                    row[side] += 0.5 if winner == 0 else float(wins)
            row["left"] = 0.5 if winner == 0 else float(winner == 1)
            rows.append(
                [row["b"], row["c"], row["left"], float(row["tie"]), *(pair == (left, right) for pair in pairs)]
            )
            target.append(counts.get(Choice(left, right, winner), 0))
    fitted = sm.GLM(np.array(target), np.array(rows, float), family=sm.families.Poisson()).fit(tol=1e-12).params
    value = [one.value for one in found.strengths]
    assert [value[1] - value[0], value[2] - value[0]] == pytest.approx(fitted[:2], abs=1e-6)
    assert found.left_bias == pytest.approx(fitted[2], abs=1e-6)
    assert np.log(found.ties) == pytest.approx(fitted[3], abs=1e-6)


def test_a_method_that_never_loses_has_no_finite_lead():
    found = bradley_terry([Choice("a", "b", 1), Choice("b", "a", 2), Choice("a", "b", 1)])
    assert found.strengths == ()
    assert "no finite size" in found.note
    assert found.wins == ((0, 3), (0, 0))


def test_a_tie_keeps_the_lead_finite():
    found = bradley_terry([Choice("a", "b", 1), Choice("b", "a", 2), Choice("a", "b", 0)])
    assert found.strengths[0].value > 0
    assert np.isfinite([one.value for one in found.strengths]).all()


def test_intervals_come_from_resampled_bones():
    rng = np.random.default_rng(0)
    choices = [
        Choice(*(("a", "b") if rng.random() < 0.5 else ("b", "a")), int(rng.choice([1, 2])), f"bone_{bone}")
        for bone in range(9)
        for _ in range(12)
    ]
    found = bradley_terry(choices, resamples=60)
    for strength in found.strengths:
        assert strength.low < strength.value < strength.high
    assert bradley_terry(choices[:24]).strengths[0].low is None
    assert bradley_terry(choices, resamples=60) == found


def test_without_choices_there_is_nothing_to_analyse():
    with pytest.raises(InputError, match="no preferences"):
        bradley_terry([])
