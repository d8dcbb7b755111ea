from typing import get_args

import numpy as np
import pytest
import torch

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import PUBLISHED_CM, Structure, StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.learning.encoding import check_codes, encode, has_static_channels, input_channels, static_channels
from napari_rpdl.settings import NetworkSettings
from napari_rpdl.settings.network import Encoding

ONE_HOT, ORDINAL = NetworkSettings(encoding="one-hot"), NetworkSettings(encoding="ordinal")
CODES = (0, 1, 5, 200)


def test_one_hot_has_a_channel_for_each_code():
    structures = torch.tensor([0, 1, 5, 200, 5, 0, 1, 1], dtype=torch.uint8).reshape(1, 2, 2, 2)
    encoded = encode(structures, CODES, ONE_HOT)
    expected = np.array(CODES)[None, :, None, None, None] == structures.numpy()[:, None]
    np.testing.assert_array_equal(encoded.numpy(), expected.astype(np.float32))
    assert encoded.dtype == torch.float32
    assert encoded.shape[1] == input_channels(CODES, ONE_HOT)


def test_ordinal_is_the_papers():
    structures = torch.tensor([0, 13], dtype=torch.uint8).reshape(1, 1, 1, 2)
    assert encode(structures, CODES, ORDINAL).flatten().tolist() == [-1.0, 1.0]
    assert input_channels(CODES, ORDINAL) == 1


def test_a_code_that_the_network_never_saw_is_refused():
    check_codes([0, 5], CODES, "bone_1")
    with pytest.raises(InputError, match=r"bone_1 holds structure codes \[7\]"):
        check_codes([0, 7], CODES, "bone_1")


TABLE = StructureTable(
    structures=tuple(
        Structure(code=code, name=f"structure {code}", color="#000000", role=role)
        for code, role in ((0, "air"), (1, "bone"), (5, "critical"), (200, "critical"))
    )
)


def bone(labels: np.ndarray, spacing: tuple[float, float, float] | None = None, ct: np.ndarray | None = None) -> Case:
    grid = Grid.of_shape(labels.shape, spacing)
    return Case("bone_1", grid, TABLE, Volume(labels, grid), Volume(ct, grid) if ct is not None else None)


def nerve() -> np.ndarray:
    """Return 6³ voxels of bone with a nerve of 2³ voxels somewhere inside."""
    labels = np.ones((6, 6, 6), np.uint8)
    labels[1:3, 2:4, 3:5] = 5
    return labels


def brute_force(inside: np.ndarray, steps: tuple[float, float, float]) -> np.ndarray:
    """Return each voxel's distance to the nearest voxel on the other side, by looking at all of them."""
    points = np.indices(inside.shape).reshape(3, -1).T * np.array(steps)
    flat = inside.ravel()
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    nearest = np.where(flat[:, None] != flat[None], distances, np.inf).min(1)
    return np.where(flat, -nearest, nearest).reshape(inside.shape)


@pytest.mark.parametrize(("unit", "steps"), [("voxels", (1, 1, 1)), ("mm", (0.5, 1.0, 2.0))])
def test_distances_are_signed_measured_to_the_surface_and_cut_off(unit, steps):
    settings = NetworkSettings(encoding="one-hot+distances", distance_limit=2.0, distance_unit=unit)
    labels = nerve()
    channels = static_channels(bone(labels, (0.5, 1.0, 2.0)), labels, TABLE, settings)
    exact = brute_force(labels == 5, steps)
    to_surface = exact - np.sign(exact) * min(steps) / 2
    assert channels.dtype == np.float16
    np.testing.assert_allclose(channels[0], np.clip(to_surface / 2, -1, 1), atol=1e-3)
    assert (channels[1] == 1).all()  # this bone has no structure 200: as far away as can be


def test_a_bone_that_is_all_one_structure_lies_wholly_inside():
    labels = np.full((4, 4, 4), 5, np.uint8)
    channels = static_channels(bone(labels), labels, TABLE, NetworkSettings(encoding="distances"))
    assert (channels[0] == -1).all()


def test_ct_is_standardised_and_metal_does_not_set_its_scale():
    random = np.random.default_rng(0)
    ct = random.normal(300, 50, (20, 20, 20)).astype(np.int16)
    labels = np.ones(ct.shape, np.uint8)
    settings = NetworkSettings(encoding="ct")
    clean = static_channels(bone(labels, ct=ct), labels, TABLE, settings)
    assert clean.shape == (1, 20, 20, 20)
    assert clean.astype(float).mean() == pytest.approx(0, abs=1e-2)
    assert clean.astype(float).std() == pytest.approx(1, abs=1e-2)
    metal = ct.copy()
    metal[0, 0, :5] = 30_000
    with_metal = static_channels(bone(labels, ct=metal), labels, TABLE, settings)
    np.testing.assert_allclose(with_metal[0, 5:], clean[0, 5:], atol=0.05)


def test_ct_takes_the_network_s_grid_and_is_mirrored_with_the_structures():
    ct = np.broadcast_to(np.arange(8.0), (8, 8, 8)).copy()
    settings = NetworkSettings(encoding="ct")
    case = bone(np.ones(ct.shape, np.uint8), ct=ct)
    small = np.ones((4, 4, 4), np.uint8)
    plain = static_channels(case, small, TABLE, settings)[0]
    mirrored = static_channels(case, small, TABLE, settings, mirrored=True)[0]
    assert plain.shape == (4, 4, 4)
    assert (np.diff(plain.astype(float), axis=2) > 0).all()
    np.testing.assert_array_equal(mirrored, plain[:, :, ::-1])


@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_every_encoding_has_the_channels_that_it_says(encoding):
    settings = NetworkSettings(encoding=encoding)
    labels = nerve()
    case = bone(labels, ct=np.random.default_rng(0).normal(size=labels.shape))
    static = static_channels(case, labels, TABLE, settings)
    structures = torch.from_numpy(labels)[None]
    encoded = encode(structures, TABLE.codes, settings, torch.from_numpy(static)[None])
    assert encoded.dtype == torch.float32
    assert encoded.shape == (1, input_channels(TABLE.codes, settings, TABLE.codes_of("critical")), 6, 6, 6)
    assert has_static_channels(settings) == (static.shape[0] > 0)
    if static.shape[0]:
        np.testing.assert_array_equal(encoded[0, -static.shape[0] :], static.astype(np.float32))
        with pytest.raises(InputError, match="none were computed"):
            encode(structures, TABLE.codes, settings)


def test_what_a_bone_cannot_show_is_refused_with_the_remedy():
    labels = nerve()
    with pytest.raises(InputError, match=r"bone_1 has no CT\. Add ct\.nii\.gz"):
        static_channels(bone(labels), labels, TABLE, NetworkSettings(encoding="one-hot+ct"))
    for ct in (np.zeros((6, 6, 6)), np.full((6, 6, 6), np.nan)):
        with pytest.raises(InputError, match="finite and differ"):
            static_channels(bone(labels, ct=ct), labels, TABLE, NetworkSettings(encoding="ct"))
    with pytest.raises(InputError, match="voxel size of bone_1 is not known"):
        static_channels(bone(labels), labels, TABLE, NetworkSettings(encoding="distances", distance_unit="mm"))
    with pytest.raises(InputError, match="no critical structure"):
        static_channels(bone(labels), labels, PUBLISHED_CM, NetworkSettings(encoding="distances"))
