"""A drilling at any moment, against regions drilled up to there."""

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.importers.recording_files import find_recordings
from napari_rpdl.data.importers.recordings import drilled_mask
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid
from napari_rpdl.drilling.burr import swept
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import DrilledRegion, Tool
from napari_rpdl.drilling.replay import Replay, course_of, recorded_surgeons
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError


@pytest.fixture
def logged(around, random_strokes) -> Annotation:
    """Drilled with refills, so that some voxels change more than once."""
    times = iter(np.arange(0, 1000, 0.5))
    drilling = RecordedDrilling.begin(
        around, "nothing", "", np.zeros(around.case.grid.shape, bool), None, lambda: next(times)
    )
    for tool, way in random_strokes(30, 4):
        drilling.begin_stroke(tool)
        drilling.extend(way)
        drilling.end_stroke()
    drilling.undo()
    return Annotation("anna", drilling.region.mask.copy(), log=drilling.log)


def test_any_moment_of_a_log_is_the_region_drilled_up_to_there(around, logged):
    course = course_of(around, logged)
    replay = Replay(around, course)
    positions = [(stroke, place) for stroke in logged.log.strokes for place in stroke.positions]
    assert len(course) == len(positions)
    for step in (len(course), 0, len(course) // 2, 3, len(course) - 1, len(course)):
        before = replay.mask.copy()
        box = replay.go_to(step)
        region = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
        for stroke, place in positions[:step]:
            tool = Tool(stroke.diameter, stroke.mode, stroke.spares_critical, stroke.margin)
            region.work_at(np.array(place), tool)
        assert np.array_equal(replay.mask, region.mask)
        changed = before != replay.mask
        if box is not None:
            changed[box] = False
        assert not changed.any()
        if step:
            assert course.volume[step - 1] == replay.mask.sum()
            assert replay.burr[0].tolist() == list(positions[step - 1][1])
            assert course.distance[step - 1] == pytest.approx(replay.distance.distance)
    assert np.array_equal(replay.mask, logged.mask)
    assert replay.go_to(len(course)) is None


def test_time_goes_from_the_first_stroke_to_the_last(around, logged):
    replay = Replay(around, course_of(around, logged))
    times = replay.course.times_s
    assert (np.diff(times) >= 0).all()
    assert times[0] == logged.log.strokes[0].began_s
    assert times[-1] == logged.log.strokes[-1].at_s
    assert replay.step_at(-1) == 0
    assert replay.step_at(times[-1]) == len(times)
    replay.go_to(0)
    assert replay.burr is None
    assert replay.distance is None


def recorded(size: int = 12) -> tuple[Surroundings, Annotation]:
    """A straight shaft along x, drilled from large x to small x by a ball of radius 2."""
    way = np.stack([np.full(size, 6.0), np.full(size, 6.0), np.arange(size - 1, -1, -1.0)], 1)
    grid = Grid.of_shape((size,) * 3)
    found = swept(way, 4.0, grid.steps, grid.shape)
    mask = np.zeros(grid.shape, bool)
    mask[found.box] = found.voxels
    annotation = Annotation("anna", mask, way.astype(np.float32))
    return Surroundings(Case("bone_1", grid, TEMPORAL_BONE, annotations=(annotation,))), annotation


def test_a_recording_without_a_radius_is_played_with_the_one_that_reaches_its_region():
    around, annotation = recorded()
    course = course_of(around, annotation)
    assert course.diameters[0] == pytest.approx(4.0)
    replay = Replay(around, course)
    for step in (1, 5, 12, 3):
        replay.go_to(step)
        ball = swept(annotation.burr_positions[:step].astype(float), 4.0, (1, 1, 1), annotation.mask.shape)
        expected = np.zeros(annotation.mask.shape, bool)
        expected[ball.box] = ball.voxels
        assert np.array_equal(replay.mask, expected)
    assert course.times_s is None
    assert course.distance is None
    assert replay.step_at(7.9) == 7


def test_a_region_whose_drilling_was_not_recorded_cannot_be_played(around):
    with pytest.raises(InputError, match="not recorded"):
        course_of(around, Annotation("anna", np.ones(around.case.grid.shape, bool)))


def test_who_can_be_played(around, logged):
    bare = Annotation("ben", logged.mask)
    case = Case("bone_1", around.case.grid, TEMPORAL_BONE, annotations=(logged, bare, *_other(logged)))
    assert recorded_surgeons(case) == ("anna", "cy")


def _other(logged: Annotation) -> tuple[Annotation]:
    return (Annotation("cy", logged.mask, np.zeros((2, 3), np.float32)),)


@pytest.mark.real_data
def test_a_surgeons_real_recording_is_played_to_its_region(cm_recordings):
    recording = find_recordings(cm_recordings / "recordings.npz")[0]
    positions = recording.read()
    mask = drilled_mask(positions, 8.0, 64)
    on_grid = (positions + np.float32(0.5)) / np.float32(4) - np.float32(0.5)
    annotation = Annotation(recording.surgeon, mask, on_grid)
    grid = Grid.of_shape((64, 64, 64))
    around = Surroundings(Case("bone_1", grid, TEMPORAL_BONE, annotations=(annotation,)))
    course = course_of(around, annotation)
    assert 2 * 1.5 < course.diameters[0] < 2 * 2.5  # drilled with a radius of 8 / 4 = 2 voxels
    replay = Replay(around, course)
    replay.go_to(len(course))
    assert np.array_equal(replay.mask, mask)
    halfway = drilled_mask(positions[: len(positions) // 2], 8.0, 64)
    replay.go_to(len(positions) // 2)
    overlap = 2 * (replay.mask & halfway).sum() / (replay.mask.sum() + halfway.sum())
    assert overlap > 0.95
    assert (np.diff(course.volume) >= 0).all()
