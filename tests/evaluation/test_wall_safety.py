"""Walls, bands and exposed faces by hand, and against all pairs of voxels."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from scipy.spatial.distance import cdist

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.clearance import clearances
from napari_rpdl.evaluation.wall_safety import BANDS, CriticalSurfaces, band_numbers, wall_of, wall_safety

NERVE = 5


def block(case, spacing):
    """Return bone (1) with air (0) above y = 0, a nerve plate at y = 8, and a 3 x 3 shaft down to y = 4."""
    grid = Grid.of_shape((12, 12, 12), spacing)
    labels = np.ones((12, 12, 12), np.uint8)
    labels[:, 0] = 0
    labels[:, 8] = NERVE
    shaft = np.zeros((12, 12, 12), bool)
    shaft[4:7, 1:5, 4:7] = True
    return replace(case, grid=grid, structures=Volume(labels, grid), annotations=()), shaft


def test_the_wall_of_a_shaft_is_counted_by_hand(small_case) -> None:
    """The ring of 8 stands at depths 1 to 4 (the last of them with the middle as the floor); air above is no wall."""
    case, shaft = block(small_case, (0.5, 0.5, 0.5))
    assert wall_of(shaft, case.labels(), case.table).sum() == 3 * 8 + 9
    (nerve,) = wall_safety(shaft, case)
    assert nerve.clearance.distance == pytest.approx(2.0)
    assert (nerve.place[1], nerve.clearance.voxel[1]) == (4, 8)
    assert nerve.clearance.band == "2-3 mm"
    # floor 9 voxels at 2 mm, the ring at 2.5, 3 and 3.5 mm
    assert dict(zip(BANDS, nerve.wall, strict=True)) == {
        "inside": 0, "below resolution": 0, "< 1": 0, "1-2": 0, "2-3": 9 + 8, "> 3": 16
    }  # fmt: skip
    assert (nerve.exposed, nerve.clearance.inside, nerve.surgeons) == (0.0, 0, None)


def test_a_drilled_nerve_is_inside_and_its_open_faces_are_an_area(small_case) -> None:
    """A shaft through the plate takes 9 voxels of it and leaves 12 faces of 0.5 x 0.5 mm around the hole."""
    case, shaft = block(small_case, (0.5, 0.5, 0.5))
    shaft[4:7, 1:9, 4:7] = True
    (nerve,) = wall_safety(shaft, case)
    assert (nerve.clearance.inside, nerve.clearance.distance, nerve.clearance.band) == (9, 0.0, "inside")
    assert nerve.exposed == pytest.approx(12 * 0.25)
    inside = dict(zip(BANDS, nerve.wall, strict=True))["inside"]
    assert inside == 9  # the plate is the floor
    unknown = replace(case, grid=Grid.of_shape((12, 12, 12), None))
    unknown = replace(unknown, structures=Volume(case.labels(), unknown.grid))
    (counted,) = wall_safety(shaft, unknown)
    assert (counted.exposed, counted.clearance.unit, counted.clearance.band) == (12, "voxels", "inside")


def test_faces_that_touch_have_the_area_of_their_side(small_case) -> None:
    case, shaft = block(small_case, (0.4, 0.5, 0.7))
    shaft[4:7, 1:8, 4:7] = True
    (nerve,) = wall_safety(shaft, case)
    assert nerve.exposed == pytest.approx(9 * 0.4 * 0.7)
    assert nerve.clearance.band == "below resolution"
    assert nerve.clearance.distance == pytest.approx(0.5)


@pytest.mark.parametrize("spacing", [(0.4, 0.5, 0.7), None])
def test_it_agrees_with_a_distance_transform_and_with_all_pairs(small_case, spacing) -> None:
    grid = Grid.of_shape((16, 16, 16), spacing)
    case = replace(small_case, grid=grid, structures=Volume(small_case.labels(), grid))
    mask = np.random.default_rng(3).random((16, 16, 16)) < 0.2
    mask[case.labels() == 0] = False
    mask[case.labels() == NERVE] = False
    wall, resolution = wall_of(mask, case.labels(), case.table), float(np.linalg.norm(grid.steps))
    found = {one.clearance.structure: one for one in wall_safety(mask, case)}
    for one in clearances(mask, case):
        ours = found[one.structure].clearance
        assert (ours.distance, ours.inside, ours.band) == (pytest.approx(one.distance), one.inside, one.band)
    for code, name in ((NERVE, "facial nerve"), (8, "dura")):
        away = distance_transform_edt(case.labels() != code, sampling=grid.steps)[wall]
        counts = np.bincount(band_numbers(away, resolution), minlength=len(BANDS))
        assert found[name].wall == tuple(counts)
        between = cdist(np.argwhere(case.labels() == code) * grid.steps, np.argwhere(mask) * grid.steps)
        assert found[name].clearance.distance == pytest.approx(between.min())
        pair = np.subtract(found[name].place, found[name].clearance.voxel) * grid.steps
        assert np.linalg.norm(pair) == pytest.approx(between.min())


def test_surgeons_stand_beside_it_without_the_one_who_is_measured(small_case) -> None:
    own = small_case.annotation("surgeon_2").mask
    others = [small_case.annotation(name).mask for name in ("surgeon_1", "surgeon_3")]
    for one in wall_safety(own, small_case, without="surgeon_2", surfaces=CriticalSurfaces(small_case)):
        theirs = [
            {other.structure: other.distance for other in clearances(mask, small_case)}[one.clearance.structure]
            for mask in others
        ]
        assert one.surgeons == pytest.approx(np.median(theirs))


def test_bands_keep_what_the_grid_cannot_tell_apart() -> None:
    distances = np.array([0, 0.5, 0.8, 1.0, 1.9, 2.0, 3.0, 9.0])
    assert band_numbers(distances, 0.5).tolist() == [0, 1, 2, 3, 3, 4, 5, 5]
    assert band_numbers(distances, 1.9).tolist() == [0, 1, 1, 1, 1, 4, 5, 5]


def test_without_region_structures_or_fit_there_is_nothing_to_say(small_case) -> None:
    nothing = np.zeros((16, 16, 16), bool)
    assert wall_safety(nothing, small_case) == ()
    bare = replace(small_case, structures=None)
    assert wall_safety(~nothing, bare) == ()
    assert CriticalSurfaces(bare).names == ()
    with pytest.raises(InputError, match="mask"):
        wall_safety(nothing[:3], small_case)
