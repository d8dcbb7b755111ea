"""The presets against what the paper and its published code say (He et al., IJCNN 2020, Sec. IV)."""

from typing import get_args, get_type_hints

import pytest

from napari_rpdl.cli.learning_commands import Train
from napari_rpdl.settings import (
    PRESETS,
    LossName,
    NetworkSettings,
    RPMapSettings,
    TrainingSettings,
    followed,
    preset_for,
    preset_named,
)

PAPER, PUBLISHED, DEFAULT = PRESETS["paper"], PRESETS["published-code"], PRESETS["default"]


def test_the_default_preset_is_what_nothing_said_means():
    assert TrainingSettings() == DEFAULT


def test_the_command_line_knows_all_of_them():
    assert set(get_args(get_type_hints(Train)["preset"])) == set(PRESETS)


def test_they_are_valid_and_survive_a_file():
    for preset in PRESETS.values():
        assert TrainingSettings.model_validate_json(preset.model_dump_json()) == preset


def test_the_paper():
    assert (PAPER.loss, PAPER.loss_options.reduction) == ("rpdl", "batch")
    assert (PAPER.rpmap.penalty, PAPER.rpmap.normalisation, PAPER.rpmap.single_votes) == (1, "surgeons", "keep")
    assert (PAPER.grid, PAPER.batch_size, PAPER.epochs) == (64, 64, 200)
    assert (PAPER.learning_rate, PAPER.decay, PAPER.decay_patience, PAPER.stop_patience) == (1e-4, 0.1, 10, 20)
    assert (PAPER.network.dropout, PAPER.network.encoding) == (0.3, "ordinal")
    assert (PAPER.validation, PAPER.validation_share) == ("random", 0.1)
    assert (PAPER.augmentation, PAPER.shift, PAPER.passes, PAPER.steps_per_epoch) == ("cube", 0, "repeated", 0)
    assert PAPER.optimisation.optimiser == "adam"


def test_the_published_code():
    assert PUBLISHED.loss == "rpdl-published"
    assert PUBLISHED.rpmap.single_votes == "zero"
    assert PUBLISHED.rpmap.normalisation == "surgeons-1", "7 surgeons: -7 / 6 where nobody drilled"
    assert (PUBLISHED.network.name, PUBLISHED.network.filters, PUBLISHED.network.encoding) == (
        "unet-published", 0, "ordinal",
    )  # fmt: skip
    assert (PUBLISHED.batch_size, PUBLISHED.learning_rate, PUBLISHED.stop_patience) == (16, 1e-4, 20)
    assert (PUBLISHED.validation, PUBLISHED.augmentation) == ("published", "published")
    assert (PUBLISHED.optimisation.plateau, PUBLISHED.optimisation.prior_bias) == ("absolute", False)


def test_the_default_is_free_of_what_was_found_wrong():
    assert (DEFAULT.validation, DEFAULT.augmentation, DEFAULT.passes) == ("bones", "mirror", "shared")
    assert DEFAULT.network.encoding == "one-hot"
    assert DEFAULT.optimisation.plateau == "relative"
    assert DEFAULT.optimisation.prior_bias


@pytest.mark.parametrize("name", PRESETS)
def test_with_its_own_network_and_loss_a_preset_is_itself(name):
    preset = PRESETS[name]
    assert preset_for(name) == preset
    assert preset_for(name, preset.network.name, preset.loss) == preset


@pytest.mark.parametrize(
    ("network", "filters", "batch"),
    [
        ("unet-published", 16, 64),
        ("vnet-published", 16, 64),
        ("isensee-published", 16, 64),
        ("unet-cicek16", 0, 64),  # 0: as in their own papers
        ("isensee17", 0, 64),
        ("myronenko18", 0, 16),  # "batch size was 64 (16 for Myronenko)"
        ("med3d", 0, 64),
        ("unet", 0, 64),
    ],
)
def test_the_paper_has_every_network_at_its_own_size(network, filters, batch):
    fitted = preset_for("paper", network)
    assert (fitted.network.name, fitted.network.filters, fitted.batch_size) == (network, filters, batch)
    assert (fitted.network.dropout, fitted.network.encoding) == (0.3, "ordinal")
    assert fitted.learning_rate == 1e-4


@pytest.mark.parametrize(
    ("loss", "batch", "weight", "total"),
    [("rpdl-published", 16, 0, "mean"), ("dice", 64, 0, "mean"), ("wcel", 64, 23.485, "sum"), ("bce", 16, 0, "mean")],
)
def test_the_code_has_a_batch_and_a_sum_for_each_loss(loss, batch, weight, total):
    fitted = preset_for("published-code", loss=loss)
    options = fitted.loss_options
    assert (fitted.batch_size, options.wcel_weight, options.wcel_total) == (batch, weight, total)
    assert (fitted.network.filters, fitted.validation) == (0, "published")


def test_the_paper_s_wcel_is_a_mean_with_the_weight_of_the_training_bones():
    options = preset_for("paper", loss="wcel").loss_options
    assert (options.wcel_weight, options.wcel_total) == (0, "mean")


@pytest.mark.parametrize("preset", PRESETS)
def test_the_published_loss_has_the_published_map_everywhere(preset):
    rpmap = preset_for(preset, loss="rpdl-published").rpmap
    assert (rpmap.normalisation, rpmap.single_votes) == ("surgeons-1", "zero")
    assert preset_for(preset, loss="dice").rpmap == RPMapSettings(), "which reads no map"


@pytest.mark.parametrize("preset", PRESETS)
def test_only_the_loss_of_each_surgeon_has_a_head_for_each(preset):
    for loss in get_args(LossName):
        assert preset_for(preset, None, loss).network.surgeon_heads == (loss == "surgeon-heads")


def test_the_default_is_the_same_for_all_networks():
    assert preset_for("default", "isensee17", "dice") == TrainingSettings(
        loss="dice", network=NetworkSettings(name="isensee17")
    )


def test_what_is_no_name_counts_as_not_given():
    assert preset_named("papre", "u-net", ["dice"]) == DEFAULT
    assert preset_named(None, None, None) == DEFAULT
    assert preset_named("paper", "myronenko18", "") == preset_for("paper", "myronenko18")


def test_what_a_person_changed_stays_when_another_network_is_chosen():
    before, after = preset_for("paper"), preset_for("paper", "myronenko18")
    chosen = before.network.model_copy(update={"name": "myronenko18"})
    untouched = before.model_copy(update={"network": chosen})
    assert followed(untouched, before, after) == after
    changed = untouched.model_copy(update={"batch_size": 8, "epochs": 3})
    assert followed(changed, before, after) == after.model_copy(update={"batch_size": 8, "epochs": 3})
