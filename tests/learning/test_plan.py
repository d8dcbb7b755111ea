"""Counts are those of the published logs: 8 bones x 7 surgeons, and 9 bones x 6 surgeons, x 216 variants."""

from collections import Counter

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS, LEFT_RIGHT, PUBLISHED_VARIANTS
from napari_rpdl.learning.plan import make_plan
from napari_rpdl.settings import DeformationSettings, TrainingSettings

PUBLISHED = TrainingSettings(
    passes="repeated", augmentation="published", validation="published", steps_per_epoch=0, batch_size=16
)


@pytest.mark.parametrize(("bones", "surgeons", "samples", "watching"), [(8, 7, 12_096, 1_210), (9, 6, 11_664, 1_167)])
def test_samples_are_as_many_as_the_published_logs_prove(bones, surgeons, samples, watching):
    plan = make_plan([range(surgeons)] * bones, PUBLISHED)
    assert len(plan.learning) + len(plan.watching) == samples
    assert len(plan.watching) == watching
    assert plan.learning.tolist() == list(range(samples - watching))
    assert plan.steps_per_epoch == -(-(samples - watching) // 16)


def test_the_last_tenth_holds_only_copies_of_what_is_learned():
    """All of the published validation set is also in its training set."""
    plan = make_plan([range(7)] * 8, PUBLISHED)
    learned = {plan.draw(number) for number in plan.learning.tolist()}
    assert all(plan.draw(number) in learned for number in plan.watching.tolist())
    assert plan.draw(len(plan.learning) + 1209).orientation == PUBLISHED_VARIANTS[-1]


@pytest.mark.parametrize("validation", ["random", "published"])
def test_an_epoch_shows_every_learning_sample_once(validation):
    settings = PUBLISHED.model_copy(update={"validation": validation, "augmentation": "mirror", "shift": 0})
    plan = make_plan([range(3), range(2)], settings)
    shown = [draw for draws in plan.epoch(1) for draw in draws]
    assert len(plan.learning) == 9
    assert Counter(shown) == Counter(plan.draw(number) for number in plan.learning.tolist())
    assert [len(draws) for draws in plan.epoch(1)] == [9]


def test_a_random_tenth_is_a_function_of_the_seed():
    def watching(seed):
        plan = make_plan([range(7)] * 8, PUBLISHED.model_copy(update={"validation": "random", "seed": seed}))
        assert sorted([*plan.learning, *plan.watching]) == list(range(12_096))
        return plan.watching.tolist()

    assert watching(0) == watching(0) != watching(1)
    assert np.ptp(watching(0)) > 10_000


def test_one_pass_for_all_surgeons_needs_384_instead_of_12096():
    settings = TrainingSettings(augmentation="cube", steps_per_epoch=0, batch_size=64)
    plan = make_plan([range(7)] * 8, settings)
    assert len(plan.learning) == 8 * 48 == 384
    assert plan.steps_per_epoch == 6


def test_every_bone_comes_once_before_any_comes_again():
    plan = make_plan([range(7)] * 4, TrainingSettings(batch_size=2, steps_per_epoch=6, augmentation="none"))
    order = [draw.bone for draws in plan.epoch(1) for draw in draws]
    assert [sorted(order[i : i + 4]) for i in (0, 4, 8)] == [[0, 1, 2, 3]] * 3


def test_repeated_passes_visit_every_surgeon_of_every_bone():
    settings = TrainingSettings(passes="repeated", batch_size=5, steps_per_epoch=1)
    (draws,) = make_plan([(0, 2), (0, 1, 3)], settings).epoch(1)
    assert sorted((draw.bone, draw.surgeon) for draw in draws) == [(0, 0), (0, 2), (1, 0), (1, 1), (1, 3)]


def test_a_batch_may_be_larger_than_the_dataset():
    settings = TrainingSettings(batch_size=5, steps_per_epoch=1, augmentation="none")
    assert [len(draws) for draws in make_plan([range(7)] * 2, settings).epoch(1)] == [5]


def test_draws_are_a_function_of_seed_and_epoch():
    def draws(seed: int, epoch: int):
        settings = TrainingSettings(seed=seed, augmentation="cube", deformation=DeformationSettings(rotation=5))
        return list(make_plan([range(7)] * 8, settings).epoch(epoch))

    assert draws(0, 1) == draws(0, 1)
    assert draws(0, 1) != draws(0, 2)
    assert draws(0, 1) != draws(1, 1)


def test_both_orientations_are_drawn():
    plan = make_plan([range(7)] * 8, TrainingSettings(augmentation="mirror"))
    assert {draw.orientation for draws in plan.epoch(1) for draw in draws} == {AS_IT_IS, LEFT_RIGHT}


def test_too_few_samples_to_divide_are_refused():
    settings = TrainingSettings(validation="random", validation_share=0.9, augmentation="none")
    with pytest.raises(InputError, match="1 samples cannot be divided"):
        make_plan([range(7)], settings)
