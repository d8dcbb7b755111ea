import numpy as np
import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.encoding import check_codes, encode, input_channels
from napari_rpdl.settings import NetworkSettings

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
