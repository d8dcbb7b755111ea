"""What training says, as the lines in which it is kept and sent."""

import json
import math

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import event_from_json, event_to_json
from napari_rpdl.learning.events import EpochEnded, StepEnded, StillWaiting, TrainingEnded, TrainingStarted

STARTED = TrainingStarted("cpu", 10, 4, 2, 1, ("bone_1", "bone_2"), ())
EPOCH = EpochEnded(
    epoch=2,
    epochs=4,
    training_loss=-0.1,
    validation_loss=None,
    validation_dice=None,
    learning_rate=1e-4,
    seconds=0.1 + 0.2,
    remaining_s=7.0,
    best=True,
)


@pytest.mark.parametrize(
    "event",
    [STARTED, StepEnded(1, 2, 3, 4, 0.1, 0.2), EPOCH, TrainingEnded("cancelled", 3, 2, -0.5, "run"), StillWaiting(0.3)],
    ids=lambda event: type(event).__name__,
)
def test_an_event_survives_the_journey_and_cannot_be_changed(event):
    line = event_to_json(event)
    assert "\n" not in line
    assert event_from_json(line) == event
    field = next(iter(json.loads(line).keys() - {"event"}))
    with pytest.raises(AttributeError):
        setattr(event, field, 0)


def test_an_epoch_as_a_line_of_events_jsonl():
    """Runs of older versions are read by these names."""
    assert json.loads(event_to_json(EPOCH)) == {
        "event": "EpochEnded",
        "epoch": 2,
        "epochs": 4,
        "training_loss": -0.1,
        "validation_loss": None,
        "validation_dice": None,
        "learning_rate": 1e-4,
        "seconds": 0.30000000000000004,
        "remaining_s": 7.0,
        "best": True,
        "drilled_share": None,
    }


def test_names_of_bones_are_a_tuple_whatever_they_came_as():
    read = TrainingStarted("cpu", 10, 4, 2, 1, ["bone_1", "bone_2"], [])
    assert read == STARTED
    assert hash(read) == hash(STARTED)


def test_a_loss_that_ran_away_can_be_told():
    assert math.isnan(event_from_json(event_to_json(StepEnded(1, 1, 1, 1, math.nan, 0.0))).loss)


def test_a_line_that_lacks_a_field_is_refused():
    told = json.loads(event_to_json(EPOCH))
    del told["best"]
    with pytest.raises(InputError, match="describes an event"):
        event_from_json(json.dumps(told))
