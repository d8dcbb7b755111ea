"""What all settings models share."""

from pydantic import BaseModel, ConfigDict, ValidationError

LENGTH = "length in the unit of the bone: mm, or voxels where the spacing is unknown"
"""Stands in the metadata of fields whose unit only a bone can tell, so that a form can name it."""


class Settings(BaseModel):
    """Base of all settings models."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


def explain(error: ValidationError, where: str) -> str:
    """Return the first problem of a pydantic error as a sentence for a person."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{where}: {field}: {first['msg']} (got {str(first.get('input'))[:60]!r})."
