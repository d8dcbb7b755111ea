"""The training itself: epochs of steps, with validation and checkpoints.

Everything that is drawn (weights, order of the bones, orientations, dropout) is a
function of the seed, the epoch and the step. A run can therefore go on after any
epoch exactly as if it had never stopped, and no random state has to be kept.
"""

import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import torch
from torch import Tensor

from napari_rpdl.consensus.agreement import dice
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.learning.checkpoint import CheckpointInfo, read_checkpoint, save_checkpoint
from napari_rpdl.learning.devices import choose_device, cpu_threads, explaining_memory
from napari_rpdl.learning.encoding import input_channels
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.networks import build_network, check_grid, expect_foreground
from napari_rpdl.learning.progress import Progress
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.sampling import Draw, PackedCase, draw_epoch, make_batch, pack
from napari_rpdl.settings import TrainingSettings

THRESHOLD = 0.5
"""Of the mask whose Dice the validation reports."""


def check_settings(settings: TrainingSettings) -> None:
    """Raise an InputError for what can be known to fail before any bone is read."""
    choose_device(settings.device)
    check_grid(settings.network, settings.grid)


def load_cases(
    dataset: Dataset, case_ids: Sequence[str], grid: int, right_ears: bool
) -> Generator[Event, None, dict[str, PackedCase]]:
    """Read cases one at a time and return them by name; leave out, and say so, what cannot be trained on."""
    cases = {}
    for done, case_id in enumerate(case_ids, 1):
        case = dataset.case(case_id)
        if case.annotations and case.structures is not None:
            cases[case_id] = pack(case, grid, right_ears)
        else:
            yield Said(f"{case_id} is left out: it has no {'structures' if case.annotations else 'annotations'}.")
        yield Progressed("Loading bones", done, len(case_ids))
    return cases


def fit(run: Run, dataset: Dataset, cases: Mapping[str, PackedCase]) -> Iterator[Event]:
    """Train the network of ``run`` from its last checkpoint, or from the start where it has none."""
    settings, record = run.settings, run.record
    remedy = f"smaller batch_size (now {settings.batch_size}), a smaller grid (now {settings.grid}) or fewer channels."
    with cpu_threads(settings.threads), explaining_memory(f"Choose a {remedy}"):
        fitting = _Fitting(run, [cases[c] for c in record.training_cases], [cases[c] for c in record.validation_cases])
        yield TrainingStarted(
            device=str(fitting.device),
            parameters=sum(parameter.numel() for parameter in fitting.network.parameters()),
            epochs=settings.epochs,
            steps_per_epoch=settings.steps_per_epoch,
            first_epoch=fitting.progress.epoch + 1,
            training_bones=_bones(dataset, record.training_cases),
            validation_bones=_bones(dataset, record.validation_cases),
        )
        while (reason := fitting.progress.reason(settings)) is None:
            yield from fitting.epoch()
        progress = fitting.progress
        ended = TrainingEnded(reason, progress.epoch, progress.best_epoch, progress.best_loss or 0.0, str(run.folder))
        run.append(ended)
        yield ended


