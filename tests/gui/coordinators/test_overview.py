"""The table of bones is filled from the disk."""

import pytest

from napari_rpdl.figures.bone_view import bone_view
from napari_rpdl.gui.case_table import THUMBNAIL
from napari_rpdl.gui.coordinators import overview as module
from napari_rpdl.gui.coordinators.overview import OverviewCoordinator
from napari_rpdl.gui.session import CaseFacts
from napari_rpdl.learning.run_history import RunsFound, find_runs


@pytest.fixture
def overview(session, jobs, small_dataset, monkeypatch) -> OverviewCoordinator:
    monkeypatch.setattr(module, "_rest", lambda _: iter(()))
    made = OverviewCoordinator(session, jobs)
    session.dataset = small_dataset
    return made


def test_surgeons_and_predictions_are_counted(overview, session, small_dataset, make_run, tmp_path) -> None:
    assert session.facts == {f"bone_{number}": CaseFacts(3, 0) for number in (1, 2, 3)}
    (small_dataset.case_folder("bone_2") / "annotations" / "surgeon_1.nii.gz").unlink()
    for name in ("one", "two"):
        predictions = make_run(tmp_path / "runs" / name).folder / "predictions"
        predictions.mkdir()
        (predictions / "bone_3.nii.gz").touch()
    session.found = find_runs([tmp_path / "runs"])
    assert session.facts == {"bone_1": CaseFacts(3, 0), "bone_2": CaseFacts(2, 0), "bone_3": CaseFacts(3, 2)}
    session.run = session.found.runs[0].folder
    session.found = RunsFound((), {})
    assert session.facts["bone_3"].predictions == 1


def test_pictures_are_made_once_a_bone_is_shown(overview, session, jobs, small_dataset) -> None:
    made: list[str] = []
    session.events.thumbnail.connect(lambda thumbnail: made.append(thumbnail.case_id))
    assert "thumbnails" not in jobs.names
    session.case = small_dataset.case("bone_2")
    assert made == ["bone_1", "bone_2", "bone_3"]
    expected = bone_view(small_dataset.case("bone_3"), size=THUMBNAIL).pixels
    assert (session.thumbnail.pixels == expected).all()
    session.case = small_dataset.case("bone_1")
    assert jobs.names.count("thumbnails") == 1


def test_a_damaged_bone_only_lacks_its_picture(overview, session, jobs, small_dataset) -> None:
    case = small_dataset.case("bone_1")
    (small_dataset.case_folder("bone_2") / "structures.nii.gz").write_bytes(b"torn")
    made: list[str] = []
    session.events.thumbnail.connect(lambda thumbnail: made.append(thumbnail.case_id))
    session.case = case
    assert made == ["bone_1", "bone_3"]
    assert jobs.failures == []
