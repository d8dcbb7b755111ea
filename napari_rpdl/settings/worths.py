"""What votes are worth, as a setting."""

from typing import Annotated

from pydantic import AfterValidator, Field


def _from_none_to_all(weights: tuple[float, ...]) -> tuple[float, ...]:
    if len(weights) == 1:
        msg = "give a weight for every number of votes, 0 to K, so at least two; or none"
        raise ValueError(msg)
    return weights


Worths = Annotated[tuple[Annotated[float, Field(ge=-1000, le=1000)], ...], AfterValidator(_from_none_to_all)]
"""A number for each of 0, 1, ... K votes, or none at all."""
