"""The presets against what the paper and its published code say (He et al., IJCNN 2020, Sec. IV)."""

from typing import get_args, get_type_hints

from napari_rpdl.cli.learning_commands import Train
from napari_rpdl.settings import PRESETS, TrainingSettings

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
