"""The tool log of a drilling: where the burr was, in order, and what was undone.

One JSON object a line, so that a line can be added and flushed after every stroke and a
program that dies leaves everything before its last line readable::

    {"format_version": 1, "log_id": ..., "start": {...}, ...}     the header
    {"event": "stroke", "mode": "drill", "diameter": 4.0, "positions": [[z, y, x], ...], ...}
    {"event": "undo", "at_s": 12.5}

The header holds the region that the drilling started from, so a log replays to the same
region wherever it is taken, as long as the bone's structures are the same.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text
from napari_rpdl.settings import explain

Mode = Literal["drill", "refill"]
StartKind = Literal["nothing", "surgeon", "consensus", "prediction"]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Position = tuple[FiniteFloat, FiniteFloat, FiniteFloat]

LARGEST_LOG = 256_000_000
"""Bytes that are read at most; an hour of drilling takes about 5 MB."""
_MOST_POSITIONS = 1_000_000
_LONGEST_AXIS = 4096
_DECIMALS = 3


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stroke(_Line):
    """One movement of the burr, from touching the bone to letting go."""

    event: Literal["stroke"] = "stroke"
    mode: Mode = "drill"
    diameter: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """Of the burr: mm, or voxels where the spacing is unknown."""
    spares_critical: bool = True
    """Whether critical structures, and what lies within ``margin`` of them, were locked."""
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Locked distance around critical structures, in the unit of ``diameter``."""
    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=_MOST_POSITIONS)]
    """Centres of the burr (z, y, x) in voxel indices, rounded to thousandths, in the order drilled."""
    began_s: Seconds
    """Seconds since the drilling began."""
    at_s: Seconds
    """When the stroke ended, in seconds since the drilling began."""


class Undo(_Line):
    """The last stroke that counts was taken back."""

    event: Literal["undo"] = "undo"
    at_s: Seconds


class Redo(_Line):
    """The last stroke that was taken back counts again."""

    event: Literal["redo"] = "redo"
    at_s: Seconds


class Saved(_Line):
    """The region was saved as the annotation of a surgeon."""

    event: Literal["saved"] = "saved"
    surgeon: Annotated[str, Field(max_length=64)]
    at_s: Seconds
    region_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Of that region (``region_hash``); logs of early versions lack it."""


DrillEvent = Annotated[Stroke | Undo | Redo | Saved, Field(discriminator="event")]
_EVENT: TypeAdapter[Stroke | Undo | Redo | Saved] = TypeAdapter(DrillEvent)


class Start(_Line):
    """What a drilling began with."""

    kind: StartKind
    name: Annotated[str, Field(max_length=200)] = ""
    """Whose region: a surgeon, "at least 3 of 7 surgeons", the run of a network; empty for nothing."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of that region (``region_hash``), so that a changed parent is noticed."""
    region: Annotated[str, Field(max_length=LARGEST_LOG)] = Field(repr=False)
    """The region itself: packed bits, compressed by zlib, in base64."""


class LogHeader(_Line):
    """The first line of a log."""

    format_version: Literal[1] = 1
    log_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] = Field(default_factory=lambda: uuid4().hex)
    """Tells one drilling from another."""
    case_id: Annotated[str, Field(max_length=64)]
    shape: tuple[
        Annotated[int, Field(ge=1, le=_LONGEST_AXIS)],
        Annotated[int, Field(ge=1, le=_LONGEST_AXIS)],
        Annotated[int, Field(ge=1, le=_LONGEST_AXIS)],
    ]
    """Voxels along z, y, x."""
    unit: Literal["mm", "voxels"]
    """Of diameters and margins."""
    structures_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Of the bone's structure codes, empty where it has none."""
    started_at: Annotated[str, Field(max_length=40)]
    """Date and time (ISO 8601, UTC)."""
    start: Start


