"""From the plugin's menu to a grading window, and to results."""

import numpy as np
import pytest

from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.gui import grading, grading_start
from napari_rpdl.gui.coordinators import unblinding
from napari_rpdl.gui.grading_start import GradingStart
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.settings.review import GradingSettings


@pytest.fixture
def start(qtbot, monkeypatch):
    made = GradingStart()
    qtbot.addWidget(made)
    made.told, made.opened, made.pages = [], [], []
    monkeypatch.setattr(grading_start, "show_error", made.told.append)
    monkeypatch.setattr(grading, "open_grading", lambda *what: made.opened.append(what))
    monkeypatch.setattr(unblinding.webbrowser, "open", made.pages.append)
    yield made
    made.jobs.close()


def test_it_opens_a_window_with_what_was_typed(start, tmp_path):
    start.study.value = tmp_path
    start.grader.value = " ada "
    start.form.control("experience").value = "resident"
    start.grade_button.click()
    assert start.opened == [(tmp_path, "ada", "", GradingSettings(experience="resident"))]


def test_what_is_missing_is_asked_for(start, tmp_path):
    start.grade_button.click()
    start.study.value = tmp_path
    start.grade_button.click()
    assert start.told == ["Choose the folder of the study first.", "Type your pseudonym in the study first."]
    assert start.opened == []


def test_results_are_written_and_the_page_is_opened(start, planned, small_dataset, tmp_path, idle, monkeypatch):
    study = planned(bones=2)
    correct(small_dataset, "rpd_loss_fold3")
    start.corrections.value = small_dataset.folder
    GradeBook(study.answers_file, study.study)
    start.study.value = study.folder
    folders = iter([str(tmp_path / "key"), str(tmp_path / "report")])
    monkeypatch.setattr(grading_start.QFileDialog, "getExistingDirectory", lambda *_: next(folders))
    start.results_button.click()
    assert not start.results_button.isEnabled()
    idle(start.jobs)
    assert start.pages == [(tmp_path / "report" / "index.html").as_uri()]
    assert start.results_button.isEnabled()
    text = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "What it cost to correct predictions" in text


def correct(dataset, method: str) -> None:
    """Correct a method's region of the first bone and save it."""
    case = dataset.case("bone_1")
    around, mask = Surroundings(case), case.annotation("surgeon_2").mask
    drilling = RecordedDrilling.begin(around, "prediction", method, mask, None)
    drilling.begin_stroke(Tool(4.0, spares_critical=False))
    drilling.extend(np.argwhere(mask)[0] + 1.0)
    drilling.end_stroke()
    drilling.save(dataset.folder, "anna")


def test_another_studys_key_is_told(start, planned, tmp_path, idle):
    study = planned(bones=1)
    start.study.value = study.folder
    start.write_results(tmp_path, tmp_path / "report")
    idle(start.jobs)
    assert "unblinding_key.json" in start.told[0]
    assert start.pages == []
