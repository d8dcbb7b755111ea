from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from napari_rpdl.review.record import Answer, Given, Mark, as_time, later, new_id, now

GIVEN = {"grader": "ada", "presentation_index": 0, "item_id": "shape", "score": 3, "opened_at": now()}


def test_times_are_utc_and_sort_as_texts():
    first = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert as_time(first) == "2026-01-02T03:04:05.000000Z"
    assert as_time(first.astimezone(timezone(timedelta(hours=5)))) == as_time(first)
    assert as_time(first) < later(as_time(first)) == "2026-01-02T03:04:05.000001Z"
    assert later("2026-12-31T23:59:59.999999Z") == "2027-01-01T00:00:00.000000Z"


def test_every_field_has_a_meaning():
    for kind in (Answer, Mark):
        assert [name for name, field in kind.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": float("nan")},
        {"confidence": 6},
        {"answered_at": "yesterday"},
        {"comment": "a\x00b"},
        {"session_id": "two\nlines"},
        {"surgeon": "x"},
        {"active_seconds": -1},
    ],
)
def test_what_no_answer_can_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Given(**{**GIVEN, "answered_at": now(), **wrong})


def test_ids_differ():
    assert len({new_id() for _ in range(1000)}) == 1000
