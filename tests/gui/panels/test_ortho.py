"""The panel of three slices."""

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from napari_rpdl.gui.ortho import AXES, Ortho, SliceShown
from napari_rpdl.gui.panels.ortho import OrthoPanel


@pytest.fixture
def ortho() -> Ortho:
    return Ortho()


@pytest.fixture
def panel(qtbot, ortho) -> OrthoPanel:
    made = OrthoPanel(ortho)
    qtbot.addWidget(made)
    made.resize(900, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def slices(value: int) -> tuple[SliceShown, ...]:
    pixels = np.full((8, 8, 3), value, np.uint8)
    return tuple(SliceShown(axis, pixels, 1.0, (0.9, 0.9), (1, 8)) for axis in AXES)


def test_slices_and_words_are_shown_and_a_click_names_its_slice(panel, ortho, heard) -> None:
    assert "dataset" in panel.words.text()
    ortho.slices, ortho.words = slices(200), "bone at z 1"
    assert panel.words.text() == "bone at z 1"
    placed, stepped = heard(panel.place_chosen), heard(panel.stepped)
    for axis in AXES:
        view = panel.views[axis]
        assert view.grab().toImage().pixelColor(view.width() // 2, view.height() // 2).red() == 200
        middle = QPoint(view.width() // 2, view.height() // 2)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        view.stepped.emit(1)
    assert [place[0] for place in placed] == list(AXES)
    assert placed[0][1:] == pytest.approx((0.5, 0.5), abs=0.02)
    assert stepped == [(axis, 1) for axis in AXES]
    ortho.slices = ()
    assert panel.views["axial"].grab().toImage().pixelColor(100, 100).red() < 30


def test_it_tells_whether_anybody_looks(panel, heard) -> None:
    seen = heard(panel.seen)
    panel.hide()
    panel.show()
    assert seen == [False, True]
