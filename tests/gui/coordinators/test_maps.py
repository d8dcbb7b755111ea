"""When the map is built and shown."""

import numpy as np
import pytest

from napari_rpdl.gui import layers as shown
from napari_rpdl.gui.coordinators.maps import MapCoordinator
from napari_rpdl.settings import RPMapSettings


@pytest.fixture
def maps(session, layers, jobs, small_case) -> MapCoordinator:
    layers.show_case(small_case)
    made = MapCoordinator(session, layers, jobs)
    session.case = small_case
    return made


def test_nothing_is_built_until_it_is_wanted(maps, session, jobs) -> None:
    assert jobs.names == ["implication"]
    assert session.rpmap_range is None


def test_the_votes_are_counted_and_decided_on(maps, session, small_case) -> None:
    votes = np.sum(small_case.masks(), axis=0)
    assert session.implication.voxels == tuple(np.bincount(votes.ravel()))
    maps.leave_out(frozenset({"surgeon_3"}))
    assert session.implication.surgeons == 2
    maps.leave_out(frozenset(small_case.surgeons))
    assert session.implication is None


def test_the_consensus_is_outlined_and_solid(maps, viewer, small_case) -> None:
    maps.choose_consensus(2)
    assert np.array_equal(viewer.layers[shown.CONSENSUS_OUTLINE].data, np.sum(small_case.masks(), axis=0) >= 2)
    assert len(viewer.layers[shown.CONSENSUS].data[0]) > 3
    maps.leave_out(frozenset({"surgeon_2", "surgeon_3"}))
    assert not viewer.layers[shown.CONSENSUS_OUTLINE].visible
    maps.leave_out(frozenset())
    assert viewer.layers[shown.CONSENSUS_OUTLINE].visible
    maps.choose_consensus(0)
    assert not viewer.layers[shown.CONSENSUS_OUTLINE].visible


def test_the_map_is_that_of_the_paper(maps, session, viewer, small_case) -> None:
    maps.show(True)
    votes = np.sum(small_case.masks(), axis=0)
    assert np.asarray(viewer.layers[shown.RPMAP].data) == pytest.approx(np.where(votes, votes / 3, -1))
    assert session.rpmap_range == pytest.approx((-1, 1))


def test_settings_change_it_at_once_and_hiding_hides_it(maps, session, viewer) -> None:
    maps.show(True)
    maps.choose_settings(RPMapSettings(penalty=0.25))
    assert session.rpmap_range == pytest.approx((-0.25, 1))
    maps.show(False)
    assert not viewer.layers[shown.RPMAP].visible
    assert session.rpmap_range is None
