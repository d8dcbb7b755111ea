"""How foreign or synthetic data become a dataset."""

from typing import Annotated

from pydantic import Field

from napari_rpdl.settings.base import Settings


class PhantomSettings(Settings):
    """A synthetic dataset: parametric temporal bones and simulated surgeons."""

    bones: Annotated[int, Field(ge=1, le=10_000)] = 9
    """Number of temporal bones."""
    surgeons: Annotated[int, Field(ge=1, le=64)] = 7
    """Number of simulated surgeons; each drills every bone in a style of their own."""
    grid: Annotated[int, Field(ge=16, le=512)] = 64
    """Voxels along each axis."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Bones and surgeons are a function of this number."""


class RecordingSettings(Settings):
    """How recorded burr positions become drilled regions."""

    radius: Annotated[float, Field(gt=0, le=64)] = 8.0
    """Burr radius, in voxels of the recording's own 256-voxel grid."""
    grid: Annotated[int, Field(ge=8, le=256)] = 64
    """Voxels along each axis of the regions; must divide 256."""
