import numpy as np
import pytest
from matplotlib.colors import to_rgb

from napari_rpdl.figures.number_grid import draw_number_grid, signed
from napari_rpdl.figures.sheet import Sheet


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (3, "3"), (-1, "−1"), (2 / 3, "0.67"), (0.5, "0.5"), (-0.001, "0"), (10, "10")]
)
def test_numbers_are_read_as_they_are_written(value, text):
    assert signed(value) == text


def test_each_cell_has_its_colour_and_its_number():
    colors = np.array([[to_rgb("#ffffff"), to_rgb("#081d58"), to_rgb("#ffeeee")], [to_rgb("#b5502b")] * 3])
    sheet = Sheet.new(30, 20, 200)
    axes = sheet.axes(0, 0, 30, 20)
    draw_number_grid(axes, colors, [["a", "b", "c"], ["d", "e", "f"]], 7)
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert {name: (int(x), int(y)) for name, (x, y) in places.items()} == {
        "a": (0, 0),
        "b": (1, 0),
        "c": (2, 0),
        "d": (0, 1),
        "e": (1, 1),
        "f": (2, 1),
    }
    sheet.figure.canvas.draw()
    picture = np.asarray(sheet.figure.canvas.buffer_rgba())[..., :3] / 255
    corner = picture[10, sheet.pixels(12)]  # of the second cell, beside its number
    np.testing.assert_allclose(corner, colors[0, 1], atol=0.01)
    inks = {text.get_text(): sum(to_rgb(text.get_color())) for text in axes.texts}
    assert inks["b"] > 2.9 > inks["a"]
