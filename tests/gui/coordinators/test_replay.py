"""A recorded drilling is played."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.drilling.burr import path, swept
from napari_rpdl.errors import InputError
from napari_rpdl.gui import roles
from napari_rpdl.gui.coordinators import replay as module
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.replay import ReplayCoordinator
from napari_rpdl.gui.drill_state import DrillState


@pytest.fixture
def cases(session, layers, jobs, small_dataset) -> CaseCoordinator:
    """The first bone was drilled by anna, whose burr was recorded along y."""
    way = path(np.array([8.0, 2, 11]), np.array([8.0, 13, 11]), 3.0, (1, 1, 1))
    found = swept(way, 3.0, (1, 1, 1), (16, 16, 16))
    mask = np.zeros((16, 16, 16), bool)
    mask[found.box] = found.voxels
    small_dataset.add_annotation("bone_1", Annotation("anna", mask, way.astype(np.float32)))
    made = CaseCoordinator(session, layers, jobs)
    made.open_dataset(small_dataset.folder)
    return made


@pytest.fixture
def replays(session, layers, jobs, cases) -> ReplayCoordinator:
    made = ReplayCoordinator(session, layers, jobs, cases.make_solids)
    cases.show_case("bone_1")
    return made


def shown(viewer) -> np.ndarray:
    return np.asarray(viewer.layers[roles.BEING_DRILLED].data).astype(bool)


def test_only_recorded_drillings_are_offered(replays, session, cases) -> None:
    assert session.replayable == ("anna",)
    with pytest.raises(InputError, match="not recorded"):
        module._stage(session.case, "surgeon_1")
    cases.show_case("bone_2")
    assert session.replayable == ()


def test_any_moment_can_be_chosen(replays, session, viewer) -> None:
    replays.open("anna")
    steps = session.replay.steps
    final = session.case.annotation("anna").mask
    replays.go_to(steps)
    assert np.array_equal(shown(viewer), final)
    assert viewer.layers[roles.BURR].visible
    replays.go_to(steps // 2)
    half = shown(viewer).copy()
    assert 0 < half.sum() < final.sum()
    assert not (half & ~final).any()
    assert session.replay.step == steps // 2
    assert session.replay.distance.structure in {"dura", "facial nerve"}
    replays.go_to(0)
    assert not shown(viewer).any()
    assert not viewer.layers[roles.BURR].visible
    replays.close()
    assert session.replay is None
    assert viewer.layers[roles.BONE].visible


def test_playing_goes_on_until_the_end_and_begins_anew(replays, session) -> None:
    replays.open("anna")
    replays.advance(1.0)
    assert session.replay.step == 0
    replays.play(True)
    replays.advance(0.1)
    assert session.replay.step == 6  # 60 positions a second
    replays.play(False)
    replays.advance(0.1)
    assert session.replay.step == 6
    replays.play(True)
    replays.advance(1000)
    assert (session.replay.step, session.replay.playing) == (session.replay.steps, False)
    replays.play(True)
    assert session.replay.step == 0


def test_large_jumps_make_the_surface_in_the_background(replays, session, viewer, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 0)
    replays.open("anna")
    before = len(viewer.layers[roles.DRILLED_BONE].data[0])
    replays.go_to(session.replay.steps)
    assert len(viewer.layers[roles.DRILLED_BONE].data[0]) != before
    monkeypatch.setattr(module, "_AT_ONCE", 10**9)
    replays.go_to(3)
    surface = replays._stage.surface
    assert len(viewer.layers[roles.DRILL_SITE].data[0]) == max(len(surface.site.vertices), 3)


def test_while_somebody_drills_nothing_is_played(replays, session) -> None:
    session.drilling = DrillState(start="the whole bone")
    with pytest.raises(InputError, match="End that first"):
        replays.open("anna")


def test_another_bone_ends_the_replay(replays, session, cases) -> None:
    replays.open("anna")
    cases.show_case("bone_2")
    assert session.replay is None
    assert session.course is None
    replays.go_to(3)
    replays.play(True)


def test_long_pauses_are_cut_short(small_dataset, cases) -> None:
    case = Dataset.open(small_dataset.folder).case("bone_1")
    course = module._stage(case, "anna").replay.course
    times = np.arange(len(course)) * 0.2
    times[5:] += 300
    played = module._played(replace(course, times_s=times))
    assert played[4] == pytest.approx(0.8)
    assert played[5] == pytest.approx(1.8)
    assert played[-1] == pytest.approx(1.8 + 0.2 * (len(course) - 6))
