"""What is saved can be read again, and what cannot be saved is said in words."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.ballots import Ballots
from napari_rpdl.data.nifti import read_volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.saving import SavingCoordinator
from napari_rpdl.gui.session import BY_NOBODY


@pytest.fixture
def saving(session, small_case) -> SavingCoordinator:
    session.case = small_case
    found = Ballots.of(small_case.masks()).rpmap([True] * 3)
    return SavingCoordinator(session, lambda: found, lambda case, who: case.annotation(who).mask)


def test_a_map_gets_the_ending_that_is_missing(saving, session, small_case, tmp_path) -> None:
    saving.save_rpmap(tmp_path / "map")
    assert "map.nii.gz" in session.told
    votes = np.sum(small_case.masks(), axis=0)
    saved = read_volume(tmp_path / "map.nii.gz")
    assert saved.voxels == pytest.approx(np.where(votes, votes / 3, -1))
    assert saved.grid.affine == pytest.approx(small_case.grid.affine)


def test_the_measured_region_is_saved(saving, session, small_case, tmp_path) -> None:
    session.measured = "surgeon_3"
    saving.save_region(tmp_path / "region.nii")
    assert np.array_equal(read_volume(tmp_path / "region.nii").voxels, small_case.annotation("surgeon_3").mask)


def test_what_is_not_there_cannot_be_saved(saving, session, small_case, tmp_path) -> None:
    session.measured = BY_NOBODY
    with pytest.raises(InputError, match="choose first"):
        saving.save_region(tmp_path / "region.nii")
    none = SavingCoordinator(session, lambda: None, lambda case, who: None)
    session.case = replace(small_case, annotations=())
    with pytest.raises(InputError, match="no map"):
        none.save_rpmap(tmp_path / "map.nii")
    assert not [*tmp_path.glob("*.nii*")]
