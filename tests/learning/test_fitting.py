"""What a fit does beyond the plain training of test_training.py: each variant of it resumes exactly."""

import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.events import Said
from napari_rpdl.learning import fitting
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.collapse import PATIENCE
from napari_rpdl.learning.environment import read_environments
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingStarted
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import (
    PRESETS,
    ComputationSettings,
    DeformationSettings,
    LossSettings,
    NetworkSettings,
    OptimisationSettings,
    TrainingSettings,
)

VARIANTS = {
    "mean of weights, AdamW, cosine, clipping": {
        "optimisation": OptimisationSettings(
            optimiser="adamw", weight_decay=0.01, schedule="cosine", warm_up=1, clipping=0.1, weight_average=0.9
        ),
        "deformation": DeformationSettings(rotation=5, scaling=0.05, elastic=1),
    },
    "as published": {
        "loss": "rpdl-published",
        "optimisation": OptimisationSettings(plateau="absolute", prior_bias=False),
        "passes": "repeated",
        "validation": "published",
        "validation_share": 0.3,
        "steps_per_epoch": 0,
        "batch_size": 5,
    },
    "random samples, bfloat16, parts, compound loss": {
        "loss": "bce+surgeon-dice",
        "loss_options": LossSettings(reduction="bone"),
        "network": NetworkSettings(channels=(4, 8), dropout=0.3, encoding="one-hot+distances"),
        "validation": "random",
        "validation_share": 0.3,
        "batch_size": 3,
        "computation": ComputationSettings(precision="bfloat16", micro_batch=2),
    },
    "cross-entropy for the first five steps": {
        "loss": "rpdl-published",
        "optimisation": OptimisationSettings(cross_entropy_steps=5),
    },
    "a network whose heads are summed, in the mean of its weights": {
        "network": NetworkSettings(name="isensee-published", filters=2, dropout=0.3),
        "grid": 32,
        "optimisation": OptimisationSettings(weight_average=0.9),
    },
    "a head for each surgeon": {
        "loss": "surgeon-heads",
        "network": NetworkSettings(channels=(4, 8), surgeon_heads=True),
    },
}


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def losses(events):
    return [(event.epoch, event.step, event.loss) for event in of(StepEnded, events)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_resumes_bit_for_bit(variant, tiny_settings, small_dataset, tmp_path):
    settings = TrainingSettings.model_validate(tiny_settings.model_dump() | VARIANTS[variant])
    whole = list(train(settings, small_dataset, tmp_path / "whole", ["bone_3"]))
    events = train(settings, small_dataset, tmp_path / "cut", ["bone_3"])
    for event in events:
        if isinstance(event, StepEnded) and event.epoch == 3:
            events.close()
    rest = list(resume(small_dataset, tmp_path / "cut"))
    assert losses(rest) == [row for row in losses(whole) if row[0] >= 3]
    for which in ("best", "last"):
        ours = read_checkpoint(tmp_path / "cut" / f"checkpoint_{which}.safetensors", True).tensors
        theirs = read_checkpoint(tmp_path / "whole" / f"checkpoint_{which}.safetensors", True).tensors
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert len(read_environments(tmp_path / "cut")) == 2


@pytest.mark.parametrize("epoch", [3, 6])
def test_a_collapse_is_told_in_the_same_epoch_after_a_resume(epoch, tiny_settings, small_dataset, tmp_path):
    """The prior bias starts below 0.5 everywhere, and hardly learning stays there: empty from the first epoch on."""
    settings = tiny_settings.model_copy(update={"learning_rate": 1e-7, "epochs": 7, "steps_per_epoch": 1})

    def told(events):
        """Return the number of the epoch after whose end each sentence came."""
        after, ended = {}, 0
        for event in events:
            ended = event.epoch if isinstance(event, EpochEnded) else ended
            if isinstance(event, Said):
                after[ended] = event.text
        return after

    whole = told(train(settings, small_dataset, tmp_path / "whole", ["bone_3"]))
    assert list(whole) == [PATIENCE]
    events = train(settings, small_dataset, tmp_path / "cut", ["bone_3"])
    before = []
    for event in events:
        before.append(event)
        if isinstance(event, StepEnded) and event.epoch == epoch:
            events.close()
    assert told(before) | told(resume(small_dataset, tmp_path / "cut")) == whole
    assert (PATIENCE in told(before)) is (epoch > PATIENCE)


@pytest.mark.parametrize("validation", ["random", "published"])
def test_samples_watch_where_bones_do_not(validation, tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(
        update={"validation": validation, "passes": "repeated", "steps_per_epoch": 0, "batch_size": 4, "epochs": 1}
    )
    events = list(train(settings, small_dataset, tmp_path / "run", []))
    (started,) = of(TrainingStarted, events)
    assert started.validation_bones == ()
    assert started.training_bones == ("bone_1", "bone_2", "bone_3")
    # 3 bones x 3 surgeons x 2 mirror images = 18 samples, of which int(18 * 0.9) = 16 learn.
    assert started.steps_per_epoch == len(of(StepEnded, events)) == 4
    (ended,) = of(EpochEnded, events)
    assert ended.validation_loss is not None
    assert 0 <= ended.validation_dice <= 1


def test_the_mean_of_the_weights_is_what_predicts(tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(update={"optimisation": OptimisationSettings(weight_average=0.9)})
    list(train(settings, small_dataset, tmp_path / "run", []))
    last = read_checkpoint(tmp_path / "run" / "checkpoint_last.safetensors", with_optimiser=True)
    names = [name for name in last.tensors if name.startswith("learning.")]
    assert names
    assert any(not torch.equal(last.tensors[n], last.tensors[n.replace("learning.", "network.")]) for n in names)
    best = read_checkpoint(tmp_path / "run" / "checkpoint_best.safetensors", with_optimiser=True)
    assert all(name.startswith("network.") for name in best.tensors)


def test_warm_up_shows_in_the_learning_rate(tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(update={"optimisation": OptimisationSettings(warm_up=2, schedule="cosine")})
    rates = [event.learning_rate for event in of(EpochEnded, train(settings, small_dataset, tmp_path / "run", []))]
    assert rates[0] < rates[1] < settings.learning_rate > rates[3]


def test_a_network_that_calls_nothing_drilled_is_reported(tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(update={"learning_rate": 1e-12, "epochs": 6, "steps_per_epoch": 1})
    said = [event.text for event in of(Said, train(settings, small_dataset, tmp_path / "run", []))]
    assert len(said) == 1
    assert "no voxel drilled" in said[0]
    assert "too low" in said[0]


def test_memory_that_runs_out_is_said_and_training_goes_on(tiny_settings, small_dataset, tmp_path, monkeypatch):
    settings = tiny_settings.model_copy(update={"epochs": 1})
    plain = list(train(settings, small_dataset, tmp_path / "plain", []))
    build = fitting.network_of

    def hungry(*args):
        network = build(*args)
        network.register_forward_pre_hook(lambda module, inputs: _allocate(len(inputs[0])))
        return network

    monkeypatch.setattr(fitting, "network_of", hungry)
    events = list(train(settings, small_dataset, tmp_path / "run", []))
    assert [event.text for event in of(Said, events)] == [
        "Memory ran out: the network now sees 1 bone at a time, with the same result, but slower."
    ]
    assert [row[2] for row in losses(events)] == pytest.approx([row[2] for row in losses(plain)], rel=1e-4)


def _allocate(bones: int) -> None:
    if bones > 1:
        torch.empty(2**60, dtype=torch.uint8)


def test_without_prior_bias_half_of_everything_is_drilled_at_first(tiny_settings, small_dataset, tmp_path):
    """The published code's start: P = 0.5 everywhere, so its two-argument loss begins far above the empty mask's 1."""
    start = {}
    for prior_bias in (True, False):
        optimisation = OptimisationSettings(prior_bias=prior_bias)
        settings = tiny_settings.model_copy(
            update={"loss": "rpdl-published", "epochs": 1, "steps_per_epoch": 1, "optimisation": optimisation}
        )
        events = list(train(settings, small_dataset, tmp_path / str(prior_bias), []))
        start[prior_bias] = losses(events)[0][2]
    assert start[False] > 1.2
    assert start[True] < 1.1


def test_the_first_steps_follow_the_cross_entropy_and_the_loss_is_still_what_is_told(
    tiny_settings, small_dataset, tmp_path
):
    """After one step the weights are those of the cross-entropy, after two they are no more."""
    found = {}
    for name, loss, steps in (("bce", "bce", 0), ("ours", "rpdl-published", 0), ("started", "rpdl-published", 1)):
        settings = tiny_settings.model_copy(
            update={"loss": loss, "epochs": 2, "steps_per_epoch": 1, "validation_bones": 0}
            | {"optimisation": OptimisationSettings(cross_entropy_steps=steps)}
        )
        found[name] = losses(train(settings, small_dataset, tmp_path / name, []))
    assert found["started"][0] == found["ours"][0] != found["bce"][0]
    assert found["started"][1] != found["ours"][1]


def test_surgeon_heads_have_nothing_to_start_with(tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(
        update={
            "loss": "surgeon-heads",
            "network": tiny_settings.network.model_copy(update={"surgeon_heads": True}),
            "optimisation": OptimisationSettings(cross_entropy_steps=1),
        }
    )
    with pytest.raises(InputError, match="Set cross_entropy_steps to 0"):
        list(train(settings, small_dataset, tmp_path / "run", []))


def test_the_run_remembers_where_it_computed(tiny_settings, small_dataset, tmp_path):
    list(train(tiny_settings, small_dataset, tmp_path / "run", []))
    (environment,) = read_environments(Run.open(tmp_path / "run").folder)
    assert environment.device == "cpu"
    assert environment.threads == 1


@pytest.mark.parametrize("name", ["paper", "published-code"])
def test_the_presets_train(name, small_dataset, tmp_path):
    """At a size that a test can afford: the smallest grid that halves four times, few filters, one step."""
    preset = PRESETS[name]
    small = {"grid": 32, "batch_size": 2, "steps_per_epoch": 1, "epochs": 1, "threads": 1, "device": "cpu"}
    network = preset.network.model_copy(update={"filters": 2})
    settings = preset.model_copy(update={**small, "network": network, "validation_share": 0.005})
    (ended,) = of(EpochEnded, train(settings, small_dataset, tmp_path / "run", []))
    assert ended.validation_loss is not None
    assert ended.learning_rate == 1e-4


def test_a_network_with_an_auxiliary_loss_trains_in_parts(small_dataset, tmp_path):
    settings = TrainingSettings(
        network=NetworkSettings(name="myronenko18", filters=8, encoding="ordinal"),
        loss="rpdl",
        grid=32,
        epochs=1,
        steps_per_epoch=1,
        computation=ComputationSettings(micro_batch=1),
        validation_bones=0,
        threads=1,
        device="cpu",
    )
    (ended,) = of(EpochEnded, train(settings, small_dataset, tmp_path / "run", []))
    assert 0 < ended.training_loss <= 1
