import json

import pytest

from napari_rpdl.cli.printing import answer, duration, facts, figure, note, size, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59, "59 s"), (89.4, "89 s"), (120, "2 min"), (725, "12 min"), (3600 * 3 + 300, "3 h 5 min")],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_columns_are_aligned():
    assert table(("case", "Dice"), [("bone_1", 0.69812), ("b", None)]) == "case     Dice\nbone_1  0.698\nb           -"


def test_facts_are_below_each_other():
    assert facts({"a": "1", "long": "2"}) == "a     1\nlong  2"


def test_figures_have_three_decimals():
    assert (figure(0.12345), figure(None)) == ("0.123", "-")


def test_results_and_notes_go_to_different_places(capsys):
    note("working")
    answer({"dice": 0.5}, "Dice 0.5", as_json=True)
    answer({"dice": 0.5}, "Dice 0.5", as_json=False)
    out, err = capsys.readouterr()
    assert err == "working\n"
    assert out.endswith("}\nDice 0.5\n")
    assert json.loads(out.removesuffix("Dice 0.5\n")) == {"dice": 0.5}


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        answer({"dice": float("nan")}, "", as_json=True)


@pytest.mark.parametrize(
    ("amount", "text"), [(400, "0 kB"), (40_000, "40 kB"), (12_340_000, "12.3 MB"), (3_100_000_000, "3.1 GB")]
)
def test_amounts_of_disk_read_as_people_say_them(amount, text):
    assert size(amount) == text
