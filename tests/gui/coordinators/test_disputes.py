"""Hot spots are looked for on every bone."""

from dataclasses import replace

from napari_rpdl.evaluation.hot_spots import hot_spots
from napari_rpdl.gui.coordinators.disputes import DisputeCoordinator


def test_every_bone_of_several_surgeons_has_its_own(session, jobs, small_dataset) -> None:
    coordinator = DisputeCoordinator(session, jobs)
    assert coordinator is not None
    for name in ("bone_1", "bone_2"):
        session.case = small_dataset.case(name)
        assert session.hot_spots == hot_spots(session.case)
        assert session.hot_spots
    session.case = replace(session.case, annotations=session.case.annotations[:1])
    assert session.hot_spots == ()
    assert jobs.names == ["hot spots"] * 2
