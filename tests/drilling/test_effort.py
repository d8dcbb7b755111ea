"""What a correction cost, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import DrillLog, LogHeader, Stroke, start_from
from napari_rpdl.drilling.effort import effort_of, efforts
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings


@pytest.fixture
def corrected(bone) -> Annotation:
    """A slab of 4 planes, moved by one plane along z (0.5 mm)."""
    start, end = np.zeros((2, *bone.grid.shape), bool)
    start[4:8], end[5:9] = True, True
    strokes = tuple(
        Stroke(diameter=1.0, positions=((1.0, 1.0, 1.0),), began_s=began, at_s=began + 10) for began in (20.0, 300.0)
    )
    header = LogHeader(
        case_id="bone_1", shape=start.shape, unit="mm", started_at="2026", start=start_from("prediction", "run", start)
    )
    return Annotation("anna", end, log=DrillLog(header=header, events=strokes))


def test_voxels_distances_and_minutes(bone, corrected):
    effort = effort_of(bone, corrected)
    plane = 20 * 16
    assert (effort.added, effort.removed) == (plane, plane)
    assert effort.hd95 == pytest.approx(0.5)
    assert 0 < effort.mean_distance < 0.5
    assert effort.minutes == pytest.approx(40 / 60)
    assert (effort.start, effort.start_name, effort.unit, effort.strokes) == ("prediction", "run", "mm", 2)


def test_from_nothing_there_is_no_distance_and_without_a_log_no_effort(bone, corrected):
    nothing = start_from("nothing", "", np.zeros(bone.grid.shape, bool))
    log = corrected.log
    fresh = replace(corrected, log=log.model_copy(update={"header": log.header.model_copy(update={"start": nothing})}))
    assert effort_of(bone, fresh).hd95 is None
    assert effort_of(bone, fresh).added == 4 * 20 * 16
    assert effort_of(bone, replace(corrected, log=None)) is None


def test_a_dataset_tells_the_efforts_of_all_that_was_drilled_here(small_dataset):
    case = small_dataset.case("bone_2")
    start = case.annotation("surgeon_1").mask
    drilling = RecordedDrilling.begin(Surroundings(case), "surgeon", "surgeon_1", start, None)
    drilling.begin_stroke(Tool(6.0))
    drilling.extend(np.array([[3.0, 3, 9]]))
    drilling.end_stroke()
    drilling.save(small_dataset.folder, "anna")
    (effort,) = efforts(Dataset.open(small_dataset.folder))
    assert (effort.case_id, effort.surgeon, effort.start_name) == ("bone_2", "anna", "surgeon_1")
    assert effort.added == (drilling.region.mask & ~start).sum() > 0
    assert effort.removed == 0
