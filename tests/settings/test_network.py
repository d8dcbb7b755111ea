from itertools import product
from typing import get_args

import pytest
from pydantic import ValidationError

from napari_rpdl.settings import NetworkSettings
from napari_rpdl.settings.network import Encoding


def test_every_combination_of_what_a_network_can_see_has_a_name():
    """Structures one way, the other or not at all; distances or not; CT or not; but something."""
    parts = product(("one-hot", "ordinal", ""), ("distances", ""), ("ct", ""))
    names = {"+".join(part for part in chosen if part) for chosen in parts} - {""}
    assert set(get_args(Encoding)) == names


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": (8,)},
        {"channels": (8, 0)},
        {"channels": (8, 10**9)},
        {"dropout": 1.0},
        {"filters": -1},
        {"distance_limit": 0},
        {"encoding": "distances+one-hot"},
        {"name": "unet3d"},
    ],
)
def test_what_makes_no_network_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        NetworkSettings(**wrong)


def test_a_v_net_from_before_there_was_a_choice_ends_as_it_did():
    written = NetworkSettings(name="vnet-milletari16").model_dump(mode="json")
    assert NetworkSettings.model_validate(written).last_layer == "original"
    del written["last_layer"]
    assert NetworkSettings.model_validate(written).last_layer == "monai"
    assert NetworkSettings.model_validate(written | {"name": "unet"}).last_layer == "original"
    assert NetworkSettings.model_validate({"name": "vnet-milletari16"}).last_layer == "original", "written by hand"
