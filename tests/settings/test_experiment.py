import json

import pytest
from pydantic import ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.settings import PRESETS, RPMAP_VARIANTS
from napari_rpdl.settings.experiment import (
    ArmSettings,
    CrossSettings,
    ExperimentSettings,
    load_experiment_settings,
    save_experiment_settings,
)


def test_an_arm_gives_only_what_differs_from_its_preset():
    arm = ArmSettings.model_validate({"preset": "paper", "training": {"loss": "dice", "network": {"filters": 4}}})
    network = PRESETS["paper"].network.model_copy(update={"filters": 4})
    assert arm.training == PRESETS["paper"].model_copy(update={"loss": "dice", "network": network})
    assert arm.method == "paper/unet-published/dice"


def test_what_is_common_goes_between_preset_and_arm():
    settings = ExperimentSettings.model_validate(
        {
            "common": {"grid": 32, "epochs": 5, "network": {"channels": [4, 8]}},
            "arms": [{}, {"name": "long", "training": {"epochs": 9, "network": {"name": "resenc"}}}],
        }
    )
    short, long = (arm.training for arm in settings.arms)
    assert (short.grid, short.epochs, short.network.channels) == (32, 5, (4, 8))
    assert (long.grid, long.epochs, long.network.name, long.network.channels) == (32, 9, "resenc", (4, 8))
    assert short.learning_rate == PRESETS["default"].learning_rate


def test_a_file_gives_the_same_settings_again_whatever_presets_become(tmp_path):
    settings = ExperimentSettings.model_validate({"common": {"grid": 16}, "arms": [{"preset": "paper"}], "seeds": [3]})
    save_experiment_settings(settings, tmp_path / "experiment.json")
    assert load_experiment_settings(tmp_path / "experiment.json") == settings
    saved = json.loads((tmp_path / "experiment.json").read_text())
    assert saved["arms"][0]["training"]["batch_size"] == 64
    assert saved["arms"][0]["training"]["grid"] == 16


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"arms": [{"preset": "best"}]}, "arms.0.preset"),
        ({"arms": [{"training": {"loss": "l2"}}]}, "arms.0.training.loss"),
        ({"common": {"gird": 32}}, "gird"),
        ({"common": 5}, "common"),
        ({"arms": [5]}, "arms.0"),
        ({"arms": []}, "arms"),
        ({"seeds": [-1]}, "seeds.0"),
        ({"protocols": ["fair"]}, "protocols.0"),
        ({"arms": [{"name": "a/b"}]}, "arms.0.name"),
        ({"format_version": 2}, "format_version"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_wrong_file_is_explained(given, named, tmp_path):
    (tmp_path / "wrong.json").write_text(json.dumps(given))
    with pytest.raises(InputError, match=named):
        load_experiment_settings(tmp_path / "wrong.json")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"arms": [{}, {}]}, "arm"),
        ({"arms": [{"name": "a"}, {"name": "A"}]}, "arm"),
        ({"seeds": [1, 1]}, "seed"),
        ({"protocols": ["paper", "paper"]}, "protocol"),
    ],
)
def test_nothing_is_compared_with_itself(given, what):
    with pytest.raises(ValidationError, match=f"expected each {what} once"):
        ExperimentSettings.model_validate(given)


def test_two_arms_never_share_a_folder():
    named = {"name": "published", "training": {"network": {"name": "unet"}, "loss": "rpdl"}}
    published = {"training": {"network": {"name": "unet"}, "loss": "rpdl-published"}}
    with pytest.raises(ValidationError, match="default-unet-rpdl-published twice; give arms"):
        ExperimentSettings.model_validate({"arms": [named, published]})
    other = ExperimentSettings.model_validate({"arms": [{**named, "name": "mine"}, published]})
    assert [arm.folder_name for arm in other.arms] == ["default-unet-rpdl-mine", "default-unet-rpdl-published"]


