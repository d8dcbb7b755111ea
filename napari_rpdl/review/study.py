"""Study: who grades what in which order, under which codes; and the key that undoes the blinding.

Graders open the ``Study`` (study.json). It holds neutral codes only: no case, surgeon,
loss, network or file name, no seed, and no sign of which presentation repeats another.
Who holds the ``UnblindingKey`` can tell; it lies in another folder.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from napari_rpdl.data.case import checked_name
from napari_rpdl.errors import InputError
from napari_rpdl.review.scale import Scale
from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.review import StudySettings

ResultCode = Annotated[str, Field(pattern=r"^R-[0-9]{2,5}$")]
BoneCode = Annotated[str, Field(pattern=r"^B-[0-9]{2,5}$")]
Phase = Literal["calibration", "main"]
Kind = Literal["surgeon", "prediction"]

SURGEONS = "surgeons"
"""Method of every surgeon's drilling: in the results the surgeons of a bone are one method."""


class Candidate(Settings):
    """A drilled region that takes part in a study.

    Attributes:
        case_id: case on whose grid the region lies.
        bone: name of the bone; results of one bone are never shown one after the other.
        method: what is compared in the end: "surgeons", or a prediction's label.
        source: who or what made it: the surgeon's name, or the prediction's label.
        kind: surgeon or prediction.
    """

    case_id: str
    bone: str
    method: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Kind


class Presentation(Settings):
    """What one grader sees at one moment."""

    index: Annotated[int, Field(ge=0)]
    """Place in the grader's order, from 0."""
    phase: Phase
    """calibration comes first and is left out of the results."""
    bone: BoneCode
    """The original bone, shown beside."""
    tiles: Annotated[tuple[ResultCode, ...], Field(min_length=1, max_length=2)]
    """Codes of the results, from left to right."""


class GraderPlan(Settings):
    """The presentations of one grader, in order."""

    grader: str
    """Pseudonym."""
    presentations: Annotated[tuple[Presentation, ...], Field(min_length=1, max_length=10_000)]
    """What the grader sees, from the first to the last."""

    @model_validator(mode="after")
    def _indices_count_up(self) -> "GraderPlan":
        if [p.index for p in self.presentations] != list(range(len(self.presentations))):
            msg = f"the presentations of {self.grader} are not numbered 0, 1, 2, ..."
            raise ValueError(msg)
        return self


class Study(Settings):
    """What graders open."""

    format_version: Literal[1] = 1
    """Of the file."""
    study_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Links study, key and answers; made of content and seed, it tells nothing."""
    title: str
    """For people."""
    origin: str
    """Where the bones come from, for example "phantom (synthetic)"."""
    scale: Scale
    """The form, whole, so that the study does not change when a file elsewhere does."""
    graders: Annotated[tuple[GraderPlan, ...], Field(min_length=1, max_length=1000)]
    """One order each."""

    def plan_of(self, grader: str) -> GraderPlan:
        """Return a grader's order; an InputError names the graders there are."""
        for plan in self.graders:
            if plan.grader == grader:
                return plan
        msg = f"{grader!r} is no grader of this study; it has: {', '.join(plan.grader for plan in self.graders)}."
        raise InputError(msg)

    def presentation(self, grader: str, index: int) -> Presentation:
        """Return one presentation; an InputError tells how many there are."""
        presentations = self.plan_of(grader).presentations
        if not 0 <= index < len(presentations):
            msg = f"{grader} has presentations 0 to {len(presentations) - 1}, got {index}."
            raise InputError(msg)
        return presentations[index]

    @property
    def codes(self) -> tuple[str, ...]:
        """All result codes, sorted."""
        shown = (p.tiles for plan in self.graders for p in plan.presentations)
        return tuple(sorted({code for tiles in shown for code in tiles}))


class KeyRow(Settings):
    """What lies behind one result code."""

    code: ResultCode
    """What graders see."""
    bone_code: BoneCode
    """What graders see of the bone."""
    candidate: Candidate
    """What it is."""
    repeat_of: ResultCode | None = None
    """The code under which the same result was shown first."""


class UnblindingKey(Settings):
    """What undoes the blinding; kept apart from what graders open."""

    format_version: Literal[1] = 1
    """Of the file."""
    study_id: str
    """Of the study that it unlocks."""
    settings: StudySettings
    """With the seed."""
    rows: Annotated[tuple[KeyRow, ...], Field(min_length=1, max_length=100_000)]
    """One for each code."""

    def row(self, code: str) -> KeyRow:
        """Return what lies behind a code; an InputError where it is not of this study."""
        for row in self.rows:
            if row.code == code:
                return row
        msg = f"The unblinding key knows no result {code!r}. Is it the key of this study?"
        raise InputError(msg)

    def first_code(self, code: str) -> str:
        """Return the code itself, or the one it repeats."""
        return self.row(code).repeat_of or code

    def check(self, study: Study) -> None:
        """Raise an InputError unless this is the key of ``study``."""
        if self.study_id != study.study_id:
            msg = f"This key belongs to study {self.study_id}, not to {study.study_id}. Choose the key made with it."
            raise InputError(msg)


def check_graders(graders: tuple[str, ...]) -> None:
    """Raise an InputError unless the graders' pseudonyms are names and differ."""
    if not graders:
        msg = "Expected at least one grader."
        raise InputError(msg)
    for grader in graders:
        checked_name(grader, "grader's pseudonym")
    if len({grader.lower() for grader in graders}) != len(graders):
        msg = f"Expected every grader once, got {', '.join(graders)}."
        raise InputError(msg)
