import base64
from html.parser import HTMLParser

import pytest

from napari_rpdl.figures import page

HOSTILE = """<script>alert("x")</script> & 'co' $title"""


class Reader(HTMLParser):
    """Collects tags and text, and checks that every element is closed in order."""

    VOID = ("meta", "img", "br")

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize(
    "part",
    [
        page.heading(HOSTILE, 1),
        page.paragraph(HOSTILE, "small"),
        page.badge(HOSTILE),
        page.cards([(HOSTILE, HOSTILE)]),
        page.table([HOSTILE], [[HOSTILE]], main=HOSTILE),
        page.facts({HOSTILE: HOSTILE}),
        page.code(HOSTILE),
        page.link('"><script>', HOSTILE),
        page.details(HOSTILE, [page.paragraph(HOSTILE)]),
        page.bullets([HOSTILE]),
        page.table(["a", "b"], [[HOSTILE]]),
    ],
)
def test_names_cannot_become_markup(part):
    read = Reader(page.page(HOSTILE, [part]))
    assert "script" not in [tag for tag, _ in read.tags]
    assert HOSTILE in read.text


def test_pictures_are_inside_the_page(tmp_path):
    png = tmp_path / "figures" / "bones.png"
    png.parent.mkdir()
    png.write_bytes(b"\x89PNG some bytes")
    read = Reader(page.picture(png, 'a "bone"', "caption"))
    attributes = dict(read.tags)["img"]
    kind, data = attributes["src"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data) == png.read_bytes()
    assert attributes["alt"] == 'a "bone"'
    assert [a["href"] for tag, a in read.tags if tag == "a"] == ["figures/bones.png", "figures/bones.svg"]


def test_one_row_stands_out():
    read = Reader(page.table(["method", "Dice"], [["a", "1"], ["b", "2"]], main="b"))
    assert [a.get("class") for tag, a in read.tags if tag == "tr"] == [None, None, "main"]


def test_a_row_of_one_cell_heads_those_below_it():
    read = Reader(page.table(["a", "b"], [["group"], ["x", "1"]]))
    assert ("td", {"colspan": "2"}) in read.tags
    assert ("tr", {"class": "group"}) in read.tags
    assert "group" in read.text
