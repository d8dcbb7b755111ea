"""What the loss settings accept."""

import pytest
from pydantic import ValidationError

from napari_rpdl.settings import LossSettings, TrainingSettings


def test_the_defaults_are_the_papers():
    settings = LossSettings()
    assert (settings.reduction, settings.wcel_weight, settings.wcel_total) == ("batch", 0, "mean")


@pytest.mark.parametrize(
    "wrong",
    [
        {"smoothing": 0},
        {"smoothing": -1},
        {"reduction": "sample"},
        {"wcel_weight": -1},
        {"vote_weights": ("much",)},
        {"vote_weights": (float("nan"),)},
        {"vote_weights": (0.5,)},
        {"vote_costs": (-1.0, 2.0)},
        {"vote_costs": (0.0, 0.0)},
        {"weights": (1.0, 2.0)},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        LossSettings.model_validate(wrong)


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValidationError, match="rpdl-published"):
        TrainingSettings.model_validate({"loss": "iou"})


def test_vote_weights_survive_a_file():
    settings = LossSettings(vote_weights=(-0.4, 0.0, 0.6))
    assert LossSettings.model_validate_json(settings.model_dump_json()) == settings


def test_something_must_be_worth_drilling():
    with pytest.raises(ValidationError, match="a weight above 0"):
        LossSettings(vote_weights=(-1, 0))
    assert LossSettings(vote_weights=(-1, 0.5)).vote_weights == (-1, 0.5)
