import numpy as np
import pytest

from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings


def test_effort_tells_what_a_correction_cost(result, run, small_dataset):
    case = small_dataset.case("bone_1")
    start = case.annotation("surgeon_1").mask
    times = iter(np.arange(0, 100, 15.0))
    drilling = RecordedDrilling.begin(
        Surroundings(case), "surgeon", "surgeon_1", start, None, clock=lambda: float(next(times))
    )
    drilling.begin_stroke(Tool(5.0))
    drilling.extend(np.array([3.0, 3, 9]))
    drilling.end_stroke()
    drilling.save(small_dataset.folder, "anna")
    (found,) = result("effort", small_dataset.folder)["efforts"]
    assert (found["case_id"], found["surgeon"], found["start"], found["removed"]) == ("bone_1", "anna", "surgeon", 0)
    assert found["added"] == (drilling.region.mask & ~start).sum() > 0
    assert found["minutes"] == pytest.approx(0.75)
    text = run("effort", small_dataset.folder, "--idle-s", "10")[1]
    assert "surgeon_1" in text
    assert "0.250" in text, "fifteen seconds of drilling; the pauses are longer than ten seconds"


def test_a_dataset_without_drillings_says_so(run, small_dataset):
    assert "No region" in run("effort", small_dataset.folder)[1]
