"""The tool log as a file: kept exactly, read with suspicion."""

import json

import numpy as np
import pytest

from napari_rpdl.data.drill_log import (
    DrillLog,
    LogHeader,
    Redo,
    Saved,
    Stroke,
    Undo,
    log_text,
    read_drill_log,
    rounded,
    start_from,
    starting_region,
    strokes_that_count,
)
from napari_rpdl.errors import InputError

REGION = np.random.default_rng(0).random((5, 6, 7)) < 0.3


def stroke(number: int, mode: str = "drill") -> Stroke:
    return Stroke(mode=mode, diameter=1.5, positions=((number, 0.1, -2.0), (1, 2, 3)), began_s=number, at_s=number + 1)


def log(*events) -> DrillLog:
    start = start_from("consensus", "at least 3 of 7", REGION)
    header = LogHeader(case_id="bone_1", shape=(5, 6, 7), unit="mm", started_at="2026-01-02T03:04:05", start=start)
    return DrillLog(header=header, events=events)


def test_what_is_written_is_read(tmp_path):
    written = log(stroke(0), Undo(at_s=2), Redo(at_s=3), stroke(4, "refill"), Saved(surgeon="anna", at_s=9))
    (tmp_path / "x.jsonl").write_text(log_text(written))
    assert read_drill_log(tmp_path / "x.jsonl") == written
    assert np.array_equal(starting_region(written.header), REGION)
    assert len(log_text(written).splitlines()) == 6
    assert all("event" in json.loads(line) for line in log_text(written).splitlines()[1:])


def test_strokes_that_count():
    a, b, c = (stroke(number) for number in (1, 2, 3))
    undo, redo = Undo(at_s=0), Redo(at_s=0)
    for events, left in (
        ((a, b, undo), [a]),
        ((a, b, undo, undo, redo), [a]),
        ((a, b, undo, c, redo), [a, c]),
        ((undo, redo, a, undo, redo, redo), [a]),
    ):
        assert strokes_that_count(events) == left


def test_positions_are_those_of_drilling_strokes_that_count():
    made = log(stroke(0), stroke(1, "refill"), stroke(2), Undo(at_s=9))
    assert made.burr_positions().tolist() == [[0, np.float32(0.1), -2], [1, 2, 3]]
    assert log().burr_positions() is None


def test_positions_are_kept_to_a_thousandth():
    assert rounded(np.array([[1.23456, 2, 3]], np.float32)) == ((1.235, 2.0, 3.0),)


def test_it_is_saved_when_nothing_happened_since():
    assert log().is_saved
    assert not log(stroke(0)).is_saved
    assert log(stroke(0), Saved(surgeon="anna", at_s=2)).is_saved
    assert not log(stroke(0), Saved(surgeon="anna", at_s=2), Undo(at_s=3)).is_saved


def test_a_cut_off_last_line_is_left_out(tmp_path):
    text = log_text(log(stroke(0), stroke(1)))
    (tmp_path / "x.jsonl").write_text(text[:-5])
    assert read_drill_log(tmp_path / "x.jsonl").events == (stroke(0),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: "", "header"),
        (lambda text: text.replace('"format_version":1', '"format_version":2'), "format_version"),
        (lambda text: text.replace("stroke", "boom"), "boom"),
        (lambda text: text.replace("1.5", "NaN"), "diameter"),
        (lambda text: text.replace("[1.0,2.0,3.0]", "[1.0,Infinity,3.0]"), "positions"),
        (lambda text: text.replace("[1.0,2.0,3.0]", "[1.0,2.0]"), "positions"),
        (lambda text: text.replace("{", "[" * 5000, 1), "x.jsonl"),
        (lambda text: text.replace("[5,6,7]", "[5,6,9999999]"), "shape"),
    ],
)
def test_files_that_are_no_log_are_told(tmp_path, change, says):
    (tmp_path / "x.jsonl").write_text(change(log_text(log(stroke(0)))))
    with pytest.raises(InputError, match=says):
        read_drill_log(tmp_path / "x.jsonl")


@pytest.mark.parametrize("bomb", ["", "####", "eJw=", start_from("nothing", "", np.zeros((300,) * 3, bool)).region])
def test_a_damaged_or_exploding_start_is_refused(bomb):
    header = log().header
    damaged = header.model_copy(update={"start": header.start.model_copy(update={"region": bomb})})
    with pytest.raises(InputError, match="damaged"):
        starting_region(damaged)


def test_an_altered_start_is_noticed():
    header = log().header
    other = start_from("nothing", "", ~REGION)
    altered = header.model_copy(update={"start": header.start.model_copy(update={"region": other.region})})
    with pytest.raises(InputError, match="altered"):
        starting_region(altered)
