"""What all settings models share."""

from pydantic import BaseModel, ConfigDict, ValidationError

LENGTH = "length in the unit of the bone: mm, or voxels where the spacing is unknown"
"""Stands in the metadata of fields whose unit only a bone can tell, so that a form can name it."""


class Settings(BaseModel):
    """Base of all settings models."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


def explain(error: ValidationError, where: str) -> str:
    """Return the first problem of a pydantic error, and what to do about it, as sentences for a person."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    told = f"{where}: {field}: {first['msg']} (got {str(first.get('input'))[:60]!r})."
    return " ".join(filter(None, (told, _remedy(first["type"], field))))


def _remedy(problem: str, field: str) -> str:
    if field.rpartition(".")[2] == "format_version":
        return "Another version of napari-rpdl wrote it: update napari-rpdl, or use the version that wrote it."
    return {
        "extra_forbidden": "Remove it, or correct its spelling.",
        "missing": "Add it.",
        "json_invalid": "The file is damaged: restore it from a copy, or make it anew.",
    }.get(problem, "")
