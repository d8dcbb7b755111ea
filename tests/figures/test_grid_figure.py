import base64
import io
import re
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError
from napari_rpdl.figures.bone_view import bone_view
from napari_rpdl.figures.canvas import save_figure, write_figure
from napari_rpdl.figures.grid_figure import GridRow, GridTile, draw_grid, wrapped
from napari_rpdl.figures.sheet import pixels_of
from napari_rpdl.settings import BoneFigureSettings

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
SMALL = BoneFigureSettings(width_mm=60, dpi=72)


def texts(figure):
    return [text.get_text() for text in figure.texts]


def tiles_of(bone):
    return (
        GridTile("Original"),
        GridTile("surgeon_1", bone.masks()[0], ("Dice 0.71 ± 0.08", "RPD 0.78 ± 0.07")),
        GridTile("RPDL", bone.masks()[1], ("Dice 0.69 ± 0.08", "RPD 0.77 ± 0.07")),
    )


@pytest.fixture
def figure(bone, bone_of):
    left = bone_of("left")
    rows = [GridRow(case, tiles_of(case), f"{case.side} <2>") for case in (bone, left)]
    return draw_grid(rows, SMALL, note="phantom (synthetic)")


def test_equal_captions_stand_once_above_and_scores_beneath_each_tile(figure):
    said = texts(figure)
    assert [said.count(caption) for caption in ("Original", "surgeon_1", "RPDL")] == [1, 1, 1]
    assert said.count("Dice 0.71 ± 0.08") == said.count("RPD 0.77 ± 0.07") == 2
    assert {"right <2>", "left <2>", "phantom (synthetic)", "sigmoid sinus", "20 mm"} <= set(said)
    assert len(figure.axes) == 6


def test_other_captions_stand_beneath_each_tile(bone):
    rows = [GridRow(bone, tiles_of(bone)), GridRow(bone, tiles_of(bone)[1:])]
    assert texts(draw_grid(rows, SMALL)).count("surgeon_1") == 2


def test_no_words_lie_over_each_other_or_outside(figure):
    boxes = [text.get_window_extent() for text in figure.texts]
    width, height = figure.get_size_inches() * figure.dpi
    for index, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        for other in boxes[:index]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            along = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 0 or along <= 1


def test_vector_files_hold_words_and_the_same_pictures(figure, bone, tmp_path):
    svg = save_figure(figure, tmp_path / "grid")[1]
    tree = ElementTree.parse(svg)
    assert {"Original", "right <2>", "Dice 0.71 ± 0.08"} <= {e.text for e in tree.iter(f"{SVG}text")}
    images = [e.get(HREF) for e in tree.iter(f"{SVG}image")]
    assert len(images) == 6
    expected = bone_view(bone, bone.masks()[0], figure.axes[1].images[0].get_size()[0]).pixels
    inside = Image.open(io.BytesIO(base64.b64decode(images[1].split(",")[1]))).convert("RGB")
    assert inside.size == expected.shape[:2]
    assert min(np.abs(np.asarray(p).astype(int) - expected).max() for p in (inside, inside.transpose(1))) <= 1


def test_the_pdf_embeds_its_font_and_keeps_text(figure, tmp_path):
    write_figure(figure, tmp_path / "grid.pdf")
    raw = (tmp_path / "grid.pdf").read_bytes()
    assert b"/CIDFontType2" in raw  # TrueType, not outlines as Type 3
    assert b"/Type3" not in raw.replace(b" ", b"")
    assert b"/FontFile2" in raw
    pages = [zlib.decompress(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL)[:1]]
    assert b" Tj" in pages[0] or b" TJ" in pages[0]
    assert b"CreationDate" not in raw


def test_the_paper_has_the_width_that_was_asked_for(bone, tmp_path):
    write_figure(
        draw_grid([GridRow(bone, tiles_of(bone))], BoneFigureSettings(width_mm=90, dpi=150)), tmp_path / "a.png"
    )
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] == pixels_of(90, 150)
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_a_reference_colours_by_agreement_and_the_legend_names_it(bone):
    row = GridRow(bone, tiles_of(bone), reference=bone.masks()[1])
    figure = draw_grid([row], SMALL, reference_name="surgeon_2")
    said = texts(figure)
    assert [name for name in said if "surgeon_2" in name] == [
        "drilled as by surgeon_2",
        "missed of surgeon_2",
        "beyond surgeon_2",
    ]
    assert "sigmoid sinus" not in said


def test_unknown_sizes_are_in_voxels(bone):
    recording = replace(bone, grid=Grid.of_shape(bone.grid.shape), structures=None)
    assert "2 voxels" in texts(draw_grid([GridRow(recording, tiles_of(bone))], SMALL))


def test_long_names_are_cut(bone):
    figure = draw_grid([GridRow(bone, (GridTile("a" * 90), GridTile("b")), "c" * 90)], SMALL)
    assert [text[:2] for text in texts(figure) if text.endswith("…")] == ["aa", "cc"]


def test_the_same_figure_gives_the_same_files(bone, tmp_path):
    for kind in ("png", "svg", "pdf"):
        for name in "ab":
            write_figure(draw_grid([GridRow(bone, tiles_of(bone))], SMALL), tmp_path / f"{name}.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_long_rows_break(bone):
    row = GridRow(bone, tuple(GridTile(str(i)) for i in range(5)), "x", bone.masks()[0])
    rows = wrapped(row, 2)
    assert [[tile.caption for tile in row.tiles] for row in rows] == [["0", "1"], ["2", "3"], ["4"]]
    assert all(part.name == "x" and part.reference is row.reference for part in rows)


def test_what_cannot_be_drawn_is_said(bone):
    for rows in ([], [GridRow(bone, ())]):
        with pytest.raises(InputError, match="Choose bones"):
            draw_grid(rows)
    with pytest.raises(InputError, match="do not fit into 60 mm"):
        draw_grid([GridRow(bone, tiles_of(bone) * 7)], SMALL)
    with pytest.raises(InputError, match=r"mask of shape \(32, 32, 32\)"):
        draw_grid([GridRow(bone, (GridTile("x", np.zeros((4, 4, 4), np.bool_)),))], SMALL)
