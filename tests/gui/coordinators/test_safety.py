"""Regions are measured when they are chosen and when they change."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.evaluation.clearance import clearances
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.coordinators.safety import SafetyCoordinator
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY


class Cavities:
    """Remembers what it was asked."""

    def __init__(self, session) -> None:
        self.session, self.asked = session, []

    def region_of(self, case, who):
        if who == BY_CONSENSUS:
            return np.sum(case.masks(), axis=0) >= max(self.session.consensus, 1)
        if who == BY_NETWORK:
            return self.session.decision.mask if self.session.decision else None
        return case.annotation(who).mask

    def choose_left_by(self, who) -> None:
        self.session.left_by = who

    def choose_surgeons(self, surgeons) -> None:
        self.asked.append(surgeons)


@pytest.fixture
def safety(session, layers, jobs, small_case) -> SafetyCoordinator:
    layers.show_case(small_case)
    made = SafetyCoordinator(session, layers, jobs, Cavities(session))
    session.case = small_case
    return made


def distances(session) -> dict[str, float]:
    return {one.clearance.structure: one.clearance.distance for one in session.safety}


def expected(mask, case) -> dict[str, float]:
    return {one.structure: pytest.approx(one.distance) for one in clearances(mask, case)}


def test_a_surgeon_is_measured_and_so_on_the_next_bone(safety, session, small_case, small_dataset) -> None:
    safety.measure("surgeon_1")
    assert distances(session) == expected(small_case.masks()[0], small_case)
    second = small_dataset.case("bone_2")
    session.case = second
    assert distances(session) == expected(second.masks("surgeon_1")[0], second)
    safety.measure(BY_NOBODY)
    assert session.safety == ()


def test_the_consensus_is_measured_and_cut_out_as_the_slider_moves(safety, session, small_case, qtbot) -> None:
    safety.show_wall(True)
    safety.measure(BY_CONSENSUS)
    assert session.left_by == BY_CONSENSUS
    everyone = expected(np.sum(small_case.masks(), axis=0) >= 3, small_case)
    assert distances(session) != everyone
    session.consensus = 3
    qtbot.waitUntil(lambda: distances(session) == everyone, timeout=3000)


def test_a_network_is_measured_again_when_it_decides_anew(safety, session, small_case, qtbot) -> None:
    safety.measure(BY_NETWORK)
    assert session.safety == ()
    session.decision = SimpleNamespace(mask=small_case.labels() == 5)
    qtbot.waitUntil(lambda: bool(session.safety), timeout=3000)
    assert (session.safety[0].clearance.structure, session.safety[0].clearance.distance) == ("facial nerve", 0)


def test_the_wall_is_shown_in_the_cavity_and_hides_glassy_regions(safety, session, layers, viewer) -> None:
    layers.standpoint.set_3d(True)
    safety.measure("surgeon_3")
    assert shown.WALL not in viewer.layers
    safety.show_wall(True)
    assert session.left_by == "surgeon_3"
    assert viewer.layers[shown.WALL].visible
    assert len(viewer.layers[shown.WALL].data[1]) > 10
    safety.show_wall(False)
    assert not viewer.layers[shown.WALL].visible
    safety.show_wall(True)
    safety.measure(BY_NOBODY)
    assert not viewer.layers[shown.WALL].visible


def test_without_structures_there_is_nothing_to_measure(safety, session, small_case, viewer) -> None:
    safety.show_wall(True)
    session.case = replace(small_case, structures=None)
    safety.measure("surgeon_1")
    assert session.safety == ()
