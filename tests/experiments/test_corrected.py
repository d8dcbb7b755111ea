"""What corrections of an experiment's predictions cost, method by method."""

import pytest

from napari_rpdl.drilling.effort import Effort
from napari_rpdl.experiments.corrected import corrections_of_methods
from napari_rpdl.experiments.results_report import write_results_report
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.learning.runs import run_name


def effort(run: str, case_id: str = "bone_1", added: int = 10, start: str = "prediction") -> Effort:
    return Effort(case_id, "anna", start, run, added, 2, 0.5, 1.5, "mm", 1.0, 3)


@pytest.fixture
def names(results) -> dict[str, str]:
    """Two runs of one method and one of another, by what the viewer writes into a log."""
    runs = [run for run in read_score_folder(results).runs if run.record.hold_out == ("bone_1",)]
    by_loss = {loss: run_name(run.folder) for loss in ("dice", "rpdl") for run in runs if run.settings.loss == loss}
    return {**by_loss, "other seed": by_loss["dice"][:-1] + ("0" if by_loss["dice"].endswith("1") else "1")}


def test_runs_of_a_method_are_one_row(results, names):
    told = [effort(names["dice"]), effort(names["other seed"], added=30), effort(names["rpdl"], added=4)]
    found = {one.method: one for one in corrections_of_methods(told, read_score_folder(results))}
    assert set(found) == {"paper/unet-published/dice", "paper/unet-published/rpdl"}
    assert found["paper/unet-published/dice"].corrections == 2
    assert found["paper/unet-published/dice"].changed.value == pytest.approx((12 + 32) / 2)
    assert found["paper/unet-published/rpdl"].changed.value == 6


def test_other_starts_other_runs_and_bones_that_were_learned_do_not_count(results, names):
    told = [effort("anna", start="surgeon"), effort("a run of another experiment"), effort(names["dice"], "bone_8")]
    assert corrections_of_methods(told, read_score_folder(results)) == ()


def test_the_report_tells_them(results, names, tmp_path):
    told = [effort(names["rpdl"], added=1232)]
    text = write_results_report(read_score_folder(results), tmp_path / "page", told).read_text(encoding="utf-8")
    for words in ("What it cost to correct predictions", "1234.00", "0.50 mm"):
        assert words in text
