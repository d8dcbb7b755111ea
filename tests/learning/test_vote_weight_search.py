"""The search on three analytic bones of 16 voxels; nothing here says anything about weights that are good."""

import dataclasses

import numpy as np
import pytest

from napari_rpdl.consensus.overlap import dice
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.errors import InputError
from napari_rpdl.learning.events import CandidateJudged, StepEnded, TrainingEnded, WeightsLearned
from napari_rpdl.learning.fingerprints import bone_fingerprint
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.vote_weight_search import Question, candidates, learn_weights
from napari_rpdl.learning.vote_weights import read_learned
from napari_rpdl.settings import AskingSettings
from napari_rpdl.settings.vote_weights import VoteWeightSettings


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def bones(bone_by, tmp_path) -> Dataset:
    """Four bones, of which the last was drilled by nobody."""
    about = {"name": "small", "surgeons": bone_by(0).surgeons, "origin": "analytic test shapes", "licence": "MIT"}
    with DatasetWriter(tmp_path / "bones", table=bone_by(0).table, **about) as writer:
        for index in range(3):
            writer.add(bone_by(index))
        writer.add(dataclasses.replace(bone_by(3), annotations=()))
    return Dataset.open(tmp_path / "bones")


@pytest.fixture
def ask(bones, tiny_settings):
    def question(dataset=bones, search=None, **changes) -> Question:
        training = tiny_settings.model_copy(update={"epochs": 1, "steps_per_epoch": 2, "validation_bones": 0})
        return Question(dataset, search=search or VoteWeightSettings(candidates=2), training=training, **changes)

    return question


def test_the_start_is_the_share_of_votes_less_half_of_the_dice_that_is_hoped_for():
    start, *others = candidates(7, VoteWeightSettings(candidates=20, best_dice=0.6))
    np.testing.assert_allclose(start, np.arange(8) / 7 - 0.3, atol=1e-4)
    assert len({*others}) == 19
    for weights in others:
        assert (np.diff(weights) >= 0).all()
        assert weights[0] < 0 < weights[-1]


def test_the_same_draw_gives_the_same_candidates_however_many_are_tried():
    assert candidates(3, VoteWeightSettings(candidates=9))[:4] == candidates(3, VoteWeightSettings(candidates=4))
    assert candidates(3, VoteWeightSettings(draw=1))[0] == candidates(3, VoteWeightSettings())[0]
    assert candidates(3, VoteWeightSettings(draw=1))[1] != candidates(3, VoteWeightSettings())[1]


def test_a_scatter_of_nonsense_still_makes_something_worth_drilling():
    assert all(weights[-1] > 0 for weights in candidates(5, VoteWeightSettings(candidates=200, scatter=3)))


def test_each_candidate_is_judged_by_every_bone_with_networks_that_never_saw_it(ask, bones, tmp_path):
    """The Dice is what one computes from the run folders: best common threshold of the mean over bones."""
    events = list(learn_weights(ask(hold_out=("bone_3",)), tmp_path / "runs", tmp_path / "w.json"))
    judged, (learned,) = of(CandidateJudged, events), of(WeightsLearned, events)
    assert len(of(TrainingEnded, events)) == 2 * 2
    assert learned.bones == ("bone_1", "bone_2")
    found = read_learned(tmp_path / "w.json")
    assert [one.dice for one in found.candidates] == [one.dice for one in judged]
    assert (found.held_out_bones, found.bones) == (("bone_3",), ("bone_1", "bone_2"))
    assert found.bone_fingerprints == {name: bone_fingerprint(bones.case(name)) for name in found.bones}
    assert learned.dice == max(one.dice for one in judged)
    for number, one in enumerate(judged, 1):
        curves = []
        for bone in learned.bones:
            run = Run.open(tmp_path / "runs" / f"candidate_{number}" / bone / "repeat_1")
            assert set(run.record.hold_out) == {"bone_3", bone}
            assert run.settings.loss == "vote-utility"
            assert run.settings.loss_options.vote_weights == one.weights
            case = bones.case(bone)
            prediction = predict(run.folder, case, AskingSettings(checkpoint="last", device="cpu"))
            curves.append([np.mean([dice(prediction.mask(t / 100), m) for m in case.masks()]) for t in range(1, 101)])
        assert one.dice == pytest.approx(np.mean(curves, axis=0).max())
        assert np.mean(curves, axis=0)[round(100 * one.threshold) - 1] == pytest.approx(one.dice)


