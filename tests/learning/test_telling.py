"""What a child tells and when it stops; ``test_child`` and ``experiments/test_worker`` try it with real processes."""

import io
import os
import subprocess
import sys
import threading

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed, Said, event_from_json
from napari_rpdl.learning.telling import tell, write_event


def endless(closed):
    try:
        while True:
            yield Said("on")
    finally:
        closed.append(True)


def test_it_stops_at_the_next_event_and_closes_the_work():
    stopping, heard, closed = threading.Event(), [], []

    def say(event):
        heard.append(event)
        if len(heard) == 3:
            stopping.set()

    assert tell(endless(closed), say, stopping) == 0
    assert heard == [Said("on")] * 3
    assert closed == [True]


def test_bad_input_is_told_and_other_errors_are_the_caller_s():
    def bad(error):
        yield Said("begun")
        raise error

    heard = []
    assert tell(bad(InputError("No bones.")), heard.append, threading.Event()) == 1
    assert heard == [Said("begun"), Failed("No bones.")]
    with pytest.raises(ZeroDivisionError):
        tell(bad(ZeroDivisionError()), heard.append, threading.Event())


def test_an_event_is_a_line_that_can_be_read_back():
    out = io.StringIO()
    write_event(Said("two\nlines"), out)
    (line,) = out.getvalue().splitlines()
    assert event_from_json(line) == Said("two\nlines")


@pytest.mark.skipif(os.name != "posix", reason="asks for a broken pipe")
def test_a_parent_that_hears_no_more_ends_it_without_a_word():
    script = """
import itertools, sys, threading
from napari_rpdl.events import Said
from napari_rpdl.learning.telling import take_pipes, tell, write_event
orders, out = take_pipes()
print("a library prints")
sys.exit(tell((Said("on") for _ in itertools.count()), lambda event: write_event(event, out), threading.Event()))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert event_from_json(child.stdout.readline()) == Said("on")
    child.stdout.close()
    _, said = child.communicate(timeout=60)
    assert child.returncode == 1
    assert said.strip() == "a library prints"
