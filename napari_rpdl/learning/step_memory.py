"""What a step of training keeps in memory, known before the first one.

A GPU says when its memory runs out, and the step is tried again in parts (``stepping``). Main
memory says nothing: most systems promise more than they have, and end the program once it is
used. So on a CPU the parts are chosen beforehand.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.checkpoint import inputs_of, network_of
from napari_rpdl.learning.devices import choose_device
from napari_rpdl.learning.main_memory import in_gigabytes, main_memory
from napari_rpdl.learning.networks import HasAuxiliaryLoss
from napari_rpdl.learning.runs import RunRecord
from napari_rpdl.learning.stepping import takes_bfloat16
from napari_rpdl.settings import TrainingSettings

_PEAK = 2.0
"""At its fullest a step has up to so many times what it keeps: convolutions' work space, and gradients on their way
back. 1.1 to 1.95 was measured for all networks (``benchmarks/step_memory.py``)."""


class StepMemory(NamedTuple):
    """What a step keeps at the least, in bytes, to be told before anything is computed.

    Attributes:
        weights: weights, their gradient, what the optimiser notes of each, and their running mean.
        bone: what the gradient needs of one bone's pass.
    """

    weights: int
    bone: int

    def of(self, bones: int) -> int:
        """Return what is kept while so many bones pass at once."""
        return self.weights + bones * self.bone


def step_memory(settings: TrainingSettings, record: RunRecord, device: torch.device) -> StepMemory:
    """Return what a step of a run keeps on a device.

    The network is built and passed on PyTorch's device "meta", which knows sizes and computes nothing.
    """
    with torch.device("meta"):
        network = network_of(settings, record).train()
        inputs = torch.empty(1, inputs_of(settings, record), *(settings.grid,) * 3)
        kept = _kept_for_gradient(network, inputs)
    weights = sum(parameter.nbytes for parameter in network.parameters())
    copies = 5 if settings.optimisation.weight_average else 4
    # What passes in bfloat16 takes half, and not all of it does.
    return StepMemory(copies * weights, kept // 2 if takes_bfloat16(settings.computation, device) else kept)


def _kept_for_gradient(network: nn.Module, inputs: Tensor) -> int:
    """Return the bytes that a pass keeps beside the weights; what shares memory counts once."""
    weights = {parameter.untyped_storage()._cdata for parameter in network.parameters()}
    kept: dict[int, Tensor] = {}

    def note(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor  # held, so that no other memory gets its number
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        network(inputs)
        if isinstance(network, HasAuxiliaryLoss):
            network.auxiliary_loss()
    return sum(tensor.untyped_storage().nbytes() for number, tensor in kept.items() if number not in weights)


def check_memory(settings: TrainingSettings, record: RunRecord) -> None:
    """Raise an InputError if a single bone needs more memory than the device has."""
    device = choose_device(settings.device)
    there = _memory_of(device)
    if there is None or settings.computation.compiled:  # a compiled network may keep less
        return
    needed = step_memory(settings, record, device).of(1)
    if needed > there:
        msg = (
            f"{settings.network.name} on a grid of {settings.grid} needs at least {in_gigabytes(needed)} of memory for "
            f"one bone; the device {device.type!r} has {in_gigabytes(there)}. Choose a smaller grid or a smaller "
            "network (channels or filters)."
        )
        raise InputError(msg)


def bones_at_once(settings: TrainingSettings, record: RunRecord, device: torch.device) -> int:
    """Return how many bones of a batch may pass at once on a CPU; 0 where all may, or another device will tell.

    A function of the settings and of the machine's memory, so that a run goes on as it began.
    """
    there = _memory_of(device) if device.type == "cpu" else None
    if there is None or settings.computation.micro_batch or settings.computation.compiled:
        return 0
    memory = step_memory(settings, record, device)
    fitting = int((there / _PEAK - memory.weights) // memory.bone)
    return 0 if fitting >= settings.batch_size else max(1, fitting)


def _memory_of(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    memory = main_memory()
    return None if memory is None else memory.total
