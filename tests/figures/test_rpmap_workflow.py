from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.figures.number_grid import signed
from napari_rpdl.figures.rpmap_workflow import liveliest_patch, rpmap_workflow
from napari_rpdl.settings import RPMapFigureSettings, RPMapSettings

SMALL = {"width_mm": 120, "dpi": 72}


def numbers(axes):
    """The numbers of a grid, in rows."""
    cells = {(int(y), int(x)): text.get_text() for text in axes.texts for x, y in [text.get_position()]}
    side = max(row for row, _ in cells) + 1
    return [[cells[row, column] for column in range(side)] for row in range(side)]


def grids(figure):
    """Panels of numbers from left to right, from top to bottom."""
    found = [axes for axes in figure.axes if len(axes.texts) > 8]
    return sorted(found, key=lambda axes: (-round(axes.get_position().y0, 2), axes.get_position().x0))


def test_the_example_is_the_papers_arithmetic(bone):
    experts = [np.array(numbers(axes), int) for axes in grids(rpmap_workflow(bone, RPMapFigureSettings(**SMALL)))[:3]]
    votes, penalised, result = (
        numbers(axes) for axes in grids(rpmap_workflow(bone, RPMapFigureSettings(**SMALL)))[3:6]
    )
    total = sum(experts)
    assert set(total.ravel()) == {0, 1, 2, 3}
    assert votes == [[str(value) for value in row] for row in total]
    assert penalised == [[str(value) if value else "−3" for value in row] for row in total]
    assert result == [[signed(value / 3) if value else "−1" for value in row] for row in total]


def test_the_enlarged_numbers_are_those_of_the_bone(bone):
    votes, penalised, result = (
        numbers(axes) for axes in grids(rpmap_workflow(bone, RPMapFigureSettings(**SMALL)))[6:9]
    )
    counted = sum(mask.astype(int) for mask in bone.masks())
    layer = counted[int(np.argmax(counted.sum(axis=(1, 2))))][::-1, ::-1]  # as it is shown: front up, right on the left
    row, column, side = liveliest_patch(layer.astype(np.uint8))
    part = layer[row : row + side, column : column + side]
    assert len(np.unique(part)) == 4
    assert votes == [[str(value) for value in line] for line in part]
    assert penalised == [[str(value) if value else "−3" for value in line] for line in part]
    assert result == [[signed(value / 3) if value else "−1" for value in line] for line in part]


def test_settings_choose_surgeons_layer_and_map(bone):
    settings = RPMapFigureSettings(surgeons=("surgeon_3", "surgeon_1"), plane="coronal", layer=13, **SMALL)
    figure = rpmap_workflow(bone, settings, RPMapSettings(penalty=2, normalisation="none"), "a note")
    said = [text.get_text() for text in figure.texts]
    assert {"2 surgeons, coronal layer 13", "surgeon_3", "surgeon_1", "a note"} <= set(said)
    assert "surgeon_2" not in said
    assert "nobody: −4" in said
    assert said.count("$M$: divided by 1") == 2


def test_the_patch_with_most_different_votes_is_found():
    votes = np.zeros((12, 12), np.uint8)
    votes[8:, 8:] = np.arange(16).reshape(4, 4)
    assert liveliest_patch(votes, 4) == (8, 8, 4)
    assert liveliest_patch(votes[:3], 7) == (0, 0, 3)


def test_what_cannot_be_drawn_is_said(bone):
    with pytest.raises(InputError, match="right_bone has no annotations"):
        rpmap_workflow(replace(bone, annotations=()))
    with pytest.raises(InputError, match="no annotation by 'nobody'"):
        rpmap_workflow(bone, RPMapFigureSettings(surgeons=("nobody",), **SMALL))
    with pytest.raises(InputError, match="no sagittal layer 32: choose one from 0 to 31"):
        rpmap_workflow(bone, RPMapFigureSettings(plane="sagittal", layer=32, **SMALL))


def test_a_recording_without_structures_is_drawn(bone):
    rpmap_workflow(replace(bone, structures=None), RPMapFigureSettings(**SMALL)).canvas.draw()
