"""One optimiser step's loss and gradient, whole or in parts that fit the memory.

The losses pool the bones of a batch, so the gradient of a part depends on the rest. In
parts, the step therefore goes twice: first every part's logits are computed without
keeping what a gradient needs, the loss of all logits together gives its gradient with
respect to each logit, and then every part passes again and takes its share of that
gradient backwards. That is the whole batch's gradient, for every loss, to rounding,
for one more forward pass. Two things are not the whole batch's then: batch norm sees the
statistics of a part, and dropout draws for each part by itself.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.func import functional_call

from napari_rpdl.events import Event, Said
from napari_rpdl.learning.devices import free_memory, is_out_of_memory, seeded
from napari_rpdl.learning.group import Group
from napari_rpdl.learning.losses.pattern_sums import why_plain
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.learning.networks import HasAuxiliaryLoss
from napari_rpdl.learning.sampling import Batch
from napari_rpdl.settings import ComputationSettings


class Stepper:
    """Passes batches through a network and leaves gradients in its parameters.

    Attributes:
        network: what is trained.
        said: what a person should hear, to be taken away by ``news``.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: nn.Module,
        settings: ComputationSettings,
        device: torch.device,
        group: Group | None = None,
    ) -> None:
        self.network = network
        self._group = group or Group()
        self._loss = loss
        self._device = device
        self._part = settings.micro_batch
        self._autocast = takes_bfloat16(settings, device)
        self._layout = torch.channels_last_3d if settings.channels_last else torch.contiguous_format
        self._call: nn.Module = torch.compile(network) if settings.compiled else network  # type: ignore[assignment]
        self.said: list[Event] = []
        if why := why_plain(device):
            self.said.append(Said(f"{why}: losses take plain PyTorch, with the same result, but slower."))
        network.to(memory_format=self._layout)  # type: ignore[call-overload]  # PyTorch's stub lacks it

    def logits(self, inputs: Tensor, network: nn.Module | None = None) -> Tensor:
        """Return float32 logits; of ``network`` where one is given."""
        with self._precision():
            logits: Tensor = (self._call if network is None else network)(inputs.contiguous(memory_format=self._layout))
        return logits.float()

    def loss(self, logits: Tensor, targets: PatternTargets) -> Tensor:
        """Return the loss of a batch."""
        value: Tensor = self._loss(logits, targets)
        return value

    def step(self, batch: Batch, *key: int, follow: nn.Module | None = None) -> tuple[Tensor, Tensor]:
        """Put the gradient of a batch into the parameters; in halves as often as memory runs out.

        Args:
            batch: any number of bones; of a group of processes each has its part.
            key: what dropout is a function of.
            follow: another loss, which gives the gradient; what is returned is still the value of ours.

        Returns:
            The loss, and the share of voxels that the network calls drilled (both without gradient).
        """
        while True:
            size = min(self._part or len(batch.inputs), len(batch.inputs))
            try:
                found = self._one_pass(batch, size, follow, *key)
            except (MemoryError, RuntimeError) as error:
                # Alone in trying again, one of a group would wait for the others forever.
                if size == 1 or self._group.size > 1 or not is_out_of_memory(error):
                    raise
            else:
                self._group.add_up(self.network)
                return found
            # Outside of the handler, whose traceback would keep the memory alive.
            self._halve(size)

    def news(self) -> Iterator[Event]:
        """Yield what is to be said, once."""
        said, self.said = self.said, []
        yield from said

    def _one_pass(self, batch: Batch, size: int, follow: nn.Module | None, *key: int) -> tuple[Tensor, Tensor]:
        if size == len(batch.inputs):
            return self._whole(batch, follow, *key)
        return self._in_parts(batch, size, follow, *key)

    def _whole(self, batch: Batch, follow: nn.Module | None, *key: int) -> tuple[Tensor, Tensor]:
        self.network.zero_grad(set_to_none=True)
        with seeded(self._device, *key, *self._group.key):
            own = self.logits(batch.inputs)
        logits = self._group.joined(own, batch.targets.bones)
        loss = self.loss(logits, batch.targets)
        followed = loss if follow is None else follow(logits, batch.targets)
        torch.autograd.backward(_with_auxiliary(followed, self.network, self._share(own, batch)))
        return loss.detach(), _drilled_share(logits)

    def _in_parts(self, batch: Batch, size: int, follow: nn.Module | None, *key: int) -> tuple[Tensor, Tensor]:
        self.network.zero_grad(set_to_none=True)
        parts = torch.split(batch.inputs, size)
        with torch.no_grad():
            found = [self._trial(part, *key, *self._group.key, number) for number, part in enumerate(parts)]
        own = torch.cat(found).requires_grad_()
        logits = self._group.joined(own, batch.targets.bones)
        loss = self.loss(logits, batch.targets)
        (slopes,) = torch.autograd.grad(loss if follow is None else follow(logits, batch.targets), own)
        for number, (part, slope) in enumerate(zip(parts, torch.split(slopes, size), strict=True)):
            with seeded(self._device, *key, *self._group.key, number):
                again = self.logits(part)
            # Its value is of no interest, its gradient is the chain rule's.
            linear = (again * slope).sum()
            torch.autograd.backward(_with_auxiliary(linear, self.network, self._share(part, batch)))
        return loss.detach(), _drilled_share(logits)

    def _share(self, part: Tensor, batch: Batch) -> float:
        """Return how much of the batch a part is; one that only stands in (``make_batch``) is none of it."""
        bones = batch.targets.bones
        own = self._group.mine(bones)
        return len(part) / bones if own.stop > own.start else 0.0

    def _trial(self, part: Tensor, *key: int) -> Tensor:
        """Return the logits of a part, and leave running statistics for the second pass to update."""
        buffers = {name: buffer.clone() for name, buffer in self.network.named_buffers()}
        with seeded(self._device, *key), self._precision():
            logits: Tensor = functional_call(self.network, buffers, (part.contiguous(memory_format=self._layout),))
        return logits.float()

    def _halve(self, size: int) -> None:
        self.network.zero_grad(set_to_none=True)
        free_memory(self._device)
        self.take_parts(max(1, size // 2), "Memory ran out")

    def take_parts(self, size: int, why: str) -> None:
        """Let so many bones pass at once from now on, and say so."""
        self._part = size
        bones = "bone" if size == 1 else "bones"
        alone = _sees_each_alone(self.network)
        result = "the same result, but" if alone else "another result (it has batch norm or dropout), and"
        self.said.append(Said(f"{why}: the network now sees {size} {bones} at a time, with {result} slower."))

    def _precision(self) -> AbstractContextManager[object]:
        return torch.autocast(self._device.type, torch.bfloat16) if self._autocast else nullcontext()


def _sees_each_alone(network: nn.Module) -> bool:
    """Say whether the gradient of a batch is the same in parts: no batch norm, no dropout."""
    parts = network.modules()
    batch_norm, dropout = nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd
    return not any(isinstance(part, batch_norm) or (isinstance(part, dropout) and part.p > 0) for part in parts)


def takes_bfloat16(settings: ComputationSettings, device: torch.device) -> bool:
    """Say whether the network computes in bfloat16 on a device."""
    if settings.precision == "auto":
        return device.type == "cuda" and torch.cuda.is_bf16_supported()
    return settings.precision == "bfloat16"


def _with_auxiliary(loss: Tensor, network: nn.Module, share: float) -> Tensor:
    """Add what a network wants to lower besides the loss (e.g. the variational branch of Myronenko18)."""
    extra = network.auxiliary_loss() if isinstance(network, HasAuxiliaryLoss) else None
    return loss if extra is None else loss + share * extra


def _drilled_share(logits: Tensor) -> Tensor:
    return (logits.detach() >= 0).float().mean()
