from dataclasses import replace

import pytest

from napari_rpdl.data.volume import Grid
from napari_rpdl.figures.sheet import Sheet
from napari_rpdl.figures.tile_marks import draw_marks, edge_letters, scale_bar
from napari_rpdl.settings import BoneFigureSettings


@pytest.mark.parametrize(
    ("view", "side", "letters"),
    [
        ("surgical", "right", ("A", "P", "S", "I")),
        ("surgical", "left", ("A", "P", "I", "S")),
        ("surgical", None, ("A", "P", "S", "I")),
        ("lateral", "right", ("S", "I", "P", "A")),
        ("lateral", "left", ("S", "I", "A", "P")),
        ("superior", "right", ("A", "P", "med", "lat")),
        ("superior", "left", ("A", "P", "lat", "med")),
    ],
)
def test_the_edges_say_how_the_body_lies(view, side, letters):
    assert edge_letters(view, side) == letters


def test_the_bar_is_a_round_length_of_at_most_a_third(bone):
    share, label = scale_bar(bone, 62.0)
    assert label == "20 mm"
    assert share == pytest.approx(20 / 62)
    unknown = replace(bone, grid=Grid.of_shape(bone.grid.shape), structures=None)
    assert scale_bar(unknown, 30.0) == (pytest.approx(1 / 3), "10 voxels")
    assert scale_bar(unknown, 2.0)[1] == "1 voxel"


def test_a_recording_gets_a_bar_and_no_letters(bone):
    texts = []
    for case in (bone, replace(bone, structures=None)):
        sheet = Sheet.new(30, 30, 100)
        draw_marks(sheet, (2, 2, 26), case, 62.0, BoneFigureSettings())
        texts.append(sorted(text.get_text() for text in sheet.figure.texts))
    assert texts == [["20 mm", "A", "I", "P", "S"], ["20 mm"]]
