"""Pictures in rows and columns for print."""

import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.image import imread

from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import write_figure
from napari_rpdl.figures.picture_grid import Picture, picture_grid


def plain(color: tuple[int, int, int], caption: str, **more) -> Picture:
    return Picture(np.full((8, 8, 3), color, np.uint8), caption, **more)


ROWS = [
    ("bone_1", [plain((255, 0, 0), "Original"), plain((0, 255, 0), "anna", lines=("Dice 0.71",), mark="#E69F00")]),
    ("bone_2", [plain((0, 0, 255), "Original")]),
]


def test_pictures_keep_their_place_order_and_colours(tmp_path) -> None:
    figure = picture_grid(ROWS, [("#009E73", "drilled like anna")], "phantom (synthetic)")
    first, second, third = (axes.get_position() for axes in figure.axes)
    assert first.x0 < second.x0
    assert first.y0 == pytest.approx(second.y0)
    assert third.y1 < first.y0
    assert third.x0 == pytest.approx(first.x0)
    write_figure(figure, tmp_path / "grid.png")
    image = imread(tmp_path / "grid.png")
    for axes, color in zip(figure.axes, ((1, 0, 0), (0, 1, 0), (0, 0, 1)), strict=True):
        box = axes.get_position()
        row = round((1 - (box.y0 + box.y1) / 2) * image.shape[0])
        column = round((box.x0 + box.x1) / 2 * image.shape[1])
        assert image[row, column, :3].tolist() == list(color)
    assert image.shape[1] == pytest.approx(7.2 * 600, abs=1)


def test_text_stays_text(tmp_path) -> None:
    figure = picture_grid(ROWS, [("#009E73", "drilled like anna")], "phantom (synthetic)")
    write_figure(figure, tmp_path / "grid.svg")
    svg = (tmp_path / "grid.svg").read_text()
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    for words in ("bone_1", "bone_2", "Original", "anna", "Dice 0.71", "drilled like anna", "phantom (synthetic)"):
        assert words in texts
    write_figure(figure, tmp_path / "grid.pdf")
    assert b"/FontFile2" in (tmp_path / "grid.pdf").read_bytes(), "an embedded TrueType font, not outlines"


def test_long_captions_shrink_and_do_not_run_into_each_other() -> None:
    crowded = [("bone_1", [plain((0, 0, 0), f"surgeon_{rank}", lines=("Dice 0.77  RPD 0.89",)) for rank in range(8)])]
    figure = picture_grid(crowded)
    figure.canvas.draw()
    lines = [text for text in figure.texts if text.get_text().startswith("Dice")]
    boxes = sorted((text.get_window_extent() for text in lines), key=lambda box: box.x0)
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_a_mark_stands_before_its_caption_and_both_in_the_middle_as_in_the_window() -> None:
    figure = picture_grid(ROWS)
    figure.canvas.draw()
    (mark,) = [text.get_window_extent() for text in figure.texts if text.get_text() == "■"]
    (caption,) = [text.get_window_extent() for text in figure.texts if text.get_text() == "anna"]
    inch = figure.dpi
    assert 0 < caption.x0 - mark.x0 < 0.15 * inch
    assert mark.x1 < caption.x0
    tile = figure.axes[1].get_window_extent()
    assert (mark.x0 + caption.x1) / 2 == pytest.approx((tile.x0 + tile.x1) / 2, abs=0.02 * inch)


def test_nothing_to_show_and_unknown_formats_are_said(tmp_path) -> None:
    with pytest.raises(InputError, match="Tick bones"):
        picture_grid([])
    with pytest.raises(InputError, match=r"\.pdf"):
        write_figure(picture_grid(ROWS), tmp_path / "grid.docx")
