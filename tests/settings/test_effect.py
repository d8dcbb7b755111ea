"""That RULES say the truth is tested where the settings act: beside the networks, the losses, and below."""

from typing import get_args

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.settings import (
    PRESETS,
    LossName,
    NetworkName,
    OptimisationSettings,
    RPMapSettings,
    TrainingSettings,
    check_effect,
    idle_fields,
    preset_for,
    without_idle,
)
from napari_rpdl.settings.effect import RULES


def made(changes: dict) -> TrainingSettings:
    return TrainingSettings.model_validate(changes)


REFUSED = {
    "filters": {"network": {"name": "unet", "filters": 16}},
    "filters of med3d": {"network": {"name": "med3d", "filters": 16}},
    "filters of V-net": {"network": {"name": "vnet-milletari16", "filters": 32}},
    "channels": {"network": {"name": "isensee17", "channels": [8, 16]}},
    "stride_padding": {"network": {"stride_padding": "symmetric"}},
    "vae": {"network": {"vae": "off"}},
    "reconstruction": {"network": {"name": "myronenko18", "vae": "off", "reconstruction": "cross-entropy"}},
    "last_layer": {"network": {"last_layer": "monai"}},
    "stages": {"network": {"stages": "dilated"}},
    "weights": {"network": {"weights": "resnet_50.pth"}},
    "distance_limit": {"network": {"encoding": "one-hot+ct", "distance_limit": 5}},
    "distance_unit": {"network": {"distance_unit": "mm"}},
    "smoothing": {"loss": "wcel", "loss_options": {"smoothing": 2}},
    "wcel_weight": {"loss": "bce", "loss_options": {"wcel_weight": 23.485}},
    "wcel_total": {"loss": "dice", "loss_options": {"wcel_total": "sum"}},
    "reduction": {"loss": "wcel", "loss_options": {"wcel_total": "sum", "reduction": "bone"}},
    "cross_entropy_weight": {"loss": "dice", "loss_options": {"cross_entropy_weight": 2}},
    "vote_weights": {"loss": "dice", "loss_options": {"vote_weights": [-1, 1]}},
    "vote_costs": {"loss": "vote-utility", "loss_options": {"vote_costs": [1, 0.5]}},
    "rpmap penalty": {"loss": "dice", "rpmap": {"penalty": 2}},
    "rpmap worths": {"loss": "dice", "rpmap": {"worths": [-1, 1]}},
    "rpmap normalisation": {"loss": "rpdl", "rpmap": {"worths": [-1, 1], "normalisation": "none"}},
    "validation_bones": {"validation": "random", "validation_bones": 2},
    "validation_share": {"validation_share": 0.2},
    "decay": {"decay": 0.5, "optimisation": {"schedule": "cosine"}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_setting_without_effect_is_refused_with_where_it_would_have_one(name):
    field = name.partition(" of ")[0]
    with pytest.raises(InputError, match=rf"^{field} is .*would change nothing.*counts only .*Leave it (at|empty)"):
        check_effect(made(REFUSED[name]))


def test_what_is_refused_names_value_default_and_remedy():
    with pytest.raises(InputError) as refused:
        check_effect(made(REFUSED["channels"]))
    assert str(refused.value) == (
        "channels is 8 16, which would change nothing: it counts only with the network unet or resenc. "
        "Leave it at 16 32 64 128, or change what it depends on."
    )


@pytest.mark.parametrize("name", REFUSED)
def test_without_what_is_idle_a_training_is_accepted_and_all_else_stays(name):
    given = made(REFUSED[name])
    kept = without_idle(given)
    check_effect(kept)
    assert (kept.loss, kept.network.name, kept.validation) == (given.loss, given.network.name, given.validation)
    assert without_idle(kept) == kept


@pytest.mark.parametrize("network", get_args(NetworkName))
@pytest.mark.parametrize("loss", get_args(LossName))
def test_a_default_is_never_refused(network, loss):
    heads = loss == "surgeon-heads"
    check_effect(made({"loss": loss, "network": {"name": network, "surgeon_heads": heads}}))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("network", get_args(NetworkName))
@pytest.mark.parametrize("loss", get_args(LossName))
def test_every_preset_is_accepted_with_every_network_and_loss(preset, network, loss):
    fitted = preset_for(preset, network, loss)
    check_effect(fitted)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"loss": "surgeon-heads"}, "Switch surgeon_heads on"),
        ({"network": {"surgeon_heads": True}}, 'Choose the loss "surgeon-heads"'),
        ({"epochs": 3, "optimisation": {"warm_up": 4}}, r"rise for 4 epochs \(warm_up\), but the training has 3"),
        ({"grid": 16, "shift": 16}, "shift would move bones by up to 16 voxels, out of a grid of 16"),
        ({"grid": 8, "deformation": {"elastic": 9}}, "elastic would move bones by up to 9 voxels"),
    ],
)
def test_what_excludes_each_other_is_refused_with_the_remedy(changes, says):
    with pytest.raises(InputError, match=says):
        check_effect(made(changes))


def test_what_just_fits_is_accepted():
    check_effect(made({"grid": 16, "shift": 15, "epochs": 4, "optimisation": {"warm_up": 4}}))


def test_fields_are_idle_whatever_their_value():
    idle = idle_fields(TrainingSettings())
    assert idle["network.filters"].startswith("only with the network unet-published, vnet-published, ")
    assert idle["rpmap.penalty"] == "only with a loss that reads the RPMap (rpdl), and without worths, which replace it"
    assert "network.channels" not in idle


def test_what_counts_stays():
    given = TrainingSettings(
        loss="rpdl",
        rpmap=RPMapSettings(penalty=2, single_votes="zero"),
        optimisation=OptimisationSettings(schedule="plateau"),
        decay=0.5,
        validation_bones=3,
    )
    check_effect(given)
    assert without_idle(given) is given


def test_every_rule_names_fields_that_there_are():
    usual = TrainingSettings().model_dump()
    for field in (field for rule in RULES for field in rule.fields):
        group, _, name = field.rpartition(".")
        assert name in (usual[group] if group else usual), field
