"""Processes that train one network together, each on its part of every batch.

torchrun starts them; ``torch.distributed`` carries what they exchange, by NCCL between
GPUs and Gloo between CPUs. The losses pool the bones of a batch, so the mean of losses
that each process takes of its own part (what DistributedDataParallel makes) would be another loss.
Here every process receives the logits of the whole batch, which are small beside the
work that made them, takes the loss of all, goes back through its own part, and the
gradients are added up: the gradient of one process with the whole batch, to rounding, for
every loss. As with parts (``stepping``), batch norm sees a part at a time, and dropout
draws for each by itself.
"""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
import torch.distributed.nn.functional  # before any group: its default arguments would keep one alive for ever
from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.devices import choose_device
from napari_rpdl.learning.torchrun import Place, place
from napari_rpdl.settings import TrainingSettings

Told = TypeVar("Told")


class GroupStopped(Exception):  # noqa: N818 - no error: the first process was asked to stop
    """The first process has stopped between two steps, so the others do."""


class Group:
    """This process and those that train with it; by itself all methods leave things as they are.

    Attributes:
        rank: which of them this is; the first, 0, speaks and writes.
        size: how many there are.
    """

    def __init__(self, where: Place = Place()) -> None:  # noqa: B008 - frozen
        self.rank, self.size = where.rank, where.processes

    @property
    def first(self) -> bool:
        """Whether this process speaks and writes."""
        return self.rank == 0

    @property
    def key(self) -> tuple[int, ...]:
        """What random draws are a function of besides seed and step, so that dropout differs between parts."""
        return (self.rank,) if self.size > 1 else ()

    def mine(self, bones: int) -> slice:
        """Return which bones of a batch this process passes: as many as others, or one more or less."""
        whole, more = divmod(bones, self.size)
        start = self.rank * whole + min(self.rank, more)
        return slice(start, start + whole + (self.rank < more))

    def joined(self, own: Tensor, bones: int) -> Tensor:
        """Return the logits of all bones (bones, C, z, y, x), differentiable in those of this process.

        A process without a bone of its own hands in those of any bone, to be left out.
        """
        if self.size == 1:
            return own
        most = -(-bones // self.size)
        sent = own.new_zeros((most, *own.shape[1:]))
        real = self._count(self.rank, bones)
        sent[:real] = own.detach()[:real]
        received = [torch.empty_like(sent) for _ in range(self.size)]
        with _explaining_absence():
            dist.all_gather(received, sent)
        parts = [part[: self._count(rank, bones)] for rank, part in enumerate(received)]
        parts[self.rank] = own[:real]
        return torch.cat(parts)

    def add_up(self, network: nn.Module) -> None:
        """Replace the gradients by their sums over the processes."""
        if self.size > 1:
            self._reduce([p.grad for p in network.parameters() if p.grad is not None])

    def average_statistics(self, network: nn.Module) -> None:
        """Replace running statistics (of batch norm) by their means over the processes."""
        if self.size > 1:
            running = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
            self._reduce(running)
            for buffer in running:
                buffer.div_(self.size)

    def gathered(self, own: list[Told]) -> list[Told]:
        """Return the lists of all processes, one after the other in turn: first items, second items, ..."""
        if self.size == 1:
            return own
        lists: list[list[Told]] = [[] for _ in range(self.size)]
        with _explaining_absence():
            dist.all_gather_object(lists, own)
        longest = max(map(len, lists))
        return [each[index] for index in range(longest) for each in lists if index < len(each)]

    def agreed(self, value: Told) -> Told:
        """Return what the first process says, so that all decide alike."""
        if self.size == 1:
            return value
        told = [value]
        with _explaining_absence():
            dist.broadcast_object_list(told)
        return told[0]

    def go_on(self) -> None:
        """Wait for the first process to go on.

        Raises:
            GroupStopped: it has called ``stop`` instead.
        """
        if not self.agreed(True):
            raise GroupStopped

    def stop(self) -> None:
        """Let the others, who wait in ``go_on``, stop; for the first process."""
        self.agreed(False)

    def _count(self, rank: int, bones: int) -> int:
        whole, more = divmod(bones, self.size)
        return whole + (rank < more)

    def _reduce(self, tensors: list[Tensor]) -> None:
        if not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        with _explaining_absence():
            dist.all_reduce(flat)
        for tensor, part in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))


def check_group(settings: TrainingSettings) -> None:
    """Raise an InputError if torchrun started processes that cannot train with these settings."""
    where = place()
    if where.processes == 1:
        return
    if settings.batch_size < where.processes:
        msg = (
            f"{where.processes} processes cannot share batches of {settings.batch_size}. "
            f"Set batch_size to at least {where.processes}, or start fewer with --nproc-per-node."
        )
        raise InputError(msg)
    kind = choose_device(settings.device).type
    if kind == "mps" or (kind == "cuda" and where.local_rank >= torch.cuda.device_count()):
        there = f"{torch.cuda.device_count()} on this machine" if kind == "cuda" else "Apple's is not shared"
        msg = f"Each process needs a GPU of its own: {there}. Start fewer processes, or set device to cpu."
        raise InputError(msg)


@contextmanager
def joined_group(settings: TrainingSettings) -> Iterator[Group]:
    """Give the processes that torchrun started, or this one alone; the others stop when the first does.

    Raises:
        InputError: they did not come, or one left while others were at work.
    """
    where = place()
    if where.processes == 1:
        yield Group()
        return
    if not dist.is_initialized():
        _meet(where, settings)
    group = Group(where)
    try:
        yield group
        group.go_on()
    except GroupStopped:
        return
    except GeneratorExit:
        if group.first:
            group.stop()
        raise


def _meet(where: Place, settings: TrainingSettings) -> None:
    """Connect the processes until they end: who parts and meets again at once may find the old meeting place."""
    on_gpu = choose_device(settings.device).type == "cuda"
    if on_gpu:
        torch.cuda.set_device(where.local_rank)
    patience = timedelta(seconds=settings.computation.patience_s)
    with _explaining_absence():
        dist.init_process_group("nccl" if on_gpu else "gloo", timeout=patience)
    # Gloo's threads that outlive the interpreter abort a process that has done all its work.
    atexit.register(dist.destroy_process_group)


@contextmanager
def _explaining_absence() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        msg = (
            "Another process of this training has ended, or kept silent for longer than patience_s; what it said "
            "stands above. All stop. Every finished epoch is kept: go on with resume, under the same torchrun. "
            f"({str(error).strip().splitlines()[0][:200]})"
        )
        raise InputError(msg) from error
