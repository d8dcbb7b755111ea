"""What a voxel is worth to a prediction."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.worths import Worths


class RPMapSettings(Settings):
    """How the drilled regions of one bone become a reward-penalty map (paper, Sec. III-B)."""

    penalty: Annotated[float, Field(ge=0, le=100)] = 1.0
    """Penalty where no surgeon drilled, relative to the largest reward; the paper uses 1."""
    normalisation: Literal["surgeons", "surgeons-1", "largest", "none"] = "surgeons"
    """Divide votes by the number of surgeons (paper), by one less (published code), by the largest vote, or not."""
    single_votes: Literal["keep", "zero"] = "keep"
    """What a voxel that a single surgeon drilled is worth: its vote (paper) or nothing (published code)."""
    worths: Worths = ()
    """Worth of a voxel with 0, 1, ... K votes, in place of all of the above; empty: as the above say."""


RPMAP_VARIANTS: dict[str, RPMapSettings] = {
    "paper": RPMapSettings(),
    "published-code-bones": RPMapSettings(normalisation="surgeons-1", single_votes="zero"),
    "published-code-surgeons": RPMapSettings(normalisation="surgeons", single_votes="zero"),
    "published-code-metric": RPMapSettings(normalisation="none"),
}
"""Named variants; see docs/rpmap.md for where each comes from."""
