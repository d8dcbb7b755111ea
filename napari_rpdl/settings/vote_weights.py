"""How the worth of a voxel by its votes is learned."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings

LEARNED_LOSS = "vote-utility"
"""The loss whose weights are learned."""


class VoteWeightSettings(Settings):
    """How the weights of the loss vote-utility are learned: candidates around a start, each judged on every bone."""

    candidates: Annotated[int, Field(ge=2, le=1000)] = 8
    """Weights that are tried, the start included; each is trained once for every bone and repeat."""
    repeats: Annotated[int, Field(ge=1, le=100)] = 1
    """Trainings of a candidate for each bone, with seeds of their own; one alone does not show what fails by chance."""
    best_dice: Annotated[float, Field(gt=0, lt=1)] = 0.8
    """Dice D* that is hoped for: the start is c/K - D*/2, where a linear worth asks for the same region as Dice."""
    scatter: Annotated[float, Field(gt=0, le=3)] = 0.7
    """How far candidates lie from the start: standard deviation of the logarithm of a step's factor."""
    draw: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Number that the candidates are drawn by; the same number draws the same candidates."""
    judged: Literal["best", "last"] = "last"
    """Weights of the network that is judged; with the last, no candidate gains by its own way to stop."""
