"""What is compared."""

from napari_rpdl.gui.comparison import ORIGINAL, Comparison, Source


def test_each_field_tells_of_its_change_once() -> None:
    comparison, told = Comparison(), []
    comparison.events.rows.connect(told.append)
    comparison.rows = ("bone_1",)
    comparison.rows = ("bone_1",)
    assert told == [("bone_1",)]
    assert Source(ORIGINAL, "Original").color == ""
