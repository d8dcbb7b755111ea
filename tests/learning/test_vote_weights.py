import json

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.fingerprints import bone_fingerprint
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


def test_bones_had_a_say_under_any_name(small_dataset):
    heard = {f"case_{name}": bone_fingerprint(small_dataset.case(name)) for name in ("bone_1", "bone_2")}
    found = learned(0.5, dataset_name="other", bones=("case_1", "case_2"), bone_fingerprints=heard)
    check_had_no_say(found, small_dataset, ["bone_3"], ())
    with pytest.raises(InputError, match=r"bone_2 had a say in these vote weights, so"):
        check_had_no_say(found, small_dataset, ["bone_2", "bone_3"], ())
    with pytest.raises(InputError, match=r"surgeon_1 had a say"):
        check_had_no_say(found, small_dataset, ["bone_3"], ("surgeon_1",))


def test_namesakes_had_none_and_are_named(small_dataset):
    elsewhere = {"bone_1": "0" * 16, "bone_2": "1" * 16}
    found = learned(0.5, bone_fingerprints=elsewhere)
    assert check_had_no_say(found, small_dataset, ["bone_2", "bone_3"], ("surgeon_1",)) == ("bone_2",)


def test_a_file_that_knows_names_only_is_judged_by_them_and_says_so(small_dataset):
    with pytest.raises(InputError, match=r"by name: an earlier version learned them"):
        check_had_no_say(learned(0.5), small_dataset, ["bone_2"], ())


def test_weights_from_other_bones_are_fine(small_dataset):
    check_had_no_say(learned(0.5, dataset_name="other"), small_dataset, ["bone_2"], ())
