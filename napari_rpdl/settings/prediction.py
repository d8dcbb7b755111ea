"""How a network is asked about a bone."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings


class AskingSettings(Settings):
    """How a network is asked about a bone."""

    checkpoint: Literal["best", "last"] = "best"
    """Weights of the best validation epoch, or of the last one."""
    views: Literal["learned", "single", "mirror", "cube"] = "learned"
    """Ask with the bone and its mirror image if training drew them, once, always both, or in all 48 orientations."""
    large_bones: Literal["resample", "patches"] = "resample"
    """Resample a bone to the network's grid, as training does; or patches: for networks that learned at its scale."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; auto takes a GPU where there is one."""


class PredictionSettings(AskingSettings):
    """How a network is asked about a bone, and where its answer is cut."""

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Voxels at least this probable are drilled."""
