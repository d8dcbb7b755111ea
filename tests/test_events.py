"""Events travel as lines of JSON and come back the same."""

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed, Progressed, Said, event_from_json, event_to_json
from napari_rpdl.learning.events import StillWaiting


@pytest.mark.parametrize("event", [Progressed("reading", 3, 9), Said('a "quoted" ü'), Failed("no", "trace\nback")])
def test_an_event_survives_the_journey(event: Progressed | Said | Failed) -> None:
    line = event_to_json(event)
    assert "\n" not in line
    assert event_from_json(line) == event


@pytest.mark.parametrize(
    "line",
    [
        *("", "nonsense", "[]", "3", "[" * 100_000),
        *('{"event": "Unknown"}', '{"event": "Said"}', '{"event": "Said", "text": "a", "b": 1}'),
        *('{"event": "Said", "text": 1}', '{"event": "Progressed", "task": "a", "done": "1", "total": 2}'),
        '{"event": "StillWaiting", "seconds": "long"}',
    ],
)
def test_a_foreign_line_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="describes an event"):
        event_from_json(line)


def test_a_whole_number_may_stand_for_a_broken_one() -> None:
    assert event_from_json('{"event": "StillWaiting", "seconds": 1}') == StillWaiting(1.0)


def test_events_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Said("a").text = "b"  # type: ignore[misc]
