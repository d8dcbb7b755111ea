"""Where to cut, in one line."""

import pytest

from napari_rpdl.gui.cut import WHOLE, Cut
from napari_rpdl.gui.cut_controls import CutControls


@pytest.fixture
def controls(qtbot) -> CutControls:
    made = CutControls()
    qtbot.addWidget(made)
    made.cut_chosen.connect(made.show_cut)
    return made


def test_every_control_wishes_its_part_of_the_cut(controls) -> None:
    told: list[Cut] = []
    controls.cut_chosen.connect(told.append)
    assert not controls.place.isEnabled()
    controls.axis.setCurrentIndex(controls.axis.findData("coronal"))
    controls.place.setValue(50)
    controls.flip.click()
    controls.structures.click()
    assert told == [
        Cut("coronal"),
        Cut("coronal", 0.25),
        Cut("coronal", 0.25, flipped=True),
        Cut("coronal", 0.25, flipped=True, structures=False),
    ]


def test_it_shows_a_cut_silently_and_says_why_it_cannot_move_one(controls, qtbot) -> None:
    with qtbot.assertNotEmitted(controls.cut_chosen):
        controls.show_cut(Cut("axial", 0.7, flipped=True, structures=False))
    assert (controls.axis.currentData(), controls.place.value()) == ("axial", 140)
    assert controls.flip.isChecked()
    assert not controls.structures.isChecked()
    controls.show_cut(WHOLE)
    assert not controls.place.isEnabled()
    assert "first" in controls.place.toolTip()
