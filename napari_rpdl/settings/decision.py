"""How probabilities become one region, and what that region must never do."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import LENGTH, Settings

RULES_OF_OWN_THRESHOLD = ("tuned", "dice-optimal")
"""Rules to which the threshold of the prediction settings says nothing."""


class DecisionSettings(Settings):
    """How probabilities become one region, and what it must never do. The paper: threshold 0.5, nothing forbidden."""

    rule: Literal["threshold", "tuned", "dice-optimal", "mbr"] = "threshold"
    """Cut at the threshold, at the run's tuned one, for the highest expected Dice, or agree best with all members."""
    avoid_critical: bool = False
    """Never drill inside critical structures."""
    margin: Annotated[float, Field(ge=0, le=100), LENGTH] = 0.0
    """Distance to keep from critical structures: mm, or voxels where the spacing is unknown. Above 0 it avoids them."""
    from_surface: bool = False
    """Keep only parts that a drill can reach from the air outside the bone."""
    one_region: bool = False
    """Keep only the largest connected part."""
    smallest_part: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """Drop connected parts of fewer voxels than this."""
