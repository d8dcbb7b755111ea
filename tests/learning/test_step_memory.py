"""What a step keeps is known beforehand: the figures by hand and by a real pass; what follows from them."""

import pytest
import torch
from torch import nn

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.events import Said
from napari_rpdl.learning import step_memory as module
from napari_rpdl.learning.events import StepEnded
from napari_rpdl.learning.main_memory import MainMemory
from napari_rpdl.learning.networks import NETWORKS, HasAuxiliaryLoss, build_network
from napari_rpdl.learning.runs import RunRecord
from napari_rpdl.learning.step_memory import bones_at_once, step_memory
from napari_rpdl.learning.training import train
from napari_rpdl.settings import ComputationSettings, NetworkSettings, OptimisationSettings, TrainingSettings

CPU = torch.device("cpu")
RECORD = RunRecord(
    dataset_folder="", dataset_name="", hold_out=(), training_cases=(), validation_cases=(), right_ears=True,
    table=TEMPORAL_BONE, surgeons=("a", "b"),
)  # fmt: skip


def settings_of(name="unet", grid=32, **changes):
    return TrainingSettings(network=NetworkSettings(name=name), grid=grid, **changes)


def test_two_convolutions_by_hand(monkeypatch):
    """The second convolution and the ReLU before it keep the same map; the first one keeps the input."""
    network = nn.Sequential(nn.Conv3d(14, 3, 1), nn.ReLU(), nn.Conv3d(3, 1, 1))
    monkeypatch.setattr(module, "network_of", lambda *_: network.to("meta"))
    memory = step_memory(settings_of(grid=8), RECORD, CPU)
    weights = (14 * 3 + 3) + (3 + 1)
    assert memory.weights == 4 * weights * 4
    assert memory.bone == 8**3 * (14 + 3) * 4
    assert memory.of(5) == memory.weights + 5 * memory.bone
    averaging = settings_of(grid=8, optimisation=OptimisationSettings(weight_average=0.9))
    assert step_memory(averaging, RECORD, CPU).weights == 5 * weights * 4
    half = settings_of(grid=8, computation=ComputationSettings(precision="bfloat16"))
    assert step_memory(half, RECORD, CPU).bone == memory.bone // 2


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_keeps_in_a_real_pass_what_was_told(name):
    settings = settings_of(name, 64 if name == "med3d" else 32)
    network = build_network(settings.network, 14, settings.grid).train()
    weights = {id(parameter) for parameter in network.parameters()}
    kept: dict[int, int] = {}
    held = []

    def note(tensor):
        held.append(tensor)
        if id(tensor) not in weights and tensor._base is None:
            kept[tensor.data_ptr()] = tensor.nbytes
        elif tensor._base is not None:
            kept[tensor._base.data_ptr()] = tensor._base.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        network(torch.rand(1, 14, *(settings.grid,) * 3))
        if isinstance(network, HasAuxiliaryLoss):
            network.auxiliary_loss()
    told = step_memory(settings, RECORD, CPU).bone
    assert told == pytest.approx(sum(kept.values()), rel=0.1)


def test_parts_of_a_batch_fit_the_main_memory(monkeypatch):
    settings = settings_of(batch_size=8)
    memory = step_memory(settings, RECORD, CPU)

    def at_once(total, changed=settings):
        monkeypatch.setattr(module, "main_memory", lambda: None if total is None else MainMemory(total, None))
        return bones_at_once(changed, RECORD, CPU)

    assert at_once(module._PEAK * memory.of(8) + 1) == 0
    assert at_once(module._PEAK * memory.of(8) - 1) == 7
    assert at_once(module._PEAK * memory.of(3) + 1) == 3
    assert at_once(1) == 1
    assert at_once(None) == 0
    for computation in (ComputationSettings(micro_batch=2), ComputationSettings(compiled=True)):
        assert at_once(1, settings_of(batch_size=8, computation=computation)) == 0


def test_a_batch_too_large_for_the_main_memory_passes_in_parts_and_says_so(
    tiny_settings, small_dataset, tmp_path, monkeypatch
):
    settings = tiny_settings.model_copy(update={"epochs": 2})
    plain = list(train(settings, small_dataset, tmp_path / "plain", []))
    monkeypatch.setattr(module, "_PEAK", 1e9)
    events = list(train(settings, small_dataset, tmp_path / "run", []))
    said = [event for event in events if isinstance(event, Said)]
    assert [event.text for event in said] == [
        "A whole batch of 2 may not fit into the main memory: the network now sees 1 bone at a time, "
        "with the same result, but slower."
    ]
    first_step = next(event for event in events if isinstance(event, StepEnded))
    assert events.index(said[0]) < events.index(first_step), "a first step may take minutes"
    ours, theirs = ([event.loss for event in each if isinstance(event, StepEnded)] for each in (events, plain))
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_a_bone_too_large_for_the_memory_leaves_no_folder(tiny_settings, small_dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "main_memory", lambda: MainMemory(100_000, None))
    with pytest.raises(InputError, match=r"unet on a grid of 16 needs at least .* has 0\.0 GB\. Choose a smaller grid"):
        list(train(tiny_settings, small_dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()
