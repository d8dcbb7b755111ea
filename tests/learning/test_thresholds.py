import json

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.thresholds import TunedThreshold, threshold_path, tuned_threshold, write_threshold

TUNED = TunedThreshold(
    threshold=0.37, source="validation bones", cases=("bone_2",), dice=0.8, dice_at_half=0.7, epoch=5
)


def test_it_lies_beside_its_checkpoint_as_plain_json(tmp_path):
    checkpoint = tmp_path / "checkpoint_best.safetensors"
    write_threshold(TUNED, checkpoint)
    assert json.loads((tmp_path / "checkpoint_best.threshold.json").read_text())["threshold"] == 0.37
    assert tuned_threshold(checkpoint, epoch=5) == 0.37


def test_it_counts_for_its_own_weights_only(tmp_path):
    write_threshold(TUNED, tmp_path / "checkpoint_best.safetensors")
    assert tuned_threshold(tmp_path / "checkpoint_best.safetensors", epoch=6) is None
    assert tuned_threshold(tmp_path / "checkpoint_last.safetensors", epoch=5) is None


@pytest.mark.parametrize("text", ["{}", "0.4", '{"threshold": 3}', "nonsense"])
def test_a_file_that_is_none_of_ours_is_named(tmp_path, text):
    checkpoint = tmp_path / "checkpoint_best.safetensors"
    threshold_path(checkpoint).write_text(text)
    with pytest.raises(InputError, match=r"checkpoint_best.threshold.json.*tune again"):
        tuned_threshold(checkpoint, epoch=5)
