"""The training itself: epochs of steps, with validation and checkpoints.

Everything that is drawn (weights, order of the bones, orientations, dropout) is a
function of the seed, the epoch and the step. A run can therefore go on after any
epoch exactly as if it had never stopped, and no random state has to be kept.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import torch
from torch.nn.utils import get_total_norm

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.learning.checking import foreground_of
from napari_rpdl.learning.checkpoint import (
    CheckpointInfo,
    check_same_training,
    network_of,
    read_checkpoint,
    save_checkpoint,
)
from napari_rpdl.learning.collapse import CollapseWatch
from napari_rpdl.learning.devices import choose_device, cpu_threads, device_name, explaining_memory, seeded
from napari_rpdl.learning.draw_record import record_draws
from napari_rpdl.learning.environment import record_environment
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.learning.group import Group, joined_group
from napari_rpdl.learning.losses import make_loss, make_start_loss
from napari_rpdl.learning.networks import expect_foreground, load_pretrained, missed_foreground, move_bias
from napari_rpdl.learning.optimising import WeightAverage, clip, make_optimiser, set_learning_rate
from napari_rpdl.learning.plan import Draw, make_plan
from napari_rpdl.learning.progress import Progress
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.sampling import Bones, PackedCase, make_batch
from napari_rpdl.learning.schedules import learning_rate
from napari_rpdl.learning.step_memory import bones_at_once
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.learning.tensorboard import Curves
from napari_rpdl.learning.validating import Watched, validate

_LOOKED_AT = 4
"""Bones at most that tell what an untrained network says."""


def fit(run: Run, dataset: Dataset, cases: Mapping[str, PackedCase]) -> Iterator[Event]:
    """Train the network of ``run`` from its last checkpoint, or from the start where it has none.

    Where torchrun started several processes, all call this, and the first alone writes.
    """
    settings, record = run.settings, run.record
    ended: TrainingEnded | None = None
    smaller = f"smaller batch_size (now {settings.batch_size}), a smaller grid (now {settings.grid})"
    remedy = f"{smaller} or a smaller network (channels or filters)."
    with cpu_threads(settings.threads), explaining_memory(f"Choose a {remedy}"), joined_group(settings) as group:
        training, watching = ([cases[c] for c in ids] for ids in (record.training_cases, record.validation_cases))
        fitting = _Fitting(run, training, watching, group)
        if group.first:
            record_environment(run.folder, device_name(fitting.device), torch.get_num_threads())
        yield TrainingStarted(
            device=f"{fitting.device}, {group.size} processes" if group.size > 1 else str(fitting.device),
            parameters=sum(parameter.numel() for parameter in fitting.network.parameters()),
            epochs=settings.epochs,
            steps_per_epoch=fitting.plan.steps_per_epoch,
            first_epoch=fitting.progress.epoch + 1,
            training_bones=_bones(dataset, record.training_cases),
            validation_bones=_bones(dataset, record.validation_cases),
        )
        yield from fitting.stepper.news()  # a first step may take minutes
        with _curves(run, group) as curves:
            while (reason := fitting.progress.reason(settings)) is None:
                for event in fitting.epoch():
                    if curves is not None and isinstance(event, EpochEnded):
                        curves.add(event)
                    yield event
        progress = fitting.progress
        ended = TrainingEnded(reason, progress.epoch, progress.best_epoch, progress.best_loss or 0.0, str(run.folder))
        if group.first:
            run.append(ended)
    if ended is not None:  # else the first process was stopped, and this one with it
        yield ended


class _Fitting:
    """Network, optimiser and where they stand."""

    def __init__(
        self, run: Run, training: Sequence[PackedCase], validation: Sequence[PackedCase], group: Group
    ) -> None:
        settings = run.settings
        self.run = run
        self.group = group
        self.settings = settings
        self.codes = run.record.table.codes
        self.device = choose_device(settings.device)
        self.bones = Bones(training, self.device)
        self.plan = make_plan([case.present for case in training], settings)
        self.watched_bones = Bones(validation, self.device) if settings.validation == "bones" else self.bones
        foreground = foreground_of(training)
        loss = make_loss(settings, foreground)
        with seeded(self.device, settings.seed):
            self.network = network_of(settings, run.record)
        if settings.optimisation.prior_bias:
            expect_foreground(self.network, foreground)
        fresh = not run.checkpoint("last").is_file()
        if fresh:
            load_pretrained(self.network, settings.network)
        self.network.to(self.device)
        if fresh and settings.optimisation.prior_bias:
            self._meet(foreground)
        memory = settings.optimisation.weight_average
        self.average = WeightAverage(self.network, memory) if memory else None
        self.optimiser = make_optimiser(self.network, settings)
        self.stepper = Stepper(self.network, loss, settings.computation, self.device, group)
        if group.size == 1 and (size := bones_at_once(settings, run.record, self.device)):
            self.stepper.take_parts(size, f"A whole batch of {settings.batch_size} may not fit into the main memory")
        self.start_loss = make_start_loss(settings)
        self.progress = Progress.start(settings)
        if not fresh:
            self._continue()
        self.collapse = CollapseWatch(settings, self._past_shares())
        self.clock = _Clock((settings.epochs - self.progress.epoch) * self.plan.steps_per_epoch)

    def _meet(self, foreground: float) -> None:
        """Let the untrained network say "drilled" as often as surgeons do, by what it says of some bones."""
        draws = next(self.plan.epoch(1))[: self.settings.computation.micro_batch or _LOOKED_AT]
        inputs = make_batch(self.bones, draws, self.codes, self.settings).inputs
        with seeded(self.device, self.settings.seed):
            missed = missed_foreground(self.network, foreground, inputs)
        move_bias(self.network, self.group.agreed(missed))

    def epoch(self) -> Iterator[Event]:
        """Train one epoch, validate, and write checkpoints."""
        number, steps, epochs = self.progress.epoch + 1, self.plan.steps_per_epoch, self.settings.epochs
        started = time.monotonic()
        drawn, losses, shares, rate = [], [], [], self.progress.learning_rate
        for step, draws in enumerate(self.plan.epoch(number), 1):
            self.group.go_on()
            rate = learning_rate(self.settings, self.progress.learning_rate, (number - 1) * steps + step - 1, steps)
            loss, share = self._step(draws, rate, number, step)
            yield from self.stepper.news()
            drawn.append(draws)
            losses.append(loss)
            shares.append(share)
            yield StepEnded(number, step, steps, epochs, loss, self.clock.step_ended())
        self.group.go_on()
        training_loss, watched = self.group.agreed((float(np.mean(losses)), self._validate()))
        self._check_finite(training_loss if watched.loss is None else watched.loss)
        self.progress = self.progress.after(training_loss if watched.loss is None else watched.loss, self.settings)
        event = EpochEnded(
            epoch=number,
            epochs=epochs,
            training_loss=training_loss,
            validation_loss=watched.loss,
            validation_dice=watched.dice,
            learning_rate=rate,
            seconds=time.monotonic() - started,
            remaining_s=self.clock.remaining(),
            best=self.progress.improved,
            drilled_share=float(np.mean(shares)),
        )
        if self.group.first:
            record_draws(self.run.folder, number, drawn)
            self.run.append(event)
            self._save(event)
        yield event
        if (said := self.collapse.after(event.drilled_share)) is not None:
            yield said

    def _step(self, draws: Sequence[Draw], rate: float, epoch: int, step: int) -> tuple[float, float]:
        """Learn one batch; return its loss, and the share of voxels called drilled."""
        batch = make_batch(self.bones, draws, self.codes, self.settings, self.group.mine(len(draws)))
        self.network.train()
        steps = (epoch - 1) * self.plan.steps_per_epoch + step
        follow = self.start_loss if steps <= self.settings.optimisation.cross_entropy_steps else None
        loss, share = self.stepper.step(batch, self.settings.seed, epoch, step, follow=follow)
        value = loss.item()
        self._check_finite(value)
        clip(self.network, self.settings.optimisation)
        set_learning_rate(self.optimiser, rate)
        self.optimiser.step()
        if self.average is not None:
            self.average.update(self.network, steps)
        return value, share.item()

    def _validate(self) -> Watched:
        numbers = self.plan.watching.tolist()
        draws = [self.plan.draw(number) for number in numbers] or [Draw(i) for i in range(len(self.watched_bones))]
        judged = self.network if self.average is None else self.average.network
        self.group.average_statistics(self.network)
        if self.average is not None:
            self.group.average_statistics(judged)
        return validate(self.stepper, judged, self.watched_bones, draws, self.settings, self.codes, self.group)

    def _check_finite(self, loss: float) -> None:
        # One norm of all: a GPU would be waited for at each weight's own answer.
        if math.isfinite(loss) and bool(torch.isfinite(get_total_norm(self.network.parameters()))):
            return
        kept = f"The checkpoints of epoch {self.progress.epoch} are kept. " if self.progress.epoch else ""
        msg = (
            f"Training stopped in epoch {self.progress.epoch + 1}: the loss is no longer a finite number. "
            f"{kept}Train again with a lower learning rate (it was {self.progress.learning_rate:g})."
        )
        raise InputError(msg)

    def _save(self, event: EpochEnded) -> None:
        info = CheckpointInfo(
            settings=self.settings,
            record=self.run.record,
            progress=self.progress,
            validation_loss=event.validation_loss,
            validation_dice=event.validation_dice,
            versions={name: version(name) for name in ("napari-rpdl", "torch", "monai")},
        )
        kept = self.network if self.average is None else self.average.network
        if event.best:
            save_checkpoint(self.run.checkpoint("best"), info, kept)
        learning = None if self.average is None else self.network
        save_checkpoint(self.run.checkpoint("last"), info, kept, self.optimiser, learning)

    def _past_shares(self) -> list[float | None]:
        """Return what each epoch before a resume called drilled, without one whose checkpoint a kill prevented."""
        if self.progress.epoch == 0:
            return []
        return [event.drilled_share for event in self.run.history() if event.epoch <= self.progress.epoch]

    def _continue(self) -> None:
        checkpoint = read_checkpoint(self.run.checkpoint("last"), with_optimiser=True)
        check_same_training(checkpoint, self.run)
        if self.average is None:
            checkpoint.load_network(self.network)
        else:
            checkpoint.load_network(self.average.network)
            checkpoint.load_learning(self.network)
        checkpoint.load_optimiser(self.optimiser)
        self.progress = checkpoint.info.progress


@dataclass
class _Clock:
    """Says how long is left for ``total`` steps, from the mean time of those so far (validation included)."""

    total: int

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.steps = 0

    def step_ended(self) -> float:
        self.steps += 1
        return self.remaining()

    def remaining(self) -> float:
        return (time.monotonic() - self.started) / self.steps * (self.total - self.steps)


@contextmanager
def _curves(run: Run, group: Group) -> Iterator[Curves | None]:
    """Give the log for TensorBoard where it is wished."""
    if not (run.settings.tensorboard and group.first):
        yield None
        return
    with closing(Curves(run.folder)) as curves:
        yield curves


def _bones(dataset: Dataset, case_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dataset.bone_of(case_id) for case_id in case_ids))
