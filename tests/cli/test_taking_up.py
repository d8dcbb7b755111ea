import pytest

from napari_rpdl.cli.parsing import UsageError
from napari_rpdl.cli.taking_up import check_learned, with_learned
from napari_rpdl.learning.vote_weights import Judged, LearnedWeights, write_learned
from napari_rpdl.settings import PRESETS, TrainingSettings, check_effect, preset_for
from napari_rpdl.settings.vote_weights import VoteWeightSettings


@pytest.fixture
def file(tmp_path):
    learned = LearnedWeights(
        candidates=(Judged(weights=(-0.5, 0.2, 1.0), dice=0.7, threshold=0.5),),
        dataset_name="elsewhere",
        bones=("bone_1", "bone_2"),
        held_out_bones=(),
        held_out_surgeons=(),
        search=VoteWeightSettings(),
        training=TrainingSettings(),
    )
    write_learned(learned, tmp_path / "w.json")
    return tmp_path / "w.json"


@pytest.mark.parametrize("preset", PRESETS)
def test_the_weights_go_into_what_the_preset_has_for_their_loss(file, preset):
    settings = with_learned(file, PRESETS[preset], "")
    assert settings.loss_options.vote_weights == (-0.5, 0.2, 1.0)
    usual = {"loss_options": TrainingSettings().loss_options}
    assert settings.model_copy(update=usual) == preset_for(preset, loss="vote-utility")
    check_effect(settings)


def test_another_loss_has_no_such_weights(file):
    with pytest.raises(UsageError, match="Leave out --loss"):
        with_learned(file, TrainingSettings(), "dice")


def test_a_damaged_file_is_named_with_its_flag(tmp_path):
    (tmp_path / "w.json").write_text("nonsense")
    with pytest.raises(UsageError, match=r"--learned-weights: .*w\.json"):
        with_learned(tmp_path / "w.json", TrainingSettings(), "")


def test_weights_of_both_kinds_exclude_each_other(file, small_dataset):
    training = with_learned(file, TrainingSettings(), "")
    check_learned(file, training, small_dataset.folder, ["bone_1"], ())
    options = training.loss_options.model_copy(update={"vote_weights": (-1.0, 1.0)})
    with pytest.raises(UsageError, match="--vote-weights"):
        check_learned(file, training.model_copy(update={"loss_options": options}), small_dataset.folder, [], ())
