"""From a bone to the probability that surgeons drill, with the weights of a run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.settings import PredictionSettings


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a network says about a case.

    Attributes:
        case_id: which case.
        probabilities: float32 (z, y, x) in [0, 1] on the case's own grid.
    """

    case_id: str
    probabilities: NDArray[np.float32]

    def mask(self, threshold: float = 0.5) -> Mask:
        """Return where the probability is at least ``threshold``."""
        return self.probabilities >= threshold


def predict(run: Path, case: Case, settings: PredictionSettings | None = None) -> Prediction:
    """Return the probabilities for one case; its annotations are never looked at.

    If the sides of all training bones were known, left ears became right ones by
    mirroring, and the same is done here. A network whose training drew mirror images
    sees the bone and its mirror image, and the mean of both answers counts.

    Args:
        run: a run folder, or one of its checkpoint files.
        case: with structures, on any grid.
        settings: which checkpoint and device; the threshold is not used here.

    Raises:
        InputError: PyTorch is missing, there is no such checkpoint, the case has no
            structures or unknown ones, its side is needed but not known, or memory runs out.
    """
    check_requirements()
    from napari_rpdl.learning.inference import infer

    return Prediction(case.case_id, infer(run, case, settings or PredictionSettings()))
