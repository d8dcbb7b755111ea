"""The learning rate of a step."""

import math

from napari_rpdl.settings import TrainingSettings


def learning_rate(settings: TrainingSettings, plateau_rate: float, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step; a function of the plateaus so far and the step alone.

    In the first ``warm_up`` epochs the rate rises linearly to its full height. "plateau"
    then keeps to ``plateau_rate``; "cosine" falls from the first rate r to 0 as
    r (1 + cos π t) / 2 (Loshchilov and Hutter 2017, one period without restart), t being
    the share of the steps after the warm-up that are done.

    Args:
        settings: first rate, schedule, warm-up and number of epochs.
        plateau_rate: first rate times the decays so far.
        step: counts from 0 over all epochs.
        steps_per_epoch: batches in one epoch.
    """
    rise = settings.optimisation.warm_up * steps_per_epoch
    if step < rise:
        return settings.learning_rate * (step + 1) / (rise + 1)
    if settings.optimisation.schedule == "plateau":
        return plateau_rate
    done = (step - rise) / max(1, settings.epochs * steps_per_epoch - rise)
    return settings.learning_rate * (1 + math.cos(math.pi * min(1.0, done))) / 2