def test_the_held_out_bone_and_surgeon_change_nothing(ask, bones, tmp_path):
    """The strongest statement about leaks: whatever they hold, the result is the same to the bit."""

    def other(case):
        annotations = tuple(
            dataclasses.replace(one, mask=np.roll(one.mask, 3, 0))
            if case.bone == "bone_3" or one.surgeon == "surgeon_1"
            else one
            for one in case.annotations
        )
        return dataclasses.replace(case, annotations=annotations)

    about = {name: getattr(bones, name) for name in ("name", "table", "surgeons", "origin", "licence")}
    with DatasetWriter(tmp_path / "changed", **about) as writer:
        for case in bones:
            writer.add(other(case))
    held = {"hold_out": ("bone_3",), "hold_out_surgeons": ("surgeon_1",)}
    texts = []
    for dataset in (bones, Dataset.open(tmp_path / "changed")):
        out = tmp_path / f"{dataset.folder.name}.json"
        list(learn_weights(ask(dataset, **held), tmp_path / f"{dataset.folder.name}_runs", out))
        texts.append(out.read_text())
    assert texts[0] == texts[1]
    assert len(read_learned(out).best.weights) == 3  # two surgeons are left


def test_a_search_that_was_stopped_goes_on_and_finds_the_same(ask, tmp_path):
    whole = list(learn_weights(ask(), tmp_path / "whole", tmp_path / "whole.json"))
    work, steps = learn_weights(ask(), tmp_path / "cut", tmp_path / "cut.json"), 0
    for event in work:
        steps += isinstance(event, StepEnded)
        if steps == 6:  # the third bone of the first candidate is done but for its last step's epoch
            work.close()
    assert not (tmp_path / "cut.json").exists()
    rest = list(learn_weights(ask(), tmp_path / "cut", tmp_path / "cut.json"))
    assert len(of(StepEnded, rest)) == len(of(StepEnded, whole)) - 4
    assert (tmp_path / "cut.json").read_text() == (tmp_path / "whole.json").read_text()
    again = list(learn_weights(ask(), tmp_path / "cut", tmp_path / "cut.json"))
    assert of(StepEnded, again) == []
    assert of(WeightsLearned, again)[0].weights == of(WeightsLearned, whole)[0].weights


def test_a_bone_on_which_nobody_drilled_anything_judges_nobody(ask, bones, tmp_path):
    """An empty prediction would agree with it perfectly, so it would favour weights that drill little."""
    about = {name: getattr(bones, name) for name in ("name", "table", "surgeons", "origin", "licence")}
    with DatasetWriter(tmp_path / "empty", **about) as writer:
        for case in bones:
            empty = [dataclasses.replace(one, mask=np.zeros_like(one.mask)) for one in case.annotations]
            writer.add(dataclasses.replace(case, annotations=tuple(empty)) if case.bone == "bone_3" else case)
    search = learn_weights(ask(Dataset.open(tmp_path / "empty")), tmp_path / "runs", tmp_path / "w.json")
    assert of(WeightsLearned, search)[0].bones == ("bone_1", "bone_2")


def test_repeats_are_trainings_with_seeds_of_their_own(ask, tmp_path):
    search = VoteWeightSettings(candidates=2, repeats=2)
    list(learn_weights(ask(search=search), tmp_path / "runs", tmp_path / "w.json"))
    folders = [tmp_path / "runs" / "candidate_1" / "bone_1" / f"repeat_{repeat}" for repeat in (1, 2)]
    assert [Run.open(folder).settings.seed for folder in folders] == [0, 1]


@pytest.mark.parametrize(
    ("hold_out", "says"), [(("bone_1", "bone_2"), "1 may have a say"), (("bone_7",), "bone_7 is no bone of it")]
)
def test_what_cannot_be_searched_is_refused_at_once(ask, tmp_path, hold_out, says):
    with pytest.raises(InputError, match=says):
        list(learn_weights(ask(hold_out=hold_out), tmp_path / "runs", tmp_path / "w.json"))
    assert not (tmp_path / "runs").exists()


def test_a_folder_in_place_of_the_file_is_refused_before_anything_is_trained(ask, tmp_path):
    with pytest.raises(InputError, match=r"is a folder.*weights\.json"):
        next(learn_weights(ask(), tmp_path / "runs", tmp_path))
    assert not (tmp_path / "runs").exists()
