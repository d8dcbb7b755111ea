import json

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.vote_weights import Judged, LearnedWeights, check_had_no_say, read_learned, write_learned
from napari_rpdl.settings import TrainingSettings
from napari_rpdl.settings.vote_weights import VoteWeightSettings


def learned(*dices, **changes) -> LearnedWeights:
    return LearnedWeights(
        candidates=tuple(
            Judged(weights=(-0.4, number, 1.0), dice=one, threshold=0.5) for number, one in enumerate(dices)
        ),
        **{
            "dataset_name": "small",
            "bones": ("bone_1", "bone_2"),
            "held_out_bones": ("bone_3",),
            "held_out_surgeons": (),
            "search": VoteWeightSettings(),
            "training": TrainingSettings(),
            **changes,
        },
    )


def test_it_is_plain_json_and_the_best_is_the_earliest_of_equals(tmp_path):
    write_learned(learned(0.5, 0.7, 0.7), tmp_path / "w.json")
    assert json.loads((tmp_path / "w.json").read_text())["candidates"][1]["dice"] == 0.7
    assert read_learned(tmp_path / "w.json").best.weights == (-0.4, 1.0, 1.0)


@pytest.mark.parametrize("number", ["NaN", "1e999", "1001"])
@pytest.mark.parametrize("place", ["weights", "dice"])
def test_what_no_loss_can_take_is_refused_where_it_is_read(tmp_path, number, place):
    write_learned(learned(0.25), tmp_path / "w.json")
    text = (tmp_path / "w.json").read_text().replace({"weights": "-0.4", "dice": "0.25"}[place], number)
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(InputError, match=rf"w\.json: candidates\.0\.{place}"):
        read_learned(tmp_path / "w.json")


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"format_version": 7}'])
def test_a_file_that_is_none_of_ours_is_named(tmp_path, text):
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(InputError, match=r"w\.json"):
        read_learned(tmp_path / "w.json")


def test_who_had_a_say_cannot_be_held_out_afterwards(small_dataset):
    found = learned(0.5)
    check_had_no_say(found, small_dataset, ["bone_3"], ())
    check_had_no_say(found, small_dataset, [], ())
    with pytest.raises(InputError, match=r"bone_2 had a say.*learn-weights .* --hold-out bone_2 bone_3"):
        check_had_no_say(found, small_dataset, ["bone_2", "bone_3"], ())
    with pytest.raises(InputError, match=r"surgeon_1 had a say.*--hold-out-surgeons surgeon_1"):
        check_had_no_say(found, small_dataset, [], ("surgeon_1",))


def test_weights_from_other_bones_are_fine(small_dataset):
    check_had_no_say(learned(0.5, dataset_name="other"), small_dataset, ["bone_2"], ())
