"""What is recorded: one row for every answer, and one for every lock and reveal.

Rows are never changed. A grader who changes an answer adds one; the last one counts.
The sentences below the fields are the data dictionary of the exports.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from napari_rpdl.settings.base import Settings

Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Prose = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
Index = Annotated[int, Field(ge=-1, le=2**31 - 1)]
WHOLE_STUDY = -1
"""Presentation index of marks that concern all presentations of a grader."""


class Given(Settings):
    """What the viewer knows about an answer at the moment it is given."""

    grader: Line
    """Pseudonym of who answers."""
    grader_experience: Line = ""
    """What the grader says of his or her experience, for example "consultant, 12 years"."""
    session_id: Line = ""
    """Tells sittings apart."""
    presentation_index: Index
    """Place in the grader's order, from 0."""
    item_id: Line
    """Item of the scale."""
    score: float | None
    """The answer; empty where the grader said "not assessable". Preferences: 1 left, 2 right, 0 no difference."""
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    """How sure the grader is, 1 to 5; empty where not said."""
    comment: Prose = ""
    """In the grader's words."""
    point_z: float | None = None
    """Where the finding is: voxel index along z on the bone's grid; empty where no place was marked."""
    point_y: float | None = None
    """Voxel index along y."""
    point_x: float | None = None
    """Voxel index along x."""
    opened_at: Time
    """When the presentation came into view (UTC)."""
    answered_at: Time
    """When the answer was given (UTC, clock of the grader's computer)."""
    active_seconds: Annotated[float, Field(ge=0)] = 0.0
    """Time on this presentation so far, idle time excluded."""
    view_state: Prose = ""
    """Camera and layers at that moment, as JSON."""
    data_hash: Line = ""
    """SHA-256 of the files that were shown."""


class Answer(Given):
    """A row of the record."""

    answer_id: Uuid
    """Names this answer everywhere; merging recognises it by this."""
    study_id: Line
    """Of the study."""
    scale_id: Line
    """Of the form."""
    scale_version: Line
    """Of the form."""
    scale_hash: Line
    """SHA-256 of the form's content."""
    phase: Literal["calibration", "main"]
    """calibration is left out of the results."""
    bone_code: Line
    """Blinded code of the bone."""
    codes: Line
    """Blinded codes of the results that were shown, from left to right."""
    recorded_at: Time
    """When the answer was safe in the record (UTC); of several answers to one item the last one counts."""
    app_version: Line
    """Of napari-rpdl."""


class Mark(Settings):
    """Something that was decided about a presentation or a whole study, once and for good."""

    mark_id: Uuid
    """Names this mark everywhere."""
    study_id: Line
    """Of the study."""
    grader: Line
    """Whose answers it concerns."""
    presentation_index: Index
    """Which presentation; -1 for all."""
    kind: Literal["locked", "revealed"]
    """locked: no answer to it can change any more. revealed: the grader was shown what lies behind the codes."""
    at: Time
    """When (UTC)."""


def now() -> str:
    """Return the time (UTC) in a form whose alphabetical order is that of time."""
    return as_time(datetime.now(UTC))


def as_time(moment: datetime) -> str:
    """Return an aware moment as the record writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def later(time: str) -> str:
    """Return the smallest time after ``time`` that the record can tell from it."""
    return as_time(datetime.fromisoformat(time) + timedelta(microseconds=1))


def new_id() -> str:
    """Return a name that nothing else has."""
    return str(uuid4())
