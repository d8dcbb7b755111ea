"""How probabilities become a drilled region."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings


class PredictionSettings(Settings):
    """How probabilities become a drilled region."""

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Voxels at least this probable are drilled."""
    checkpoint: Literal["best", "last"] = "best"
    """Weights of the best validation epoch, or of the last one."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; auto takes a GPU where there is one."""