def test_alike_arms_are_told_apart_by_name():
    arms = [{}, {"name": "wide", "training": {"network": {"channels": [32, 64]}}}]
    settings = ExperimentSettings.model_validate({"arms": arms})
    plain = "default/unet/bce+surgeon-dice"
    assert [arm.method for arm in settings.arms] == [plain, f"{plain}/wide"]


def test_every_combination():
    cross = CrossSettings(presets=("default", "paper"), networks=("unet", "resenc"), losses=("dice", "wcel", "bce"))
    settings = ExperimentSettings.model_validate({"arms": cross.arms("bones")})
    assert len(settings.arms) == len({arm.method for arm in settings.arms}) == 12


@pytest.mark.parametrize("experiment", ["bones", "surgeons"])
@pytest.mark.parametrize("given", [{"losses": ("rpdl-published",)}, {"presets": ("published-code",)}])
def test_the_published_loss_has_the_published_map_of_its_experiment(experiment, given):
    cross = CrossSettings(**given)
    (arm,) = ExperimentSettings.model_validate({"arms": cross.arms(experiment)}).arms
    assert arm.training.loss == "rpdl-published"
    assert arm.training.rpmap == RPMAP_VARIANTS[f"published-code-{experiment}"]


def test_other_losses_keep_the_map_of_their_preset():
    cross = CrossSettings(presets=("default",), losses=("rpdl",))
    (arm,) = ExperimentSettings.model_validate({"arms": cross.arms("surgeons")}).arms
    assert arm.training.rpmap == PRESETS["default"].rpmap


def test_an_arm_has_its_preset_as_it_is_for_its_network_and_its_loss():
    networks, presets = ("myronenko18", "unet-cicek16"), ("paper", "published-code")
    cross = CrossSettings(presets=presets, networks=networks, losses=("wcel",))
    arms = {arm.method: arm.training for arm in ExperimentSettings.model_validate({"arms": cross.arms("bones")}).arms}
    sizes = {method: (arm.network.filters, arm.batch_size) for method, arm in arms.items()}
    assert sizes == {
        "paper/myronenko18/wcel": (0, 16),
        "paper/unet-cicek16/wcel": (0, 64),
        "published-code/myronenko18/wcel": (0, 64),
        "published-code/unet-cicek16/wcel": (0, 64),
    }
    assert arms["published-code/unet-cicek16/wcel"].loss_options.wcel_weight == 23.485
    own = ArmSettings.model_validate(
        {"preset": "paper", "training": {"batch_size": 4, "network": {"name": "myronenko18", "filters": 8}}}
    )
    assert (own.training.batch_size, own.training.network.filters) == (4, 8)


def test_what_is_common_counts_for_the_arms_that_it_concerns():
    settings = ExperimentSettings.model_validate(
        {
            "common": {"network": {"channels": [4, 8], "filters": 2}},
            "arms": [{}, {"training": {"network": {"name": "isensee17"}}}],
        }
    )
    networks = [arm.training.network for arm in settings.arms]
    assert [(n.name, n.channels, n.filters) for n in networks] == [
        ("unet", (4, 8), 0),
        ("isensee17", (16, 32, 64, 128), 2),
    ]


def test_an_arm_that_was_saved_with_what_has_no_effect_is_still_the_same():
    now = ArmSettings.model_validate({"preset": "paper", "training": {"network": {"name": "unet"}}})
    before = now.model_dump(mode="json")
    before["training"]["network"]["filters"] = 16  # as the preset once had it for every network
    assert ArmSettings.model_validate(before) == now


def test_a_saved_v_net_ends_as_it_did_when_it_was_saved():
    now = ArmSettings.model_validate({"preset": "paper", "training": {"network": {"name": "vnet-milletari16"}}})
    assert now.training.network.last_layer == "original"
    before = now.model_dump(mode="json")
    del before["training"]["network"]["last_layer"]
    assert ArmSettings.model_validate(before).training.network.last_layer == "monai"
