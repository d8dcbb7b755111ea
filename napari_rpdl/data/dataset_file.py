"""dataset.json as pydantic models; the bounds keep a hostile file from becoming a long wait."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from napari_rpdl.data.case import Side, checked_name
from napari_rpdl.data.structures import Structure, StructureTable
from napari_rpdl.errors import InputError

DATASET_FILE = "dataset.json"
CASES_FOLDER = "cases"
UNFINISHED_FILE = "unfinished-import.txt"


class CaseRow(BaseModel):
    """One case of dataset.json; an empty ``bone`` means that no other case shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str
    bone: str = ""
    side: Side | None = None

    @field_validator("case_id")
    @classmethod
    def _case_id_is_a_name(cls, name: str) -> str:
        return checked_name(name, "case's name")

    @field_validator("bone")
    @classmethod
    def _bone_is_a_name(cls, name: str) -> str:
        return checked_name(name, "bone's name") if name else name


class About(BaseModel):
    """What dataset.json says of all cases."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1]
    name: Annotated[str, Field(max_length=200)]
    structures: Annotated[tuple[Structure, ...], Field(max_length=256, fail_fast=True)]
    surgeons: Annotated[tuple[str, ...], Field(max_length=1000, fail_fast=True)]
    origin: Annotated[str, Field(max_length=10_000)] = ""
    licence: Annotated[str, Field(max_length=10_000)] = ""

    @field_validator("structures")
    @classmethod
    def _structures_are_a_table(cls, structures: tuple[Structure, ...]) -> tuple[Structure, ...]:
        return StructureTable(structures=structures).structures

    @field_validator("surgeons")
    @classmethod
    def _surgeons_are_names(cls, surgeons: tuple[str, ...]) -> tuple[str, ...]:
        return _each_once([checked_name(surgeon, "surgeon's name") for surgeon in surgeons], "surgeon")


class DatasetFile(About):
    """All of dataset.json."""

    cases: Annotated[tuple[CaseRow, ...], Field(min_length=1, max_length=100_000, fail_fast=True)]

    @field_validator("cases")
    @classmethod
    def _cases_are_distinct(cls, cases: tuple[CaseRow, ...]) -> tuple[CaseRow, ...]:
        _each_once([case.case_id for case in cases], "case")
        return cases


def _each_once(names: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the names; on some systems files that differ only in case are the same."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            msg = f"Expected each {what} once (upper and lower case count as the same), got {name!r} twice."
            raise InputError(msg)
        seen.add(name.casefold())
    return tuple(names)
