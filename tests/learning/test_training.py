import dataclasses
import errno
import math

import numpy as np
import pytest
import torch

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.errors import InputError
from napari_rpdl.events import Said
from napari_rpdl.learning import fitting
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import NetworkSettings, PredictionSettings, RPMapSettings, TrainingSettings


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def losses(events):
    return [(event.epoch, event.step, event.loss) for event in of(StepEnded, events)]


def timeless(epochs):
    return [dataclasses.replace(event, seconds=0, remaining_s=0) for event in epochs]


def rewrite(dataset: Dataset, folder, change) -> Dataset:
    """Return a copy of ``dataset`` whose cases went through ``change``."""
    about = {"name": "changed", "table": dataset.table, "origin": "test", "licence": "MIT"}
    with DatasetWriter(folder, surgeons=dataset.surgeons, **about) as writer:
        for case in dataset:
            writer.add(change(case))
    return Dataset.open(folder)


@pytest.fixture
def finished(tiny_settings, small_dataset, tmp_path):
    """An uninterrupted training: its events and its folder."""
    return list(train(tiny_settings, small_dataset, tmp_path / "whole", ["bone_3"])), tmp_path / "whole"


def test_events_tell_the_whole_story(finished, tiny_settings):
    events, folder = finished
    (started,) = of(TrainingStarted, events)
    assert {*started.training_bones, *started.validation_bones} == {"bone_1", "bone_2"}
    assert len(started.validation_bones) == 1
    assert started.first_epoch == 1
    assert [(e.epoch, e.step) for e in of(StepEnded, events)] == [(e, s) for e in (1, 2, 3, 4) for s in (1, 2)]
    epochs = of(EpochEnded, events)
    assert all(e.validation_loss is not None and 0 <= e.validation_dice <= 1 for e in epochs)
    assert all(
        e.training_loss == pytest.approx(np.mean([s.loss for s in of(StepEnded, events) if s.epoch == e.epoch]))
        for e in epochs
    )
    remaining = [e.remaining_s for e in of(StepEnded, events)]
    assert min(remaining) >= 0 == remaining[-1]
    best = min(epochs, key=lambda e: e.validation_loss)
    assert events[-1] == TrainingEnded("finished", 4, best.epoch, best.validation_loss, str(folder))


def test_the_folder_tells_it_too(finished, tiny_settings, small_dataset):
    events, folder = finished
    run = Run.open(folder)
    assert run.state == "complete"
    assert run.settings == tiny_settings
    assert run.history() == of(EpochEnded, events)
    assert run.hold_out == ("bone_3",)
    assert Dataset.open(run.dataset_folder).case_ids == small_dataset.case_ids
    assert not list(folder.glob(".writing-*"))


def test_the_same_seed_gives_the_same_losses(finished, tiny_settings, small_dataset, tmp_path):
    torch.rand(7)
    again = train(tiny_settings, small_dataset, tmp_path / "again", ["bone_3"])
    assert losses(again) == losses(finished[0])
    other = tiny_settings.model_copy(update={"seed": 1})
    assert losses(train(other, small_dataset, tmp_path / "other", ["bone_3"])) != losses(finished[0])


def test_training_leaves_the_random_state_of_others_alone(tiny_settings, small_dataset, tmp_path):
    before = torch.get_rng_state()
    list(train(tiny_settings, small_dataset, tmp_path / "run", []))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("epoch", [1, 3])
def test_resuming_equals_never_having_stopped(finished, tiny_settings, small_dataset, tmp_path, epoch):
    """Stopped in the middle of the epoch after ``epoch``: bit-equal losses and weights, dropout included."""
    settings = tiny_settings.model_copy(update={"network": NetworkSettings(channels=(4, 8), dropout=0.3)})
    whole = list(train(settings, small_dataset, tmp_path / "with_dropout", ["bone_3"]))
    events = train(settings, small_dataset, tmp_path / "cut", ["bone_3"])
    for event in events:
        if isinstance(event, StepEnded) and event.epoch > epoch:
            events.close()
    run = Run.open(tmp_path / "cut")
    assert (run.state, len(run.history())) == ("resumable", epoch)
    rest = list(resume(small_dataset, run.folder))
    assert of(TrainingStarted, rest)[0].first_epoch == epoch + 1
    assert losses(rest) == [row for row in losses(whole) if row[0] > epoch]
    assert timeless(run.history()) == timeless(of(EpochEnded, whole))
    for which in ("best", "last"):
        ours = fitting.read_checkpoint(run.checkpoint(which), with_optimiser=True).tensors
        theirs = fitting.read_checkpoint(tmp_path / "with_dropout" / f"checkpoint_{which}.safetensors", True).tensors
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_resuming_before_the_first_epoch_starts_over(finished, tiny_settings, small_dataset, tmp_path):
    events = train(tiny_settings, small_dataset, tmp_path / "cut", ["bone_3"])
    next(event for event in events if isinstance(event, StepEnded))
    events.close()
    assert Run.open(tmp_path / "cut").state == "empty"
    assert losses(resume(small_dataset, tmp_path / "cut")) == losses(finished[0])


