from napari_rpdl.figures.foot import Foot
from napari_rpdl.figures.sheet import Sheet

LEGEND = [("#112233", "facial nerve"), ("#445566", "sigmoid sinus"), ("#778899", "dura")]


def test_everything_is_said_and_nothing_runs_out():
    foot = Foot.of(LEGEND, "a note that is longer than the line " * 3, 40)
    sheet = Sheet.new(42, foot.height_mm + 2, 200)
    foot.draw(sheet, 1, 1)
    said = " ".join(text.get_text() for text in sheet.figure.texts)
    assert all(name in said for _, name in LEGEND)
    assert said.count("a note that is") == 3
    for text in sheet.figure.texts:
        box = text.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= sheet.width
        assert 0 <= box.y0 < box.y1 <= sheet.height
    assert [patch.get_facecolor()[:3] for patch in sheet.figure.artists] == [
        tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)) for color, _ in LEGEND
    ]


def test_lines_do_not_touch():
    foot = Foot.of(LEGEND, "note", 25)
    assert len(foot.legend) > 1
    assert sum(len(line) for line in foot.legend) == 3


def test_nothing_to_say_needs_no_room():
    assert Foot.of([], "", 40).height_mm == 0
