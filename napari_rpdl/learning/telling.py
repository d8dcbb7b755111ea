"""A child process's side of its pipes: an order comes in, events go out; ``process.Child`` is the other side."""

import os
import signal
import sys
from collections.abc import Callable, Generator
from threading import Event as Flag
from typing import BinaryIO, TextIO

from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, event_to_json


def take_pipes() -> tuple[BinaryIO, TextIO]:
    """Return where orders come from and where events go; what libraries print goes to standard error from now on.

    Ctrl-C and a closed terminal reach the whole group of processes: the parent decides what they mean for us.
    """
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    # Not sys.stdin: its lock a waiting thread would still hold when Python ends, its buffer would hide later lines.
    orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - open as long as we are
    out, sys.stdout = sys.stdout, sys.stderr
    return orders, out


def write_event(event: Event, out: TextIO) -> None:
    """Write an event as a line that the parent sees at once."""
    out.write(event_to_json(event) + "\n")
    out.flush()


def tell(events: Generator[Event, None, None], say: Callable[[Event], None], stopping: Flag) -> int:
    """Say all events, the failure of bad input too, until ``stopping`` is set or nobody listens; return the status."""
    try:
        for event in events:
            say(event)
            if stopping.is_set():
                return 0
    except InputError as error:
        say(Failed(str(error)))
        return 1
    except BrokenPipeError:
        leave_pipes(1)
        return 1
    finally:
        events.close()
    return 0


def leave_pipes(*outputs: int) -> None:
    """Close our ends of these outputs (1: standard output, 2: error); what is written there from now on is lost."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in outputs:
        os.dup2(nowhere, output)
    os.close(nowhere)
