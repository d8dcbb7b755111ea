from dataclasses import astuple

import numpy as np
import pytest

from napari_rpdl.data.phantom.anatomy import draw_anatomy
from napari_rpdl.data.phantom.shapes import Points
from napari_rpdl.data.phantom.surgeons import HABITS, SLIP_SHARE, SLIPS, Habit, Slip, draw_slip, draw_style


def test_a_habit_has_the_spread_it_states():
    habit = Habit(10.0, 0.0, 2.0, 1.0, -100.0, 100.0)
    rng = np.random.default_rng(0)
    surgeons = [habit.of_surgeon(0.0, rng) for _ in range(4000)]
    days = [habit.today(10.0, rng) for _ in range(4000)]
    assert np.mean(surgeons) == pytest.approx(10.0, abs=0.1)
    assert np.std(surgeons) == pytest.approx(2.0, abs=0.1)
    assert np.std(days) == pytest.approx(1.0, abs=0.05)


def test_no_habit_leaves_its_bounds():
    rng = np.random.default_rng(1)
    for _ in range(200):
        style = draw_style(rng).today(rng)
        for name, habit in HABITS.items():
            assert habit.lowest <= getattr(style, name) <= habit.highest


def test_a_style_varies_less_from_day_to_day_than_between_surgeons():
    rng = np.random.default_rng(2)
    styles = [draw_style(rng) for _ in range(300)]
    between = np.std([astuple(style) for style in styles], axis=0)
    within = np.std([astuple(styles[0].today(rng)) for _ in range(300)], axis=0)
    assert (within < between).all()


def test_a_slip_sinks_the_margin_at_its_place_and_nowhere_else():
    slip = Slip("dura", (1.0, 2.0, 3.0), 1.2)
    here_and_far = Points(np.array([1.0, 30.0]), np.array([2.0, 2.0]), np.array([3.0, 3.0]))
    np.testing.assert_allclose(slip.margin(1.5, here_and_far), [-1.2, 1.5], atol=1e-9)


def test_slips_are_as_rare_as_stated_and_hit_every_structure():
    rng = np.random.default_rng(3)
    anatomy = draw_anatomy(rng)
    slips = [slip for _ in range(4000) if (slip := draw_slip(rng, anatomy)) is not None]
    assert len(slips) / 4000 == pytest.approx(SLIP_SHARE, abs=0.015)
    assert {slip.structure for slip in slips} == set(SLIPS)
