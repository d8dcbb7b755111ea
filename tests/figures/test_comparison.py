import xml.etree.ElementTree as ElementTree

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import save_figure
from napari_rpdl.figures.comparison import Row, Tile, comparison_figure, surgeons_figure, wrapped

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text for element in ElementTree.parse(svg).iter(f"{SVG}text")]


def images(svg):
    return list(ElementTree.parse(svg).iter(f"{SVG}image"))


def test_a_tile_for_each_picture_and_captions_as_text(bone, bone_of, tmp_path):
    tiles = (Tile("Original"), Tile("surgeon_1", bone.masks()[0], ("Dice 0.71",)), Tile("RPDL", bone.masks()[1]))
    figure = comparison_figure([Row(bone, tiles), Row(bone_of("left"), tiles[:2], "bone <2>")], 48)
    png, svg = save_figure(figure, tmp_path / "comparison")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert len(images(svg)) == 5
    assert sorted(texts(svg)) == sorted(
        ["Original", "surgeon_1", "Dice 0.71", "RPDL", "Original", "surgeon_1", "Dice 0.71", "right_bone", "bone <2>"]
    )


def test_the_same_figure_gives_the_same_files(bone, tmp_path):
    written = [save_figure(surgeons_figure(bone, tile_pixels=32), tmp_path / name) for name in "ab"]
    for one, other in zip(*written, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_all_surgeons_beside_the_original(bone, tmp_path):
    svg = save_figure(surgeons_figure(bone, columns=2, tile_pixels=32), tmp_path / "all")[1]
    assert len(images(svg)) == 4
    assert {"Original", "surgeon_1", "surgeon_2", "surgeon_3"} <= set(texts(svg))


def test_long_rows_break(bone):
    rows = wrapped(Row(bone, tuple(Tile(str(i)) for i in range(5))), 2)
    assert [[tile.caption for tile in row.tiles] for row in rows] == [["0", "1"], ["2", "3"], ["4"]]


def test_nothing_to_compare_is_said(bone):
    for rows in ([], [Row(bone, ())]):
        with pytest.raises(InputError, match="Choose bones"):
            comparison_figure(rows)