class _Fitting:
    """Network, optimiser and where they stand."""

    def __init__(self, run: Run, training: Sequence[PackedCase], validation: Sequence[PackedCase]) -> None:
        settings = run.settings
        self.run = run
        self.settings = settings
        self.training = training
        self.validation = validation
        self.codes = run.record.table.codes
        self.device = choose_device(settings.device)
        foreground = float(np.average([c.foreground() for c in training], weights=[c.surgeons for c in training]))
        self.loss = make_loss(settings.loss, foreground)
        with _seeded(self.device, settings.seed):
            self.network = build_network(settings.network, input_channels(self.codes, settings.network))
        expect_foreground(self.network, foreground)
        self.network.to(self.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate)
        self.progress = Progress.start(settings)
        if run.checkpoint("last").is_file():
            self._continue()
        self.clock = _Clock(settings, self.progress.epoch)

    def epoch(self) -> Iterator[Event]:
        """Train one epoch, validate, and write checkpoints."""
        settings, number = self.settings, self.progress.epoch + 1
        started = time.monotonic()
        rate = self._set_learning_rate()
        losses = []
        for step, draws in enumerate(draw_epoch(len(self.training), settings, number), 1):
            losses.append(self._step(draws, number, step))
            remaining = self.clock.step_ended()
            yield StepEnded(number, step, settings.steps_per_epoch, settings.epochs, losses[-1], remaining)
        training_loss = float(np.mean(losses))
        loss, agreement = self._validate()
        self._check_finite(training_loss if loss is None else loss)
        self.progress = self.progress.after(training_loss if loss is None else loss, settings)
        event = EpochEnded(
            epoch=number,
            epochs=settings.epochs,
            training_loss=training_loss,
            validation_loss=loss,
            validation_dice=agreement,
            learning_rate=rate,
            seconds=time.monotonic() - started,
            remaining_s=self.clock.remaining(),
            best=self.progress.improved,
        )
        self.run.append(event)
        self._save(event)
        yield event

    def _step(self, draws: Sequence[Draw], epoch: int, step: int) -> float:
        """Learn one batch; return its loss."""
        batch = make_batch(self.training, draws, self.codes, self.settings, self.device)
        self.network.train()
        with _seeded(self.device, self.settings.seed, epoch, step):
            loss: Tensor = self.loss(self.network(batch.inputs), batch.targets, batch.rpmap, batch.weights)
        value = loss.item()
        self._check_finite(value)
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        self.optimiser.step()
        return value

    @torch.inference_mode()
    def _validate(self) -> tuple[float | None, float | None]:
        """Return the mean loss of the validation batches and the mean Dice to every surgeon."""
        if not self.validation:
            return None, None
        self.network.eval()
        losses, dices, size = [], [], self.settings.batch_size
        for first in range(0, len(self.validation), size):
            some = self.validation[first : first + size]
            batch = make_batch(some, [Draw(i) for i in range(len(some))], self.codes, self.settings, self.device)
            logits = self.network(batch.inputs)
            losses += [self.loss(logits, batch.targets, batch.rpmap, batch.weights).item()] * len(some)
            masks = (logits.sigmoid() >= THRESHOLD).cpu().numpy()[:, 0]
            dices += [dice(mask, drilled) for mask, case in zip(masks, some, strict=True) for drilled in case.masks()]
        return float(np.mean(losses)), float(np.mean(dices))

    def _check_finite(self, loss: float) -> None:
        weights = self.network.parameters()
        if math.isfinite(loss) and all(bool(torch.isfinite(weight).all()) for weight in weights):
            return
        kept = f"The checkpoints of epoch {self.progress.epoch} are kept. " if self.progress.epoch else ""
        msg = (
            f"Training stopped in epoch {self.progress.epoch + 1}: the loss is no longer a finite number. "
            f"{kept}Train again with a lower learning rate (it was {self.progress.learning_rate:g})."
        )
        raise InputError(msg)

    def _set_learning_rate(self) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.progress.learning_rate
        return self.progress.learning_rate

    def _save(self, event: EpochEnded) -> None:
        info = CheckpointInfo(
            settings=self.settings,
            record=self.run.record,
            progress=self.progress,
            validation_loss=event.validation_loss,
            validation_dice=event.validation_dice,
            versions={name: version(name) for name in ("napari-rpdl", "torch", "monai")},
        )
        if event.best:
            save_checkpoint(self.run.checkpoint("best"), info, self.network)
        save_checkpoint(self.run.checkpoint("last"), info, self.network, self.optimiser)

    def _continue(self) -> None:
        checkpoint = read_checkpoint(self.run.checkpoint("last"), with_optimiser=True)
        checkpoint.load_network(self.network)
        checkpoint.load_optimiser(self.optimiser)
        self.progress = checkpoint.info.progress


@dataclass
class _Clock:
    """Says how long is left, from the mean time of the steps so far (validation included)."""

    settings: TrainingSettings
    epochs_before: int

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.steps = 0

    def step_ended(self) -> float:
        self.steps += 1
        return self.remaining()

    def remaining(self) -> float:
        total = (self.settings.epochs - self.epochs_before) * self.settings.steps_per_epoch
        return (time.monotonic() - self.started) / self.steps * (total - self.steps)


@contextmanager
def _seeded(device: torch.device, *key: int) -> Iterator[None]:
    """Draw as a function of ``key``, and leave everybody else's random state as it was."""
    used = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=used):
        torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1)[0]))
        yield


def _bones(dataset: Dataset, case_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dataset.bone_of(case_id) for case_id in case_ids))
