import pytest

from napari_rpdl.cli import grading_commands
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.sources import Sources
from napari_rpdl.review.study_folder import write_study
from napari_rpdl.settings.review import GradingSettings, StudySettings


@pytest.fixture
def study(small_dataset, tmp_path):
    sources = Sources(small_dataset)
    plan = plan_study(list(sources.candidates()), ("ada",), find_scale("global-rating"), StudySettings(minimum_gap=2))
    for _ in write_study(plan, small_dataset, sources.region_of, tmp_path / "study", tmp_path / "key"):
        pass
    return tmp_path / "study"


@pytest.fixture
def opened(monkeypatch):
    """What the window was opened with."""
    windows: list[tuple] = []
    monkeypatch.setattr(grading_commands, "open_grading", lambda *what: windows.append(what))
    monkeypatch.setattr(grading_commands, "has_display", lambda *_: True)
    return windows


def test_the_window_opens_with_what_was_asked_for(result, study, opened):
    words = ["--grader", "ada", "--experience", "consultant", "--idle-after-s", "30"]
    assert result("grade", study, *words) == {"graded": str(study), "grader": "ada"}
    assert opened == [(study, "ada", "", GradingSettings(experience="consultant", idle_after_s=30))]


def test_a_stranger_and_a_missing_study_are_told_before_a_window_opens(run, study, opened, tmp_path):
    status, _, err = run("grade", study, "--grader", "eve")
    assert (status, opened) == (1, [])
    assert "it has: ada" in err
    status, _, err = run("grade", tmp_path, "--grader", "ada")
    assert status == 1
    assert "Expected a study folder" in err


def test_without_a_screen_it_says_what_to_run_elsewhere(run, study, monkeypatch):
    monkeypatch.setattr(grading_commands, "has_display", lambda *_: False)
    status, _, err = run("grade", study, "--grader", "ada")
    assert status == 1
    assert f"grade {study} --grader ada" in err
