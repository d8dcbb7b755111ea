import numpy as np
import pytest
from matplotlib.text import Text

from napari_rpdl.figures.sheet import Sheet, broken, fitting_size, pixels_of, shortened, text_width


def rendered(sheet):
    sheet.figure.canvas.draw()
    return np.asarray(sheet.figure.canvas.buffer_rgba())[..., :3]


def test_the_sheet_is_as_large_as_the_paper():
    sheet = Sheet.new(180, 90, 300)
    assert rendered(sheet).shape == (1063, 2126, 3)  # 90 and 180 mm of 300 dots an inch
    assert sheet.pixels(25.4) == pixels_of(25.4, 300) == 300


@pytest.mark.parametrize("left_mm", [3.0, 3.217, 11.11])
def test_a_picture_comes_out_pixel_on_pixel(left_mm):
    pixels = np.random.default_rng(0).integers(0, 256, (37, 41, 3), np.uint8)
    sheet = Sheet.new(30, 20, 110)
    sheet.picture(left_mm, 2.3, pixels)
    top, left = sheet.pixels(2.3), sheet.pixels(left_mm)
    np.testing.assert_array_equal(rendered(sheet)[top : top + 37, left : left + 41], pixels)


def test_words_lines_and_swatches_lie_where_they_are_put():
    sheet = Sheet.new(50.8, 25.4, 100)
    sheet.swatch(25.4, 0, 6.35, "#ff0000")
    sheet.line(0, 19.05, 25.4, 2, "#0000ff")
    picture = rendered(sheet)
    red = np.argwhere((picture == (255, 0, 0)).all(axis=-1))
    assert red.min(axis=0).tolist() == [0, 100]
    assert np.abs(red.max(axis=0) - [24, 124]).max() <= 1
    blue = np.argwhere((picture == (0, 0, 255)).all(axis=-1))
    assert np.abs(blue[:, 0] - 75).max() <= 2
    assert blue[:, 1].max() == pytest.approx(99, abs=1)
    sheet.text(25.4, 12.7, "Größe", 8, va="bottom")
    box = sheet.figure.texts[0].get_window_extent()
    assert (box.x0, box.y0) == pytest.approx((100, 50), abs=4)


def test_widths_are_those_that_matplotlib_draws():
    sheet = Sheet.new(100, 20, 300)
    sheet.text(5, 5, "Dice 0.712 ± 0.083", 7)
    drawn = sheet.figure.texts[0].get_window_extent().width / 300 * 25.4
    assert text_width("Dice 0.712 ± 0.083") * 7 == pytest.approx(drawn, rel=0.04)
    assert text_width(" ") == 0
    assert isinstance(sheet.figure.texts[0], Text)


def test_letters_shrink_then_words_are_cut_and_paragraphs_break():
    assert fitting_size(["a"], 30, 8, 4) == 8
    size = fitting_size(["Dice 0.712 ± 0.083", "a"], 15, 8, 4)
    assert 4 < size < 8
    assert text_width("Dice 0.712 ± 0.083") * size == pytest.approx(15)
    assert fitting_size(["x" * 99], 15, 8, 4) == 4
    assert fitting_size([], 15, 8, 4) == 8
    assert shortened("short", 30, 6) == "short"
    cut = shortened("x" * 99, 15, 6)
    assert cut.endswith("x…")
    assert text_width(cut) * 6 <= 15
    lines = broken("one two three four", 10, 6)
    assert " ".join(lines) == "one two three four"
    assert len(lines) > 1
    assert all(text_width(line) * 6 <= 10 or " " not in line for line in lines)
    assert broken("", 10, 6) == []
