"""When the map is shown, and what it follows."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.coordinators.maps import MapCoordinator
from napari_rpdl.settings import RPMapSettings

OWN = RPMapSettings(worths=(-0.5, -0.25, 0.25, 2.0))


@pytest.fixture
def maps(qapp, session, layers, jobs, small_case) -> MapCoordinator:
    layers.show_case(small_case)
    made = MapCoordinator(session, layers, jobs)
    session.case = small_case
    return made


def test_a_bone_is_counted_once_whatever_is_asked(maps, session, jobs) -> None:
    maps.show(True)
    maps.choose_settings(OWN)
    maps.leave_out(frozenset({"surgeon_1"}))
    maps.choose_consensus(1)
    assert jobs.names == ["ballots"]


def test_nothing_is_shown_until_it_is_wanted(maps, session, viewer) -> None:
    assert session.rpmap_range is None
    assert shown.RPMAP not in viewer.layers


def test_the_votes_are_counted_and_decided_on(maps, session, small_case) -> None:
    votes = np.sum(small_case.masks(), axis=0)
    assert session.implication.voxels == tuple(np.bincount(votes.ravel()))
    maps.leave_out(frozenset({"surgeon_3"}))
    assert session.implication.surgeons == 2
    maps.leave_out(frozenset(small_case.surgeons))
    assert session.implication is None


def test_the_consensus_is_outlined_at_once(maps, viewer, small_case) -> None:
    maps.choose_consensus(2)
    assert np.array_equal(viewer.layers[shown.CONSENSUS_OUTLINE].data, np.sum(small_case.masks(), axis=0) >= 2)
    maps.leave_out(frozenset({"surgeon_2", "surgeon_3"}))
    assert not viewer.layers[shown.CONSENSUS_OUTLINE].visible
    maps.leave_out(frozenset())
    assert viewer.layers[shown.CONSENSUS_OUTLINE].visible
    maps.choose_consensus(0)
    assert not viewer.layers[shown.CONSENSUS_OUTLINE].visible


def test_in_3d_surface_and_map_follow_when_the_hand_rests(maps, viewer, layers, jobs, qtbot) -> None:
    layers.standpoint.set_3d(True)
    maps.show(True)
    for votes in (3, 2, 1):
        maps.choose_consensus(votes)
    assert jobs.names == ["ballots"]
    qtbot.waitUntil(lambda: jobs.names == ["ballots", "consensus"], timeout=5000)
    assert viewer.layers[shown.CONSENSUS].visible
    assert viewer.layers[shown.RPMAP].visible
    largest = len(viewer.layers[shown.CONSENSUS].data[0])
    layers.standpoint.set_3d(False)
    layers.standpoint.set_3d(True)
    assert jobs.names == ["ballots", "consensus"]
    assert len(viewer.layers[shown.CONSENSUS].data[0]) == largest > 3


def test_a_consensus_chosen_in_slices_is_made_solid_on_turning(maps, viewer, layers, jobs, qtbot) -> None:
    maps.choose_consensus(2)
    layers.standpoint.set_3d(True)
    qtbot.waitUntil(lambda: "consensus" in jobs.names, timeout=5000)
    assert viewer.layers[shown.CONSENSUS].visible


def test_the_map_is_that_of_the_paper(maps, session, viewer, small_case) -> None:
    maps.show(True)
    votes = np.sum(small_case.masks(), axis=0)
    assert np.asarray(viewer.layers[shown.RPMAP].data) == pytest.approx(np.where(votes, votes / 3, -1))
    assert session.rpmap_range == pytest.approx((-1, 1))


def test_own_worths_are_the_map_and_may_move_the_decision(maps, session, viewer, small_case) -> None:
    maps.show(True)
    before = session.implication.votes
    maps.choose_settings(replace_worths(-1, -5, -5, 5))
    assert session.implication.votes > before
    maps.choose_settings(OWN)
    votes = np.sum(small_case.masks(), axis=0)
    assert np.array_equal(np.asarray(viewer.layers[shown.RPMAP].data), np.float32(OWN.worths)[votes])
    assert viewer.layers[shown.RPMAP].contrast_limits == [-2, 2]
    with pytest.raises(InputError, match="Expected 4 weights"):
        maps.choose_settings(replace_worths(-1, 1))
    assert session.rpmap == OWN


def replace_worths(*worths: float) -> RPMapSettings:
    return RPMapSettings(worths=worths)


def test_own_worths_for_another_number_of_surgeons_are_given_up_in_words(maps, session, small_case) -> None:
    maps.choose_settings(OWN)
    maps.leave_out(frozenset({"surgeon_1"}))
    assert session.rpmap == RPMapSettings()
    assert "2 count now" in session.told
    maps.choose_settings(replace_worths(-1, 0, 1))
    session.case = replace(small_case, annotations=small_case.annotations[:2])
    assert session.implication.surgeons == 1
    assert session.rpmap == RPMapSettings()


def test_settings_change_it_at_once_and_hiding_hides_it(maps, session, viewer) -> None:
    maps.show(True)
    maps.choose_settings(RPMapSettings(penalty=0.25))
    assert session.rpmap_range == pytest.approx((-0.25, 1))
    maps.show(False)
    assert not viewer.layers[shown.RPMAP].visible
    assert session.rpmap_range is None