def test_ctrl_c_keeps_the_last_finished_epoch(tiny_settings, small_dataset, tmp_path, monkeypatch):
    events = train(tiny_settings, small_dataset, tmp_path / "run", [])
    next(event for event in events if isinstance(event, EpochEnded))

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(fitting, "make_batch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(events)
    assert Run.open(tmp_path / "run").state == "resumable"


def test_a_complete_run_is_not_resumed(finished, small_dataset):
    with pytest.raises(InputError, match="complete"):
        list(resume(small_dataset, finished[1]))


def test_a_run_goes_on_only_with_its_own_dataset(tiny_settings, small_dataset, tmp_path):
    events = train(tiny_settings, small_dataset, tmp_path / "run", [])
    next(event for event in events if isinstance(event, EpochEnded))
    events.close()
    bare = rewrite(small_dataset, tmp_path / "bare", lambda case: dataclasses.replace(case, annotations=()))
    with pytest.raises(InputError, match="no annotations or structures any more"):
        list(resume(bare, tmp_path / "run"))


def test_it_overfits_one_bone(small_dataset, tmp_path):
    settings = TrainingSettings(
        network=NetworkSettings(channels=(8, 16, 16)), grid=16, epochs=1, steps_per_epoch=100, batch_size=1,
        validation_bones=0, augmentation="none", shift=0, learning_rate=0.02, threads=1, device="cpu",
    )  # fmt: skip
    list(train(settings, small_dataset, tmp_path / "run", ["bone_2", "bone_3"]))
    case = small_dataset.case("bone_1")
    mask = predict(tmp_path / "run", case, PredictionSettings(checkpoint="last", device="cpu")).mask()
    middle = case.masks()[1]
    assert 2 * (mask & middle).sum() / (mask.sum() + middle.sum()) > 0.9


def test_early_stopping_and_decay(tiny_settings, small_dataset, tmp_path):
    """With a learning rate that changes nothing, no epoch after the first improves."""
    settings = tiny_settings.model_copy(
        update={"learning_rate": 1e-12, "epochs": 50, "decay_patience": 2, "stop_patience": 4}
    )
    events = list(train(settings, small_dataset, tmp_path / "run", []))
    assert [e.learning_rate for e in of(EpochEnded, events)] == pytest.approx([1e-12] * 3 + [1e-13] * 2)
    assert (events[-1].reason, events[-1].epochs, events[-1].best_epoch) == ("stopped early", 5, 1)


@pytest.mark.parametrize("loss", ["dice", "wcel"])
def test_every_loss_trains(tiny_settings, small_dataset, tmp_path, loss):
    settings = tiny_settings.model_copy(update={"loss": loss, "validation_bones": 0, "epochs": 3})
    epochs = of(EpochEnded, train(settings, small_dataset, tmp_path / "run", []))
    assert epochs[-1].training_loss < epochs[0].training_loss
    assert epochs[0].validation_loss is None


def test_validation_bones_are_a_function_of_the_seed_and_never_held_out(tiny_settings, small_dataset, tmp_path):
    chosen = set()
    for seed in range(8):
        settings = tiny_settings.model_copy(update={"seed": seed})
        events = train(settings, small_dataset, tmp_path / str(seed), ["bone_2"])
        started = next(event for event in events if isinstance(event, TrainingStarted))
        events.close()
        chosen |= set(started.validation_bones)
        assert "bone_2" not in (*started.validation_bones, *started.training_bones)
    assert chosen == {"bone_1", "bone_3"}


def test_all_cases_of_a_bone_are_held_out(tiny_settings, small_dataset, tmp_path):
    same = {"bone_1": "left_one", "bone_2": "left_one", "bone_3": "other"}
    dataset = rewrite(small_dataset, tmp_path / "d", lambda case: dataclasses.replace(case, bone=same[case.case_id]))
    settings = tiny_settings.model_copy(update={"validation_bones": 0})
    events = train(settings, dataset, tmp_path / "run", ["bone_1"])
    assert next(e for e in events if isinstance(e, TrainingStarted)).training_bones == ("other",)
    events.close()
    assert Run.open(tmp_path / "run").hold_out == ("bone_1", "bone_2")


def test_cases_that_cannot_be_trained_on_are_left_out_and_named(tiny_settings, small_dataset, tmp_path):
    def change(case):
        return dataclasses.replace(case, annotations=()) if case.case_id == "bone_2" else case

    events = list(train(tiny_settings, rewrite(small_dataset, tmp_path / "d", change), tmp_path / "run", []))
    assert of(Said, events) == [Said("bone_2 is left out: it has no annotations.")]
    assert "bone_2" not in of(TrainingStarted, events)[0].training_bones


@pytest.mark.parametrize(
    ("hold_out", "changes", "message"),
    [
        (["bone_9"], {}, "Cannot hold out bone_9.*bone_1, bone_2, bone_3"),
        (["bone_1", "bone_2"], {}, "more bones to train on than the 1 that watch.*got 1"),
        (["bone_1", "bone_2", "bone_3"], {}, "No bone is left"),
        ([], {"grid": 17}, "multiple of 2"),
        ([], {"device": "cuda"}, "no device 'cuda'"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_leaves_no_folder(
    tiny_settings, small_dataset, tmp_path, monkeypatch, hold_out, changes, message
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    settings = tiny_settings.model_copy(update=changes)
    with pytest.raises(InputError, match=message):
        list(train(settings, small_dataset, tmp_path / "run", hold_out))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("lacking", ["annotations", "structures"])
def test_a_dataset_without_anything_to_learn_is_refused(tiny_settings, small_dataset, tmp_path, lacking):
    nothing = {"annotations": (), "structures": None}[lacking]
    dataset = rewrite(small_dataset, tmp_path / "d", lambda case: dataclasses.replace(case, **{lacking: nothing}))
    with pytest.raises(InputError, match="No bone is left to train on"):
        list(train(tiny_settings, dataset, tmp_path / "run", []))


def test_empty_annotations_are_refused(tiny_settings, small_dataset, tmp_path):
    def change(case):
        empty = tuple(dataclasses.replace(a, mask=np.zeros_like(a.mask)) for a in case.annotations)
        return dataclasses.replace(case, annotations=empty)

    with pytest.raises(InputError, match="no drilled region"):
        list(train(tiny_settings, rewrite(small_dataset, tmp_path / "d", change), tmp_path / "run", []))


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_epoch(tiny_settings, small_dataset, tmp_path):
    events = train(tiny_settings, small_dataset, tmp_path / "run", [])
    next(event for event in events if isinstance(event, EpochEnded))
    good = (tmp_path / "run" / "checkpoint_last.safetensors").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "make_batch", _poisoned)
        with pytest.raises(InputError, match=r"epoch 2.*checkpoints of epoch 1 are kept.*lower learning rate"):
            list(events)
    assert (tmp_path / "run" / "checkpoint_last.safetensors").read_bytes() == good


_make_batch = fitting.make_batch


def _poisoned(*args):
    batch = _make_batch(*args)
    return batch._replace(inputs=batch.inputs * float("nan"))


def test_weights_that_are_no_numbers_are_never_written(tiny_settings, small_dataset, tmp_path):
    """The only step spoils the weights; the loss before it was still finite."""
    settings = tiny_settings.model_copy(update={"steps_per_epoch": 1, "validation_bones": 0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.Adam, "step", _spoil)
        with pytest.raises(InputError, match=r"epoch 1: the loss is no longer a finite number\. Train again"):
            list(train(settings, small_dataset, tmp_path / "run", []))
    assert Run.open(tmp_path / "run").state == "empty"


def _spoil(optimiser):
    with torch.no_grad():
        for parameter in optimiser.param_groups[0]["params"]:
            parameter.fill_(float("nan"))


def test_a_full_disk_is_explained_and_the_run_goes_on_later(finished, tiny_settings, small_dataset, tmp_path):
    events = train(tiny_settings, small_dataset, tmp_path / "run", ["bone_3"])
    next(event for event in events if isinstance(event, EpochEnded))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", _disk_full)
        with pytest.raises(InputError, match="disk is full"):
            list(events)
    rest = list(resume(small_dataset, tmp_path / "run"))
    assert losses(rest) == [row for row in losses(finished[0]) if row[0] > 1]


def _disk_full(path, content):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_corrupt_last_checkpoint_is_explained(tiny_settings, small_dataset, tmp_path):
    events = train(tiny_settings, small_dataset, tmp_path / "run", [])
    next(event for event in events if isinstance(event, EpochEnded))
    events.close()
    path = tmp_path / "run" / "checkpoint_last.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="no readable checkpoint"):
        list(resume(small_dataset, tmp_path / "run"))


def test_out_of_memory_names_the_remedy(tiny_settings, small_dataset, tmp_path, monkeypatch):
    def greedy(*args):
        return torch.empty(2**60, dtype=torch.uint8)

    monkeypatch.setattr(fitting, "make_batch", greedy)
    with pytest.raises(InputError, match=r"smaller batch_size \(now 2\), a smaller grid \(now 16\)"):
        list(train(tiny_settings, small_dataset, tmp_path / "run", []))


def test_without_pytorch_it_says_what_to_install(tiny_settings, small_dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("napari_rpdl.learning.requirements.find_spec", lambda module: None)
    with pytest.raises(InputError, match=r"PyTorch.*pip install 'napari-rpdl\[learning\]'"):
        list(train(tiny_settings, small_dataset, tmp_path / "run", []))


@pytest.mark.parametrize("loss", ["rpdl", "rpdl-published", "bce+surgeon-dice"])
def test_one_surgeon_is_enough(loss, small_dataset, tiny_settings, tmp_path):
    settings = tiny_settings.model_copy(update={"loss": loss, "epochs": 1})
    events = list(train(settings, small_dataset, tmp_path / "run", [], ["surgeon_2", "surgeon_3"]))
    assert isinstance(events[-1], TrainingEnded)
    assert math.isfinite(events[-1].best_loss)


def test_a_map_that_rewards_nothing_is_refused(small_dataset, tiny_settings, tmp_path):
    """One surgeon's votes are all single: where those count as none, an empty mask would be best."""
    zeroed = {"loss": "rpdl-published", "rpmap": RPMapSettings(single_votes="zero")}
    settings = tiny_settings.model_copy(update=zeroed | {"epochs": 1})
    with pytest.raises(InputError, match=r"at most 1 surgeon.*rewards nothing.*keep"):
        list(train(settings, small_dataset, tmp_path / "one", [], ["surgeon_2", "surgeon_3"]))
    assert isinstance(list(train(settings, small_dataset, tmp_path / "two", [], ["surgeon_3"]))[-1], TrainingEnded)


def test_what_kills_left_half_written_is_cleared_away(tiny_settings, small_dataset, tmp_path):
    work = train(tiny_settings, small_dataset, tmp_path / "run", ["bone_3"])
    while not isinstance(next(work), EpochEnded):
        pass
    work.close()
    half = tmp_path / "run" / ".writing-abc-checkpoint_last.safetensors"
    half.write_bytes(b"half")
    work = resume(small_dataset, tmp_path / "run")
    while not isinstance(next(work), TrainingStarted):
        pass
    assert not half.exists()
    work.close()


def test_a_held_out_surgeon_leaves_no_trace(small_dataset, tiny_settings, tmp_path):
    """Whatever a held-out surgeon drilled, losses, maps and weights are bit for bit the same."""

    def other(case):
        annotations = tuple(
            dataclasses.replace(one, mask=np.roll(one.mask, 5, 1)) if one.surgeon == "surgeon_2" else one
            for one in case.annotations
        )
        return dataclasses.replace(case, annotations=annotations)

    changed = rewrite(small_dataset, tmp_path / "changed", other)
    folders = [tmp_path / "a", tmp_path / "b"]
    events = [
        list(train(tiny_settings, dataset, folder, ["bone_3"], ["surgeon_2"]))
        for dataset, folder in zip((small_dataset, changed), folders, strict=True)
    ]
    assert losses(events[0]) == losses(events[1])
    case = small_dataset.case("bone_3")
    assert np.array_equal(*(predict(folder, case).probabilities for folder in folders))
    record = Run.open(folders[0]).record
    assert record.hold_out_surgeons == ("surgeon_2",)
    assert record.surgeons == ("surgeon_1", "surgeon_3")
    seen = losses(list(train(tiny_settings, small_dataset, tmp_path / "all", ["bone_3"])))
    assert seen != losses(events[0])


def test_a_held_out_surgeon_stays_held_out_after_a_resume(small_dataset, tiny_settings, tmp_path):
    whole = list(train(tiny_settings, small_dataset, tmp_path / "whole", ["bone_3"], ["surgeon_2"]))
    events = train(tiny_settings, small_dataset, tmp_path / "cut", ["bone_3"], ["surgeon_2"])
    next(event for event in events if isinstance(event, EpochEnded) and event.epoch == 2)
    events.close()
    rest = list(resume(small_dataset, tmp_path / "cut"))
    assert losses(rest) == [step for step in losses(whole) if step[0] > 2]


def test_bones_that_only_held_out_surgeons_drilled_are_left_out(small_dataset, tiny_settings, tmp_path):
    def thinned(case):
        return case.without(["surgeon_1", "surgeon_3"]) if case.case_id == "bone_3" else case

    dataset = rewrite(small_dataset, tmp_path / "thin", thinned)
    events = list(train(tiny_settings, dataset, tmp_path / "run", [], ["surgeon_2"]))
    assert "bone_3 is left out: it has no annotations." in [event.text for event in of(Said, events)]
    record = Run.open(tmp_path / "run").record
    assert "bone_3" not in {*record.training_cases, *record.validation_cases}


def test_surgeons_to_hold_out_must_exist_and_leave_one(small_dataset, tiny_settings, tmp_path):
    with pytest.raises(InputError, match="Cannot hold out the surgeon surgeon_9"):
        list(train(tiny_settings, small_dataset, tmp_path / "run", [], ["surgeon_9"]))
    with pytest.raises(InputError, match="No surgeon is left"):
        list(train(tiny_settings, small_dataset, tmp_path / "run", [], small_dataset.surgeons))
    assert not (tmp_path / "run").exists()


def test_two_programs_do_not_train_in_one_folder(finished, tiny_settings, small_dataset, tmp_path):
    work = train(tiny_settings, small_dataset, tmp_path / "run", ["bone_3"])
    while not isinstance(next(work), EpochEnded):
        pass
    with pytest.raises(InputError, match="Another program is changing"):
        list(resume(small_dataset, tmp_path / "run"))
    work.close()
    events = list(resume(small_dataset, tmp_path / "run"))
    assert losses(events) == losses(finished[0])[-len(losses(events)) :]
    assert [event.epoch for event in Run.open(tmp_path / "run").history()] == list(range(1, tiny_settings.epochs + 1))


def test_a_run_does_not_go_on_with_a_dataset_whose_codes_mean_others(tiny_settings, small_dataset, tmp_path):
    work = train(tiny_settings, small_dataset, tmp_path / "run", ["bone_3"])
    while not isinstance(next(work), EpochEnded):
        pass
    work.close()
    first, second, *rest = small_dataset.table.structures
    swapped = (first.model_copy(update={"name": second.name}), second.model_copy(update={"name": first.name}))
    table = StructureTable(structures=(*swapped, *rest))
    about = {"name": "swapped", "table": table, "origin": "test", "licence": "MIT"}
    with DatasetWriter(tmp_path / "swapped", surgeons=small_dataset.surgeons, **about) as writer:
        for case in small_dataset:
            writer.add(dataclasses.replace(case, table=table))
    with pytest.raises(InputError, match="other structures"):
        list(resume(Dataset.open(tmp_path / "swapped"), tmp_path / "run"))
    with pytest.raises(InputError, match=f"other codes to {second.name}, {first.name}"):
        predict(tmp_path / "run", dataclasses.replace(small_dataset.case("bone_3"), table=table), PredictionSettings())


def corrected_bones(small_dataset, folder, bones):
    """Return a copy of the dataset in which a region of each of ``bones`` was moved."""

    def correct(case):
        first, *others = case.annotations
        moved = dataclasses.replace(first, mask=np.roll(first.mask, 1, 0))
        return dataclasses.replace(case, annotations=(moved, *others)) if case.bone in bones else case

    return rewrite(small_dataset, folder, correct)


def test_a_run_does_not_go_on_with_another_dataset_whose_bones_have_the_same_names(
    small_dataset, tiny_settings, tmp_path
):
    work = train(tiny_settings, small_dataset, tmp_path / "run", ["bone_3"])
    next(event for event in work if isinstance(event, EpochEnded))
    work.close()
    other = corrected_bones(small_dataset, tmp_path / "other", ["bone_1", "bone_2"])
    with pytest.raises(InputError, match=f"every bone holds something else. Open {small_dataset.folder}"):
        list(resume(other, tmp_path / "run"))
    assert len(of(EpochEnded, resume(small_dataset, tmp_path / "run"))) == tiny_settings.epochs - 1


def test_bones_that_changed_while_a_training_was_stopped_are_named(small_dataset, tiny_settings, tmp_path):
    work = train(tiny_settings, small_dataset, tmp_path / "run", [])
    next(event for event in work if isinstance(event, EpochEnded))
    work.close()
    corrected = corrected_bones(small_dataset, tmp_path / "corrected", ["bone_2"])
    assert any("bone_2 changed since" in event.text for event in of(Said, resume(corrected, tmp_path / "run")))
