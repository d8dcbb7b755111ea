"""What is compared."""

from dataclasses import replace

from napari_rpdl.gui.comparison import ORIGINAL, Comparison, Source, origin_of


def test_each_field_tells_of_its_change_once() -> None:
    comparison, told = Comparison(), []
    comparison.events.rows.connect(told.append)
    comparison.rows = ("bone_1",)
    comparison.rows = ("bone_1",)
    assert told == [("bone_1",)]
    assert Source(ORIGINAL, "Original").color == ""


def test_synthetic_data_say_so_wherever_it_is_written(small_dataset) -> None:
    assert origin_of(None) == ""
    assert origin_of(replace(small_dataset, name="CM", origin="micro-CT of donors")) == "CM"
    assert origin_of(replace(small_dataset, name="nine", origin="A phantom.")).startswith(
        "nine: phantom (synthetic), no"
    )
    assert origin_of(replace(small_dataset, name="nine (synthetic)", origin="")).startswith("nine (synthetic): no real")
