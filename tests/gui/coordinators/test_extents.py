"""Every bone's regions are measured."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.gui.coordinators.extents import ExtentCoordinator


def test_every_bone_has_its_own(session, jobs, small_dataset) -> None:
    coordinator = ExtentCoordinator(session, jobs)
    assert coordinator is not None
    for name in ("bone_1", "bone_2"):
        session.case = case = small_dataset.case(name)
        voxel_mm3 = np.prod(case.grid.steps)
        assert tuple(session.extents) == case.surgeons
        for surgeon, found in session.extents.items():
            assert found.volume == pytest.approx(case.annotation(surgeon).mask.sum() * voxel_mm3 / 1000)
    session.case = replace(session.case, annotations=())
    assert session.extents == {}
