"""The report's page from answers made by hand: no training."""

import csv
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import measure_agreement
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.methods import scored_answer, surgeons_among_each_other
from napari_rpdl.experiments.report import ReportContent, critical_text, write_report
from napari_rpdl.figures.bone_view import BonePicture
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.settings import TrainingSettings


class Page(HTMLParser):
    """The words of a page, its table cells by row, and where its links lead."""

    def __init__(self, path):
        super().__init__()
        self.words, self.rows, self.links, self.pictures, self._in_cell = "", [], [], 0, False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self._in_cell = tag in ("td", "th")
        if tag == "tr":
            self.rows.append([])
        if self._in_cell:
            self.rows[-1].append("")
        self.pictures += tag == "img"
        self.links += [value for name, value in attributes if name == "href"]

    def handle_endtag(self, tag):
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        self.words += data
        if self._in_cell:
            self.rows[-1][-1] += data

    def row(self, start):
        return next(row for row in self.rows if row and row[0] == start)


def epoch(number, loss, best):
    return EpochEnded(number, 2, loss, None, None, 1e-3, 1.5, 0.0, best)


@pytest.fixture
def content(small_dataset, monkeypatch):
    """The network answers like the second of three surgeons, the baseline drills nothing."""
    monkeypatch.setattr(
        "napari_rpdl.figures.grid_figure.bone_view",
        lambda *_, **__: BonePicture(np.full((16, 16, 3), 128, np.uint8), 64.0),
    )
    case = small_dataset.case("bone_3")
    masks = case.masks()
    return ReportContent(
        dataset=small_dataset,
        case=case,
        agreement=measure_agreement(small_dataset),
        surgeons=surgeons_among_each_other(case),
        network=scored_answer("network", "The network", masks[1], case),
        baseline=scored_answer("baseline", "Mean map", np.zeros_like(masks[0]), case),
        oracle=scored_answer("oracle", "Best possible", masks[1], case),
        history=(epoch(1, 0.5, best=True), epoch(2, 0.6, best=False)),
        training_cases=("bone_1",),
        validation_cases=("bone_2",),
        settings=TrainingSettings(epochs=2),
        provenance={"torch": "9.9", "host <b>": "x & y"},
        command="napari-rpdl demo --hold-out bone_3",
    )


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_the_figures_are_those_of_the_masks(content, tmp_path):
    page = Page(write_report(tmp_path / "report", content))
    first, second, third = content.case.masks()
    with_surgeons = [dice(second, first), 1.0, dice(second, third)]
    mean = f"{np.mean(with_surgeons):.3f}"
    assert page.row("The network")[1] == f"{mean} ± {np.std(with_surgeons):.3f}"
    assert page.row("The network")[4] == f"{second.sum() / np.mean([first.sum(), second.sum(), third.sum()]):.2f}"
    assert page.row("Mean map")[1] == "0.000 ± 0.000"
    assert f"beats the trivial one (where surgeons drilled the other bones): mean Dice to the surgeons {mean}" in (
        " ".join(page.words.split())
    )
    columns = page.row("Compared with")
    at = columns.index("The network: Dice")
    for surgeon, expected in zip(content.case.surgeons, with_surgeons, strict=True):
        assert page.row(surgeon)[at] == f"{expected:.3f}"
    with (tmp_path / "report" / "scores.csv").open(newline="") as file:
        written = [
            float(row["value"]) for row in csv.DictReader(file) if (row["method"], row["metric"]) == ("network", "dice")
        ]
    assert written == pytest.approx(with_surgeons)


def test_a_worse_network_is_not_praised(content, tmp_path):
    worse = replace(content, network=replace(content.baseline, scores=replace(content.baseline.scores, key="network")))
    assert "does not beat the trivial one" in Page(write_report(tmp_path, worse)).words


def test_pictures_are_in_the_page_and_beside_it(content, tmp_path):
    page = Page(write_report(tmp_path, content))
    names = {"bones", "slices", "rpmap", "learning_curve"}
    assert page.pictures == len(names)
    files = {f"figures/{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert {f"figures/{path.name}" for path in (tmp_path / "figures").iterdir()} == files
    assert set(page.links) == files | {"scores.csv"}
    assert "2 epochs in 3 s" in page.words


def test_without_epochs_or_a_second_surgeon_the_page_leaves_them_out(content, tmp_path):
    page = Page(write_report(tmp_path, replace(content, history=(), surgeons=None)))
    assert page.pictures == 3
    assert "How the training went" not in page.words
    assert "Surgeons among each other" not in page.words


def test_what_ran_where_is_told_and_escaped(content, tmp_path):
    page = Page(write_report(tmp_path, content))
    for words in ("host <b>", "x & y", content.command, '"epochs": 2', "Not for decisions about patients"):
        assert words in page.words
    assert "phantom" not in page.words


def test_synthetic_bones_are_called_so_and_names_are_escaped(content, tmp_path):
    about = content.dataset.folder / "dataset.json"
    about.write_text(about.read_text().replace("analytic test shapes", "phantom (synthetic) <b>shapes</b>"))
    index = write_report(tmp_path, replace(content, dataset=Dataset.open(content.dataset.folder)))
    html = index.read_text(encoding="utf-8")
    assert '<span class="badge">phantom (synthetic) data' in html
    assert "&lt;b&gt;shapes" in html
    assert "<b>shapes" not in html


def test_a_place_that_cannot_be_written_is_told(content, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="write"):
        write_report(tmp_path / "file", content)


@pytest.mark.parametrize(
    ("voxels", "text"),
    [
        ({}, "0"),
        ({"incus": 0.0, "dura": 0.0}, "0"),
        ({"incus": 1.0, "dura": 2.0, "stapes": 0.0}, "3 (incus 1, dura 2)"),
        ({"dura": 1 / 3}, "0.3333 (dura 0.333)"),
    ],
)
def test_critical_voxels_are_summed_and_named(voxels, text):
    assert critical_text(voxels) == text
