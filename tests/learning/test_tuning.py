import dataclasses

import numpy as np
import pytest

from napari_rpdl.consensus.overlap import dice
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.errors import InputError
from napari_rpdl.learning.decision import decide
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import train
from napari_rpdl.learning.tuning import Tuned, tune
from napari_rpdl.settings import AskingSettings, DecisionSettings

CPU = AskingSettings(device="cpu")


@pytest.fixture
def trained(tiny_settings, small_dataset, tmp_path):
    """Train a run that holds out one bone, for 2 epochs of 2 steps."""

    def run_without(bone: str, validation_bones: int = 1):
        settings = tiny_settings.model_copy(update={"epochs": 2, "validation_bones": validation_bones})
        list(train(settings, small_dataset, tmp_path / f"without_{bone}", [bone]))
        return tmp_path / f"without_{bone}"

    return run_without


def tuned_by(runs, dataset):
    return {event.run: event for event in tune(runs, dataset, CPU) if isinstance(event, Tuned)}


def test_one_run_is_tuned_on_its_validation_bones(trained, small_dataset):
    run = trained("bone_3")
    event = tuned_by([run], small_dataset)[str(run)]
    assert event.cases == Run.open(run).record.validation_cases
    case = small_dataset.case(event.cases[0])
    prediction = predict(run, case, CPU)
    assert prediction.tuned == event.threshold
    reached = [
        np.mean([dice(prediction.mask(hundredths / 100), mask) for mask in case.masks()])
        for hundredths in range(1, 101)
    ]
    assert event.dice == pytest.approx(max(reached))
    assert event.dice_at_half == pytest.approx(reached[49])
    decided = decide(predict(run, small_dataset.case("bone_3"), CPU), case, DecisionSettings(rule="tuned"))
    assert decided.threshold == event.threshold


def test_a_threshold_counts_for_the_way_of_asking_that_it_was_tuned_for(trained, small_dataset):
    """Trained with mirror images, a network asked once gives other probabilities than asked twice."""
    run, case = trained("bone_3"), small_dataset.case("bone_3")
    once = CPU.model_copy(update={"views": "single"})
    patches = CPU.model_copy(update={"large_bones": "patches"})
    tuned_by([run], small_dataset)
    assert predict(run, case, CPU.model_copy(update={"views": "mirror"})).tuned is not None  # what "learned" means here
    for asking, flag in ((once, "--views single"), (patches, "--large-bones patches")):
        with pytest.raises(InputError, match=f"napari-rpdl tune .*{flag}"):
            decide(predict(run, case, asking), case, DecisionSettings(rule="tuned"))
    list(tune([run], small_dataset, once))
    assert predict(run, case, once).tuned is not None
    assert predict(run, case, CPU).tuned is not None
    mixed = predict([run, trained("bone_2")], case, CPU)
    with pytest.raises(InputError, match=r"without_bone_2.*No threshold|No threshold.*without_bone_2"):
        mixed.tuned_mask()


def test_each_surgeon_s_head_is_tuned_to_its_surgeon(tiny_settings, small_dataset, tmp_path):
    network = tiny_settings.network.model_copy(update={"surgeon_heads": True})
    changed = {"epochs": 1, "validation_bones": 1, "loss": "surgeon-heads", "network": network}
    run = tmp_path / "heads"
    list(train(tiny_settings.model_copy(update=changed), small_dataset, run, ["bone_3"]))
    events = {event.surgeon: event for event in tune([run], small_dataset, CPU) if isinstance(event, Tuned)}
    assert set(events) == {"", *small_dataset.surgeons}
    case = small_dataset.case(events[""].cases[0])
    prediction = predict(run, case, CPU)
    own = prediction.of_surgeon("surgeon_2")
    assert own.tuned == events["surgeon_2"].threshold
    reached = [dice(own.mask(hundredths / 100), case.annotation("surgeon_2").mask) for hundredths in range(1, 101)]
    assert events["surgeon_2"].dice == pytest.approx(max(reached))
    assert decide(own, case, DecisionSettings(rule="tuned")).threshold == own.tuned


def test_several_runs_are_tuned_on_what_the_others_hold_out(trained, small_dataset):
    runs = [trained(f"bone_{number}", validation_bones=0) for number in (1, 2, 3)]
    events = tuned_by(runs, small_dataset)
    assert [events[str(run)].cases for run in runs] == [
        ("bone_2", "bone_3"), ("bone_1", "bone_3"), ("bone_1", "bone_2"),
    ]  # fmt: skip
    assert predict(runs[0], small_dataset.case("bone_1"), CPU).tuned == events[str(runs[0])].threshold
    both = predict(runs[:2], small_dataset.case("bone_1"), CPU)
    assert both.tuned == pytest.approx(np.mean([events[str(run)].threshold for run in runs[:2]]))


def test_surgeons_who_drilled_nothing_have_no_say_alone(trained, small_dataset, tmp_path):
    """An empty prediction would agree with them perfectly, so the threshold would be one that drills nothing."""
    run = trained("bone_3")
    about = {name: getattr(small_dataset, name) for name in ("name", "table", "surgeons", "origin", "licence")}
    with DatasetWriter(tmp_path / "empty", **about) as writer:
        for case in small_dataset:
            empty = [dataclasses.replace(one, mask=np.zeros_like(one.mask)) for one in case.annotations]
            writer.add(dataclasses.replace(case, annotations=tuple(empty)))
    with pytest.raises(InputError, match="no bone that somebody drilled"):
        tuned_by([run], Dataset.open(tmp_path / "empty"))


def test_a_bone_that_only_bears_the_name_of_another_tunes_nothing(trained, small_dataset, tmp_path):
    """Every dataset has a bone_1: the open one need not be that of the run."""
    run = trained("bone_3")
    (watching,) = Run.open(run).record.validation_cases
    about = {name: getattr(small_dataset, name) for name in ("table", "surgeons", "origin", "licence")}
    with DatasetWriter(tmp_path / "other", name="other", **about) as writer:
        for case in small_dataset:
            shifted = np.roll(case.labels(), 1, axis=2)
            labels = shifted if case.case_id == watching else case.labels()
            writer.add(dataclasses.replace(case, structures=dataclasses.replace(case.structures, voxels=labels)))
    with pytest.raises(InputError, match=f"{watching} of other is not the bone.*small"):
        tuned_by([run], Dataset.open(tmp_path / "other"))


def test_no_run_cannot_be_tuned(small_dataset):
    with pytest.raises(InputError, match="at least one run"):
        tuned_by([], small_dataset)


def test_no_bone_to_tune_on_is_an_error_with_a_remedy(trained, small_dataset):
    with pytest.raises(InputError, match="validation_bones 1 or more"):
        tuned_by([trained("bone_3", validation_bones=0)], small_dataset)


def test_runs_that_hold_out_the_same_bone_leave_nothing_to_tune_on(trained, small_dataset, tmp_path):
    run = trained("bone_3")
    again = run.rename(tmp_path / "again")
    with pytest.raises(InputError, match="hold out other bones"):
        tuned_by([trained("bone_3"), again], small_dataset)
