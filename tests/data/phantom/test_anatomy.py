"""Bones measured from their voxels, against the literature (docs/phantom.md has the sources)."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from napari_rpdl.data.phantom.bone import CODES


@pytest.fixture(scope="module")
def step(fine_bone) -> float:
    return fine_bone.grid.spacing_mm[0]


@pytest.fixture(scope="module")
def places(fine_bone, step):
    """Voxel centres (z, y, x) of each structure, in mm."""
    labels = fine_bone.labels()
    return {name: np.argwhere(labels == code) * step for name, code in CODES.items() if code > 1}


def gap(one, other, step) -> float:
    """Smallest distance between two walls: between centres, less a voxel."""
    return cKDTree(one).query(other)[0].min() - step


def test_all_thirteen_structures_are_there(fine_bone):
    assert set(np.unique(fine_bone.labels())) == set(range(14))


def test_the_facial_nerve_is_one_piece_as_long_as_published(places, step):
    nerve = places["facial nerve"]
    pairs = cKDTree(nerve).query_pairs(1.8 * step, output_type="ndarray")
    lengths = np.linalg.norm(nerve[pairs[:, 0]] - nerve[pairs[:, 1]], axis=1)
    graph = csr_matrix((lengths, pairs.T), shape=(len(nerve), len(nerve)))
    far = dijkstra(graph, directed=False, indices=0)
    assert np.isfinite(far).all()
    longest = dijkstra(graph, directed=False, indices=int(far.argmax())).max()
    assert longest == pytest.approx(33.3, abs=2 * 2.0 + 2 * step)


def test_the_mastoid_segment_is_as_thick_as_published(places, step):
    z = places["facial nerve"][:, 0]
    lower = (z > z.min() + 4) & (z < z.min() + 9)
    area = lower.sum() * step**2 / (round(5 / step) - 1)
    assert 2 * np.sqrt(area / np.pi) == pytest.approx((1.74 + 2.29) / 2, abs=step)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("incus", "facial nerve", 0.7, 1.6),
        ("ear canal", "facial nerve", 2.4, 4.4),
        ("sigmoid sinus", "incus", 14.4, 18.9),
        ("ear canal", "sigmoid sinus", 10.2, 17.5),
        ("incus", "dura", 1.1, 5.0),
    ],
)
def test_structures_keep_the_published_distances(places, step, one, other, low, high):
    assert low - step < gap(places[one], places[other], step) < high + step


@pytest.mark.parametrize(
    ("names", "low", "high"),
    [
        (["incus"], 11.9, 15.9),
        (["malleus"], 10.1, 14.4),
        (["facial nerve"], 57, 85),
        (["semicircular canals and vestibule", "cochlea"], 137, 215),
    ],
)
def test_structures_have_the_published_volumes(places, step, names, low, high):
    volume = sum(len(places[name]) for name in names) * step**3
    assert 0.9 * low < volume < 1.1 * high


def test_the_ear_canal_widens_from_the_drum_to_the_entrance(places, step):
    x = np.round(places["ear canal"][:, 2] / step).astype(int)
    _, voxels = np.unique(x, return_counts=True)
    diameters = 2 * np.sqrt(voxels * step**2 / np.pi)
    middle, outer = np.median(diameters[: len(diameters) // 2]), diameters.max()
    assert 8.2 - 2 * step < middle < 10.5
    assert middle < outer < 11.1 + 2.5


def test_pneumatised_bones_hold_far_more_air_than_sclerotic_ones(sample_cases):
    """Air between the antrum and the cortex, behind the canal; published: .33 to .70."""
    shares = []
    for case in sample_cases:
        core = np.sum(case.masks(), axis=0) >= 6
        labels = case.labels()[core]
        shares.append((labels == 0).mean() / (labels <= 1).mean())
    assert max(shares) > 0.3
    assert min(shares) < 0.15
    assert max(shares) < 0.7


def test_left_ears_mirror_right_ears(sample_cases):
    assert {case.side for case in sample_cases} == {"left", "right"}
    for case in sample_cases:
        x = {name: np.argwhere(case.labels() == CODES[name])[:, 2].mean() for name in ("ear canal", "cochlea")}
        assert (x["ear canal"] > x["cochlea"]) == (case.side == "right")


def test_the_face_is_in_front_and_the_brain_above(fine_bone):
    labels = fine_bone.labels()
    z, y = (
        {name: np.argwhere(labels == CODES[name])[:, axis].mean() for name in ("dura", "ear canal", "sigmoid sinus")}
        for axis in (0, 1)
    )
    assert z["dura"] > z["ear canal"]
    assert y["ear canal"] > y["sigmoid sinus"]


def test_bones_differ(sample_cases):
    fields = [case.grid.spacing_mm[0] * 64 for case in sample_cases]
    assert min(fields) >= 55
    assert max(fields) <= 66
    assert max(fields) - min(fields) > 3
    incus = [np.argwhere(case.labels() == CODES["incus"]).mean(0) for case in sample_cases]
    assert np.ptp(incus, axis=0).max() > 5
