"""What an epoch shows: which bones for which surgeons, in which orientations, and what only watches.

A *sample* is one pass of a bone through the network in one orientation: for all of its
surgeons ("shared") or for one ("repeated", as in the paper). A surgeon enters the losses only
through the bone's votes, and copies of an orientation only as a weight, so the paper's
12 096 samples of 8 bones, 7 surgeons and 216 variants hold what 8 * 48 = 384 passes hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS, CHOICES, Axes, Orientation, draw_orientation, draw_shift
from napari_rpdl.learning.deformation import AS_IT_LIES, Deformation, draw_deformation
from napari_rpdl.settings import TrainingSettings

_SPLIT = 0x5EED
"""Key of the random split, apart from those of the epochs."""


class Draw(NamedTuple):
    """One place in a batch.

    Attributes:
        bone: which of the bones.
        orientation: how it lies.
        shift: by how many voxels it is moved.
        surgeon: whose annotation counts, as an index into the bone's; None: each surgeon's.
        deformation: how it is bent.
    """

    bone: int
    orientation: Orientation = AS_IT_IS
    shift: Axes = (0, 0, 0)
    surgeon: int | None = None
    deformation: Deformation = AS_IT_LIES


@dataclass(frozen=True, eq=False)
class Plan:
    """All samples of a training, and which of them learn and watch.

    Samples are numbered variant by variant, and within a variant unit by unit: the order
    of the published code's list, whose last tenth watches.

    Attributes:
        settings: how to train.
        units: (bone, surgeon) of each pass in one orientation; surgeon None: all.
        variants: orientations, with repetitions.
        learning: numbers of the samples that are learned.
        watching: numbers of the samples that watch; empty where whole bones do.
    """

    settings: TrainingSettings
    units: tuple[tuple[int, int | None], ...]
    variants: tuple[Orientation, ...]
    learning: NDArray[np.int64]
    watching: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch."""
        return self.settings.steps_per_epoch or -(-len(self.learning) // self.settings.batch_size)

    def draw(self, number: int) -> Draw:
        """Return a sample, neither moved nor bent."""
        variant, unit = divmod(number, len(self.units))
        bone, surgeon = self.units[unit]
        return Draw(bone, self.variants[variant], surgeon=surgeon)

    def epoch(self, epoch: int) -> Iterator[list[Draw]]:
        """Yield what each batch of an epoch holds; a function of the seed and the epoch alone.

        Units come in random order, each once before any comes again; a batch may
        therefore hold one twice only where there are fewer units than places.
        """
        rng = np.random.default_rng([self.settings.seed, epoch])
        size, picked = self.settings.batch_size, self._picked(rng)
        for step in range(self.steps_per_epoch):
            left = len(self.learning) - step * size if self.settings.steps_per_epoch == 0 else size
            yield [self._moved(next(picked), rng) for _ in range(min(size, left))]

    def _picked(self, rng: np.random.Generator) -> Iterator[Draw]:
        endless = self.settings.steps_per_epoch > 0 and self.settings.validation == "bones"
        while True:
            if endless:
                for unit in rng.permutation(len(self.units)).tolist():
                    bone, surgeon = self.units[unit]
                    yield Draw(bone, draw_orientation(self.settings.augmentation, rng), surgeon=surgeon)
            else:
                yield from map(self.draw, rng.permutation(self.learning).tolist())

    def _moved(self, draw: Draw, rng: np.random.Generator) -> Draw:
        shift, deformation = draw_shift(self.settings.shift, rng), draw_deformation(self.settings.deformation, rng)
        return draw._replace(shift=shift, deformation=deformation)


def make_plan(present: Sequence[Sequence[int]], settings: TrainingSettings) -> Plan:
    """Return the plan for bones which these surgeons drilled.

    Raises:
        InputError: nothing is left to learn from, or nothing to watch.
    """
    if settings.passes == "shared":
        units: tuple[tuple[int, int | None], ...] = tuple((bone, None) for bone in range(len(present)))
    else:
        units = tuple((bone, surgeon) for bone, surgeons in enumerate(present) for surgeon in surgeons)
    variants = CHOICES[settings.augmentation]
    learning, watching = _split(len(units) * len(variants), settings)
    return Plan(settings, units, variants, learning, watching)


def _split(samples: int, settings: TrainingSettings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide sample numbers; the learning part has int(N (1 - share)) of them, as in Keras."""
    numbers = np.arange(samples)
    if settings.validation == "bones":
        return numbers, numbers[:0]
    if settings.validation == "random":
        numbers = np.random.default_rng([settings.seed, 0, _SPLIT]).permutation(numbers)
    first = int(samples * (1 - settings.validation_share))
    if first in (0, samples):
        msg = (
            f"{samples} samples cannot be divided into some that learn and a share of "
            f"{settings.validation_share:g} that watches. Add bones, or let whole bones watch (validation 'bones')."
        )
        raise InputError(msg)
    return numbers[:first], numbers[first:]
