import numpy as np
import pytest

from napari_rpdl.review.ordering import Slot, faults, random_order


def shows(bones: str, repeats: dict[int, int] | None = None):
    slots = [Slot(bone) for bone in bones]
    return slots + [Slot(bones[first], first) for first in (repeats or {}).values()]


@pytest.mark.parametrize("seed", range(20))
def test_neighbours_differ_and_repeats_keep_their_distance(seed):
    slots = shows("aaabbbcccddd", {12: 0, 13: 5})
    order = random_order(slots, 4, np.random.default_rng(seed))
    assert sorted(order) == list(range(14))
    assert faults(slots, order, 4) == (0, 0)
    assert order.index(12) - order.index(0) > 4


@pytest.mark.parametrize("seed", range(20))
def test_a_bone_that_fills_half_is_spread_out(seed):
    slots = shows("aaaaabcde")
    order = random_order(slots, 1, np.random.default_rng(seed))
    assert [slots[place].bone for place in order][::2] == ["a"] * 5


def test_where_it_is_impossible_the_fewest_neighbours_remain():
    slots = shows("aaab")
    assert faults(slots, random_order(slots, 1, np.random.default_rng(0)), 1) == (0, 1)


def test_orders_differ_between_seeds_and_are_the_same_for_one():
    slots = shows("aabbcc")
    orders = [tuple(random_order(slots, 1, np.random.default_rng(seed))) for seed in (1, 1, 2, 3, 4)]
    assert orders[0] == orders[1]
    assert len(set(orders)) > 2


def test_nothing_has_an_order():
    assert random_order([], 3, np.random.default_rng(0)) == []