class DrillLog(BaseModel):
    """A header and what happened after it."""

    model_config = ConfigDict(frozen=True)

    header: LogHeader
    events: tuple[DrillEvent, ...] = ()

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes that count: made, and not taken back."""
        return tuple(strokes_that_count(self.events))

    @property
    def is_saved(self) -> bool:
        """Whether nothing happened since the region was last saved, or at all."""
        return not self.events or isinstance(self.events[-1], Saved)

    def of(self, region: NDArray[np.bool_]) -> "DrillLog | None":
        """Return the log as it was when this region (z, y, x) was saved; None where it is that of other regions.

        A region and its log are two files, and the log is written first: a program that
        dies between them leaves the log ahead of the region.
        """
        told = [place for place, event in enumerate(self.events) if isinstance(event, Saved) and event.region_sha256]
        if not told:
            return self
        digest = region_hash(region)
        for place in reversed(told):
            event = self.events[place]
            if isinstance(event, Saved) and event.region_sha256 == digest:
                return self.model_copy(update={"events": self.events[: place + 1]})
        return None

    def minutes(self, idle_s: float) -> float:
        """Return the time at work in minutes; pauses longer than ``idle_s`` seconds are left out."""
        worked, last = 0.0, 0.0
        for event in self.events:
            began = event.began_s if isinstance(event, Stroke) else event.at_s
            pause = began - last
            worked += (pause if pause <= idle_s else 0.0) + event.at_s - began
            last = event.at_s
        return worked / 60

    def burr_positions(self) -> NDArray[np.float32] | None:
        """Return the centres (N, 3) of all drilling strokes that count, None where there are none."""
        drilled = [np.array(stroke.positions, np.float32) for stroke in self.strokes if stroke.mode == "drill"]
        return np.concatenate(drilled) if drilled else None


def strokes_that_count(events: Iterable[Stroke | Undo | Redo | Saved]) -> list[Stroke]:
    """Return the strokes that are left once everything undone is taken back; a new stroke ends what can be redone."""
    made: list[Stroke] = []
    undone: list[Stroke] = []
    for event in events:
        if isinstance(event, Stroke):
            made.append(event)
            undone.clear()
        elif isinstance(event, Undo) and made:
            undone.append(made.pop())
        elif isinstance(event, Redo) and undone:
            made.append(undone.pop())
    return made


def rounded(positions: NDArray[np.floating]) -> tuple[Position, ...]:
    """Return burr centres (N, 3) as a stroke keeps them; what is drilled is drilled at these."""
    return tuple((z, y, x) for z, y, x in np.round(np.asarray(positions, np.float64), _DECIMALS).tolist())


def region_hash(region: NDArray[np.bool_] | NDArray[np.uint8]) -> str:
    """Return the SHA-256 of an array's shape and values."""
    digest = hashlib.sha256(repr(region.shape).encode())
    digest.update(np.ascontiguousarray(region).view(np.uint8).tobytes())
    return digest.hexdigest()


def start_from(kind: StartKind, name: str, region: NDArray[np.bool_]) -> Start:
    """Return a drilling's start, with its region (z, y, x) packed."""
    packed = zlib.compress(np.packbits(region).tobytes(), 6)
    return Start(kind=kind, name=name, sha256=region_hash(region), region=base64.b64encode(packed).decode("ascii"))


def starting_region(header: LogHeader) -> NDArray[np.bool_]:
    """Return the region (z, y, x) that a drilling started from.

    Raises:
        InputError: it does not unpack to the announced shape and content.
    """
    voxels = int(np.prod(header.shape))
    expected = -(-voxels // 8)
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(base64.b64decode(header.start.region, validate=True), expected + 1)
    except (ValueError, zlib.error) as error:
        msg = f"The start of the drilling of {header.case_id} is damaged: {error}."
        raise InputError(msg) from error
    if len(raw) == expected:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), count=voxels)
        region: NDArray[np.bool_] = bits.astype(np.bool_).reshape(header.shape)
        if region_hash(region) == header.start.sha256:
            return region
    msg = f"The region that the drilling of {header.case_id} started from is damaged or was altered. It is not used."
    raise InputError(msg)


def line_of(part: LogHeader | Stroke | Undo | Redo | Saved) -> str:
    """Return one line of a log file, with its end."""
    return part.model_dump_json() + "\n"


def log_text(log: DrillLog) -> str:
    """Return the whole file of a log."""
    return line_of(log.header) + "".join(line_of(event) for event in log.events)


def read_drill_log(path: Path) -> DrillLog:
    """Return the log of a file. A last line without an end, as a killed program leaves it, is left out.

    Raises:
        InputError: unreadable, larger than 256 MB, or a line that is not as expected.
    """
    *lines, _ = read_text(path, LARGEST_LOG).split("\n")
    if not lines:
        msg = f"Expected {path} to begin with the header of a drilling, but it is empty or cut off."
        raise InputError(msg)
    try:
        header = LogHeader.model_validate_json(lines[0])
        return DrillLog(header=header, events=tuple(_EVENT.validate_json(line) for line in lines[1:]))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error
    except (json.JSONDecodeError, RecursionError) as error:
        msg = f"Expected {path} to hold one JSON object a line: {error}."
        raise InputError(msg) from error
