"""How bones are bent while training."""

from typing import Annotated

from pydantic import Field

from napari_rpdl.settings.base import Settings


class DeformationSettings(Settings):
    """Small random deformations of the bones while training; the paper has none of them."""

    rotation: Annotated[float, Field(ge=0, le=45)] = 0.0
    """Bones are turned about each axis by up to so many degrees."""
    scaling: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Bones grow or shrink along each axis by up to this share."""
    elastic: Annotated[float, Field(ge=0, le=16)] = 0.0
    """Voxels are moved by a smooth random field of up to so many voxels."""
