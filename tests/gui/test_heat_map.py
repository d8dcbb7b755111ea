"""Agreement as colours."""

import numpy as np

from napari_rpdl.gui.heat_map import HeatMap
from napari_rpdl.gui.palette import rgb

VALUES = np.array([[1, 0.5, 0.75], [0.5, 1, 1.0], [0.75, 1.0, 1]])


def test_cells_show_values_between_the_ends_of_the_scale(qtbot) -> None:
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.show_matrix(("anna", "ben", "carl"), VALUES)
    assert [heat.item(0, column).text() for column in range(3)] == ["", ".50", ".75"]
    assert heat.item(1, 2).text() == "1"
    darkest, brightest = (heat.item(0, 1).background().color(), heat.item(1, 2).background().color())
    assert np.allclose(darkest.getRgbF()[:3], rgb("#440154"), atol=0.01)
    assert np.allclose(brightest.getRgbF()[:3], rgb("#FDE725"), atol=0.01)
    assert "anna and carl: Dice 0.750" in heat.item(0, 2).toolTip()


def test_only_pairs_can_be_chosen(qtbot) -> None:
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.show_matrix(("anna", "ben", "carl"), VALUES)
    with qtbot.waitSignal(heat.pair_chosen) as chosen:
        heat.cellClicked.emit(0, 2)
    assert chosen.args == ["anna", "carl"]
    with qtbot.assertNotEmitted(heat.pair_chosen):
        heat.cellClicked.emit(1, 1)


def test_a_single_surgeon_has_no_matrix(qtbot) -> None:
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.show_matrix(("anna",), np.ones((1, 1)))
    assert heat.isHidden()
