"""What running work says: frozen dataclasses of plain data.

Long work is an iterator of these. The command line prints them, the viewer shows
them, a run folder keeps them, a test collects them in a list. Because they are plain
data they also travel between processes, one line of JSON each.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_type_hints

from napari_rpdl.errors import InputError

KINDS: dict[str, type["Event"]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; every subclass is registered under its class name."""

    def __init_subclass__(cls) -> None:
        KINDS[cls.__name__] = cls


@dataclass(frozen=True, slots=True)
class Progressed(Event):
    """``done`` of ``total`` steps of ``task`` are finished (``total`` 0: not known)."""

    task: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Said(Event):
    """A sentence for the person who waits."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The work ended with an error; ``text`` is fit to be shown to a person.

    ``details`` is the traceback for a bug report, empty where the error is the
    person's to mend.
    """

    text: str
    details: str = ""


def event_to_json(event: Event) -> str:
    """Return one line of JSON that ``event_from_json`` turns back into the event."""
    return json.dumps({"event": type(event).__name__, **asdict(event)})


def event_from_json(line: str) -> Event:
    """Return the event of a line written by ``event_to_json``.

    Raises:
        InputError: the line is no event that this version knows, or holds a text for a number.
    """
    try:
        fields: dict[str, Any] = json.loads(line)
        kind = fields.pop("event")
        if any(not isinstance(fields[name], expected) for name, expected in _plain(kind).items() if name in fields):
            raise TypeError(kind)
        return KINDS[kind](**fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"Expected a line of JSON that describes an event, got {line[:80]!r}."
        raise InputError(msg) from error


@cache
def _plain(kind: str) -> dict[str, tuple[type, ...]]:
    """Return the fields of a kind that are numbers, texts or None, and what JSON may give for them."""
    hints = get_type_hints(KINDS[kind]).items()
    allowed = {name: get_args(hint) if isinstance(hint, UnionType) else (hint,) for name, hint in hints}
    plain = {name: types for name, types in allowed.items() if set(types) <= {bool, int, float, str, type(None)}}
    return {name: (*types, int) if float in types else types for name, types in plain.items()}
