"""The table of what corrections cost."""

from napari_rpdl.drilling.correction import Correction
from napari_rpdl.evaluation.paired import Interval
from napari_rpdl.figures.corrections import correction_parts, interval_in_words


def test_a_method_has_a_row_with_its_figures():
    told = [Correction("rpdl", 3, 2, Interval(11.0), Interval(0.25, 0.1, 0.4), "mm", Interval(2.5))]
    text = "".join(correction_parts(told))
    for words in ("What it cost to correct predictions", "rpdl", "11.00", "0.25 (0.10 to 0.40) mm", "2.50"):
        assert words in text


def test_an_empty_region_has_no_distance_and_nobody_no_table():
    told = [Correction("rpdl", 1, 1, Interval(11.0), None, "mm", Interval(2.5))]
    assert "–" in "".join(correction_parts(told))
    assert list(correction_parts(())) == []
    assert interval_in_words(None) == "–"
