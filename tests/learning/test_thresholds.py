import json
import re

import pytest

from napari_rpdl.learning.thresholds import Asked, TunedThreshold, threshold_path, tuned_thresholds, write_thresholds

ASKED = Asked(weights="0123456789abcdef", epoch=5, views="mirror", large_bones="resample")
EARLIER = {
    "format_version": 1,
    "threshold": 0.37,
    "source": "validation bones",
    "cases": ["bone_2"],
    "dice": 0.8,
    "dice_at_half": 0.7,
    "epoch": 5,
}


def threshold(value=0.37, surgeon="", **asked) -> TunedThreshold:
    return TunedThreshold(
        threshold=value,
        asked=ASKED.model_copy(update=asked),
        surgeon=surgeon,
        source="validation bones",
        cases=("bone_2",),
        dice=0.8,
        dice_at_half=0.7,
    )


@pytest.fixture
def checkpoint(tmp_path):
    """The name of a checkpoint in a run folder."""
    (tmp_path / "run.json").write_text("{}")
    return tmp_path / "checkpoint_best.safetensors"


def test_it_lies_beside_its_checkpoint_as_plain_json(checkpoint, tmp_path):
    write_thresholds([threshold(), threshold(0.6, "anna")], checkpoint)
    saved = json.loads((tmp_path / "checkpoint_best.threshold.json").read_text())
    assert [one["threshold"] for one in saved["tuned"]] == [0.37, 0.6]
    found = tuned_thresholds(checkpoint, ASKED)
    assert found.of == {"": 0.37, "anna": 0.6}
    assert found.missing == ""


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"weights": "fedcba9876543210"}, "other weights"),
        ({"epoch": 6}, "other probabilities"),
        ({"views": "single"}, r'tuned for views "mirror".*now.*views "single".*tune .* --views single'),
        ({"large_bones": "patches"}, "--checkpoint best --views mirror --large-bones patches"),
    ],
)
def test_it_counts_for_its_own_weights_asked_in_its_own_way_only(checkpoint, other, says):
    write_thresholds([threshold()], checkpoint)
    found = tuned_thresholds(checkpoint, ASKED.model_copy(update=other))
    assert found.of == {}
    assert re.search(says, found.missing)


def test_another_checkpoint_has_its_own(checkpoint, tmp_path):
    write_thresholds([threshold()], checkpoint)
    found = tuned_thresholds(tmp_path / "checkpoint_last.safetensors", ASKED)
    assert found.of == {}
    assert "--checkpoint last" in found.missing


def test_each_way_of_asking_keeps_its_own_and_other_weights_are_forgotten(checkpoint):
    write_thresholds([threshold(0.1), threshold(0.2, views="single")], checkpoint)
    write_thresholds([threshold(0.3)], checkpoint)
    assert tuned_thresholds(checkpoint, ASKED).of == {"": 0.3}
    assert tuned_thresholds(checkpoint, ASKED.model_copy(update={"views": "single"})).of == {"": 0.2}
    write_thresholds([threshold(0.4, weights="fedcba9876543210")], checkpoint)
    assert tuned_thresholds(checkpoint, ASKED).of == {}


def test_one_that_does_not_say_how_the_network_was_asked_is_not_used(checkpoint):
    threshold_path(checkpoint).write_text(json.dumps(EARLIER))
    found = tuned_thresholds(checkpoint, ASKED)
    assert found.of == {}
    assert "does not say how the network was asked" in found.missing
    assert f"napari-rpdl tune {checkpoint.parent} --checkpoint best --views mirror" in found.missing
    write_thresholds([threshold()], checkpoint)
    assert tuned_thresholds(checkpoint, ASKED).of == {"": 0.37}


@pytest.mark.parametrize("text", ["{}", "0.4", '{"format_version": 2, "tuned": [{}]}', "nonsense", "[" * 10_000])
def test_a_file_that_is_none_of_ours_is_named_and_replaced(checkpoint, text):
    threshold_path(checkpoint).write_text(text)
    found = tuned_thresholds(checkpoint, ASKED)
    assert found.of == {}
    assert "checkpoint_best.threshold.json" in found.missing
    assert "napari-rpdl tune" in found.missing
    write_thresholds([threshold()], checkpoint)
    assert tuned_thresholds(checkpoint, ASKED).of == {"": 0.37}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format_version": 3, "tuned": []}', "format_version: .*update napari-rpdl"),
        ('{"format_version": 2, "tuned": [{"threshold": 2}]}', r"json: tuned\.0\.threshold: .*less than or equal to 1"),
        ('{"format_version": 2}', "json: tuned: Field required"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_without_words_of_the_program(checkpoint, text, says):
    threshold_path(checkpoint).write_text(text, encoding="utf-8")
    missing = tuned_thresholds(checkpoint, ASKED).missing
    assert re.search(says, missing)
    assert "discriminator" not in missing


def test_a_checkpoint_outside_of_a_run_cannot_be_tuned(tmp_path):
    assert "whole run folder" in tuned_thresholds(tmp_path / "mine.safetensors", ASKED).missing
