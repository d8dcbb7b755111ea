"""How a surgeon drills in the viewer."""

from typing import Annotated

from pydantic import Field

from napari_rpdl.settings.base import LENGTH, Settings


class DrillingSettings(Settings):
    """The burr, and what it must not touch."""

    diameter: Annotated[float, Field(gt=0, le=100), LENGTH] = 4.0
    """Diameter of the burr: mm, or voxels where the spacing is unknown."""
    spares_critical: bool = True
    """Lock critical structures: the burr takes nothing of them."""
    margin: Annotated[float, Field(ge=0, le=100), LENGTH] = 0.0
    """Also lock what lies within this distance of critical structures: mm, or voxels where the spacing is unknown."""
    idle_s: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """A pause longer than this many seconds does not count as time at work."""
