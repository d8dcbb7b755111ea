"""From a bone to the probability that surgeons drill, with the weights of one or several runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.learning.thresholds import Thresholds
from napari_rpdl.settings import AskingSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.inference import Opinion

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What one network, or several, say about a case.

    Attributes:
        case_id: which case.
        probabilities: float32 (z, y, x) in [0, 1] on the case's own grid; the mean over
            runs, views, and surgeons where each has a head.
        spread: float32 (z, y, x), how far the answers differ: standard deviation over
            all runs in all their views, 0 to 0.5. None for a single answer.
        members: the probabilities of each run; empty for a single run.
        surgeons: name -> how probable this surgeon drills there, mean over the runs;
            empty where the network has no head for each surgeon.
        tuned: the runs' tuned threshold, their mean for several; None unless all have one
            for exactly the way in which they were asked.
        tuned_surgeons: the same for the head of each surgeon who has one.
        untuned: where ``tuned`` is None, why, and what to do about it.
        said: sentences that a person should read before trusting the answer.
        runs: the runs (folders or checkpoint files) whose answer it is.
    """

    case_id: str
    probabilities: Probabilities
    spread: Probabilities | None = None
    members: tuple[Probabilities, ...] = ()
    surgeons: Mapping[str, Probabilities] = field(default_factory=dict)
    tuned: float | None = None
    tuned_surgeons: Mapping[str, float] = field(default_factory=dict)
    untuned: str = "No threshold was tuned. Tune it, on bones that the run does not hold out: napari-rpdl tune RUN."
    said: tuple[str, ...] = ()
    runs: tuple[Path, ...] = ()

    def mask(self, threshold: float = 0.5) -> Mask:
        """Return where the probability is at least ``threshold``."""
        return self.probabilities >= threshold

    def tuned_mask(self) -> Mask:
        """Return where the probability is at least the tuned threshold.

        Raises:
            InputError: none counts for this prediction; the sentence says why, and what to do.
        """
        if self.tuned is None:
            raise InputError(self.untuned)
        return self.mask(self.tuned)

    def of_surgeon(self, name: str) -> "Prediction":
        """Return the prediction of how one surgeon would drill.

        Raises:
            InputError: no head was trained for such a surgeon.
        """
        if name not in self.surgeons:
            known = ", ".join(self.surgeons) or "none: it was trained without surgeon heads"
            msg = f"This network does not know how {name!r} drills. Surgeons it knows: {known}."
            raise InputError(msg)
        return replace(
            self,
            probabilities=self.surgeons[name],
            spread=None,
            members=(),
            surgeons={},
            tuned=self.tuned_surgeons.get(name),
            tuned_surgeons={},
            untuned=self.untuned if self.tuned is None else _untuned_head(name),
        )


def predict(runs: Path | Sequence[Path], case: Case, settings: AskingSettings | None = None) -> Prediction:
    """Return the probabilities for one case; its annotations are never looked at.

    If the sides of all training bones were known, left ears became right ones by
    mirroring, and the same is done here. A network whose training drew mirror images
    sees the bone and its mirror image, and the mean of both answers counts.

    Memory, beside that of one network on two cubes: at most 12 bytes for each voxel of
    the case, 28 with a spread, and 8 more for each further run and each surgeon's head.
    A network that sees distances or CT takes 2 bytes more per voxel for each such channel
    in patches.

    Args:
        runs: a run folder or one of its checkpoint files; or several, whose mean counts.
            They may differ in settings, grids and structure tables; each must know the
            case's codes.
        case: with structures, on any grid.
        settings: which checkpoint, views and device.

    Raises:
        InputError: PyTorch is missing, there is no such checkpoint, the case has no
            structures or unknown ones, its side is needed but not known, memory runs out, or
            patches would show it at a scale that the network never learned.
    """
    check_requirements()
    from napari_rpdl.learning.inference import infer

    paths = [runs] if isinstance(runs, Path) else list(dict.fromkeys(runs))
    if not paths:
        msg = "Expected at least one run to predict with, got none. Name a run folder."
        raise InputError(msg)
    combined = _combined(case.case_id, [infer(path, case, settings or AskingSettings()) for path in paths])
    return replace(combined, runs=tuple(paths))


def _combined(case_id: str, opinions: Sequence["Opinion"]) -> Prediction:
    """Return the mean of what the runs say, every run counting the same."""
    members = [_mean(opinion.heads) for opinion in opinions]
    tuned = _tuned([opinion.tuned for opinion in opinions])
    mean = _mean(members)
    return Prediction(
        case_id,
        mean,
        spread=_spread(mean, members, opinions),
        members=tuple(members) if len(members) > 1 else (),
        surgeons=_surgeons(opinions),
        tuned=tuned.pop("", None),
        tuned_surgeons=tuned,
        untuned=next((opinion.tuned.missing for opinion in opinions if opinion.tuned.missing), ""),
        said=tuple(dict.fromkeys(opinion.said for opinion in opinions if opinion.said)),
    )


def _tuned(found: Sequence[Thresholds]) -> dict[str, float]:
    """Return the mean threshold of each head (and of the mean over all, "") for which all runs have one."""
    shared = [name for name in found[0].of if all(name in each.of for each in found)]
    return {name: float(np.mean([each.of[name] for each in found])) for name in shared}


def _untuned_head(name: str) -> str:
    return (
        f"No threshold was tuned for how {name} drills: none of the bones that a run is tuned on was drilled by "
        f'{name}. Choose the rule "threshold" or "dice-optimal", or train with such a bone among the validation bones.'
    )


def _spread(
    mean: Probabilities, members: Sequence[Probabilities], opinions: Sequence["Opinion"]
) -> Probabilities | None:
    """Variance between the runs plus mean variance between the views of each: that of all answers."""
    if len(members) == 1 and opinions[0].views == 1:
        return None
    variance = np.zeros_like(mean)
    for member, opinion in zip(members, opinions, strict=True):
        difference = member - mean
        variance += np.square(difference, out=difference)
        variance += opinion.variance
    variance /= len(members)
    return np.sqrt(variance, out=variance)


def _surgeons(opinions: Sequence["Opinion"]) -> dict[str, Probabilities]:
    """Return the mean head of each surgeon whom all runs know."""
    shared = [name for name in opinions[0].surgeons if all(name in opinion.surgeons for opinion in opinions)]
    return {name: _mean([o.heads[o.surgeons.index(name)] for o in opinions]) for name in shared}


def _mean(volumes: Sequence[Probabilities]) -> Probabilities:
    if len(volumes) == 1:
        return volumes[0]
    total = volumes[0].copy()
    for volume in volumes[1:]:
        total += volume
    total /= len(volumes)
    return total
