"""Which bones stand side by side."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.comparison import Comparison
from napari_rpdl.gui.coordinators.compare import CompareCoordinator
from napari_rpdl.gui.cut import Cut
from napari_rpdl.gui.solids import Flat
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.learning.thresholds import threshold_path
from napari_rpdl.settings import DecisionSettings, PredictionSettings


@pytest.fixture
def comparison() -> Comparison:
    return Comparison()


@pytest.fixture
def compare(session, comparison, jobs, small_dataset, qtbot) -> CompareCoordinator:
    made = CompareCoordinator(session, comparison, jobs, PredictionSettings)
    session.dataset = small_dataset
    session.case = small_dataset.case("bone_1")
    return made


@pytest.fixture
def filled(qtbot, comparison):
    """Wait until every tile has a picture."""

    def wait() -> None:
        qtbot.waitUntil(lambda: all(t.content for row in comparison.tiles for t in row.tiles), timeout=10_000)

    return wait


def test_opening_shows_the_bone_in_the_viewer_by_everyone(compare, comparison, filled) -> None:
    assert comparison.tiles == ()
    compare.open()
    assert [tile.lines for tile in comparison.tiles[0].tiles] == [("…",)] * 4
    filled()
    assert comparison.rows == ("bone_1",)
    assert [tile.caption for tile in comparison.tiles[0].tiles] == ["Original", "surgeon_1", "surgeon_2", "surgeon_3"]
    assert comparison.busy == ""


def test_rows_columns_and_a_reference_are_chosen_in_the_order_offered(compare, comparison, filled) -> None:
    compare.open()
    compare.choose_rows(("bone_3", "bone_1", "nowhere"))
    compare.choose_columns(("surgeon:surgeon_3", "surgeon:surgeon_1"))
    compare.choose_reference("surgeon:surgeon_1")
    filled()
    assert [row.title for row in comparison.tiles] == ["bone_1 (right)", "bone_3 (right)"]
    assert [tile.caption for tile in comparison.tiles[1].tiles] == ["surgeon_1", "surgeon_3"]
    assert comparison.tiles[0].tiles[0].lines == ("the reference",)


def test_cuts_glass_and_slices_reach_every_tile(compare, comparison, session, filled, qtbot) -> None:
    compare.open()
    filled()
    session.cut = Cut("axial", 0.4)
    tiles = comparison.tiles[0].tiles
    assert all(tile.content.plane is not None for tile in tiles), "at once"
    qtbot.waitUntil(lambda: all(len(t.content.parts) == 3 for t in comparison.tiles[0].tiles), timeout=5000)
    session.bone_opacity = 0.3
    assert {tile.content.parts[0].opacity for tile in comparison.tiles[0].tiles} == {0.3}
    compare.choose_axis("coronal")
    qtbot.waitUntil(lambda: all(isinstance(t.content, Flat) for t in comparison.tiles[0].tiles), timeout=5000)


def test_a_dropped_mask_becomes_a_column_on_its_row(compare, comparison, filled, small_case, tmp_path) -> None:
    compare.open()
    compare.choose_rows(("bone_1", "bone_2"))
    write_volume(Volume(small_case.masks()[0], small_case.grid), tmp_path / "mine.nii.gz")
    compare.add((tmp_path / "mine.nii.gz",), "bone_1")
    assert comparison.sources[-1].title == "mine"
    assert comparison.columns[-1] == comparison.sources[-1].key
    assert [tile.caption for tile in comparison.tiles[0].tiles][-1] == "mine"
    with pytest.raises(InputError, match="NIfTI"):
        compare.add((tmp_path / "notes.txt",))


def test_the_mask_of_one_bone_says_so_on_the_others(compare, comparison, qtbot, small_case, tmp_path) -> None:
    write_volume(Volume(small_case.masks()[0], small_case.grid), tmp_path / "mine.nii.gz")
    compare.open()
    compare.choose_rows(("bone_1", "bone_2"))
    compare.add((tmp_path / "mine.nii.gz",), "bone_1")
    qtbot.waitUntil(lambda: comparison.tiles[1].tiles[-1].lines == ("not available",), timeout=5000)
    assert "bone_2" in comparison.tiles[1].tiles[-1].tip
    assert comparison.tiles[0].tiles[-1].content is not None


def test_runs_predict_every_row_and_follow_threshold_and_rules(
    compare, comparison, session, filled, monkeypatch, tmp_path, qtbot
) -> None:
    def predict(runs, case, settings):
        return Prediction(case.case_id, np.where(case.masks()[0], np.float32(0.6), np.float32(0.3)))

    monkeypatch.setattr("napari_rpdl.learning.prediction.predict", predict)
    session.run = tmp_path / "run_1"
    compare.open()
    compare.choose_rows(("bone_1", "bone_2"))
    compare.choose_columns(("surgeon:surgeon_1", f"run:{tmp_path / 'run_1'}"))
    compare.choose_reference("surgeon:surgeon_1")
    filled()
    assert [row.tiles[1].lines[0] for row in comparison.tiles] == ["Dice 1.00  RPD 1.00"] * 2
    session.threshold = 0.9
    qtbot.waitUntil(lambda: comparison.tiles[0].tiles[1].lines[0] == "Dice 0.00  RPD 0.00", timeout=5000)
    session.more_runs = (tmp_path / "run_2",)
    assert [source.title for source in comparison.sources][-3:] == ["run_1", "run_2", "mean of 2"]


def test_a_threshold_that_was_tuned_counts_at_once(
    compare, comparison, session, filled, monkeypatch, tmp_path, qtbot
) -> None:
    def predict(runs, case, settings):
        tuned = 0.5 if threshold_path(run / "checkpoint_best.safetensors").is_file() else None
        return Prediction(case.case_id, np.where(case.masks()[0], np.float32(0.6), np.float32(0.3)), tuned=tuned)

    monkeypatch.setattr("napari_rpdl.learning.prediction.predict", predict)
    session.run = run = tmp_path / "run_1"
    session.rules = DecisionSettings(rule="tuned")
    compare.open()
    compare.choose_columns((f"run:{run}",))
    qtbot.waitUntil(lambda: comparison.tiles[0].tiles[0].lines == ("not available",), timeout=5000)
    assert "napari-rpdl tune" in comparison.tiles[0].tiles[0].tip
    session.predicting = True
    run.mkdir()
    threshold_path(run / "checkpoint_best.safetensors").write_text("{}")
    session.predicting = False
    filled()
    assert comparison.tiles[0].tiles[0].lines[0].startswith("Dice 0.")


def test_nothing_is_made_while_nobody_looks(compare, session, jobs, qtbot) -> None:
    compare.open()
    compare.close()
    session.cut = Cut("axial", 0.4)
    session.threshold = 0.7
    qtbot.wait(200)
    assert jobs.names == []
    assert jobs.cancelled == ["compare"]


def test_another_dataset_starts_anew(compare, comparison, session, small_dataset, filled) -> None:
    compare.open()
    filled()
    session.case = None
    session.dataset = replace(small_dataset, name="other")
    assert (comparison.tiles, comparison.rows, comparison.reference) == ((), (), "")
    session.case = session.dataset.case("bone_2")
    assert comparison.rows == ("bone_2",)


def test_without_a_dataset_it_says_what_to_do(session, comparison, jobs, qtbot) -> None:
    CompareCoordinator(session, comparison, jobs, PredictionSettings).open()
    assert "dataset" in comparison.busy
    assert comparison.tiles == ()


def test_synthetic_data_say_so_and_others_do_not(compare, comparison, session, small_dataset) -> None:
    assert comparison.origin == "small"
    session.dataset = replace(small_dataset, origin="phantom of three balls")
    assert "synthetic" in comparison.origin
    session.dataset = None
    assert comparison.origin == ""


def test_bones_without_structures_and_surgeons_of_other_bones(
    session, comparison, jobs, qtbot, small_dataset, tmp_path
):
    """One bone is a recording by two of three surgeons only."""
    folder = tmp_path / "mixed"
    with DatasetWriter(
        folder, name="x", table=small_dataset.table, surgeons=small_dataset.surgeons, origin="", licence=""
    ) as w:
        w.add(small_dataset.case("bone_1"))
        bare = small_dataset.case("bone_2")
        w.add(replace(bare, structures=None, annotations=bare.annotations[:2]))
    compare = CompareCoordinator(session, comparison, jobs, PredictionSettings)
    session.dataset = Dataset.open(folder)
    session.case = session.dataset.case("bone_1")
    compare.open()
    compare.choose_rows(("bone_1", "bone_2"))
    qtbot.waitUntil(lambda: comparison.tiles[1].tiles[3].lines == ("did not drill this bone",), timeout=5000)
    assert comparison.tiles[1].tiles[1].content is not None


def test_the_figure_has_the_tiles_of_the_grid_in_their_order(compare, comparison, filled, session, tmp_path) -> None:
    compare.open()
    compare.choose_reference("surgeon:surgeon_1")
    filled()
    colors = [(10 * rank, 0, 0) for rank in range(4)]
    compare.save_figure(tmp_path / "f.svg", lambda n: [[np.full((n, n, 3), color, np.uint8) for color in colors]])
    svg = (tmp_path / "f.svg").read_text()
    places = [svg.index(f">{name}<") for name in ("Original", "surgeon_1", "surgeon_2", "surgeon_3")]
    assert places == sorted(places)
    assert "drilled like surgeon_1" in svg
    assert "f.svg" in session.told
    compare.save_figure(tmp_path / "f.docx", lambda n: [[np.zeros((n, n, 3), np.uint8)] * 4])
    assert not (tmp_path / "f.docx").exists()
