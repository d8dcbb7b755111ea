"""Background work arrives, fails aloud, and stops where it stands."""

import threading
import time
import warnings
from collections.abc import Iterator

import pytest
from qtpy.QtCore import QThreadPool
from qtpy.QtGui import QImage

from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, Progressed, Said
from napari_rpdl.gui.jobs import Jobs, Made, computing, guarded, throttled


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_flood_of_progress_is_thinned_but_its_last_word_and_all_else_arrive() -> None:
    clock = Clock()

    def flood() -> Iterator[Event]:
        for done in range(1000):
            clock.now += 0.001
            yield Said("half") if done == 500 else Progressed("x", done, 1000)

    heard = list(throttled(flood(), per_second=10, clock=clock))
    assert len(heard) <= 14
    assert Said("half") in heard
    assert heard[-1] == Progressed("x", 999, 1000)
    done = [event.done for event in heard if isinstance(event, Progressed)]
    assert done == sorted(done)


@pytest.mark.parametrize("error", [RuntimeError("CUDA error"), MemoryError(), ValueError("bad"), InputError("mend it")])
def test_every_failure_becomes_the_last_event(error: Exception) -> None:
    def failing() -> Iterator[Event]:
        yield Said("begun")
        raise error

    heard = list(guarded(failing(), threading.Event()))
    assert heard[0] == Said("begun")
    assert isinstance(heard[-1], Failed)
    assert bool(heard[-1].details) == (not isinstance(error, InputError))


def test_running_out_of_gpu_memory_says_what_to_do() -> None:
    OutOfMemoryError = type("OutOfMemoryError", (RuntimeError,), {})  # noqa: N806 - as torch names it

    def failing() -> Iterator[Event]:
        raise OutOfMemoryError
        yield

    (failed,) = guarded(failing(), threading.Event())
    assert "smaller grid" in failed.text


def test_stopping_closes_the_work_in_the_thread_that_ran_it(qtbot) -> None:
    closed_in: list[threading.Thread] = []

    def endless() -> Iterator[Event]:
        try:
            while True:
                time.sleep(0.005)
                yield Said("tick")
        finally:
            closed_in.append(threading.current_thread())

    jobs, heard, ended = Jobs(), [], []
    jobs.start("work", endless(), heard.append, lambda: ended.append(True))
    qtbot.waitUntil(lambda: len(heard) > 2, timeout=5000)
    jobs.cancel("work")
    qtbot.waitUntil(lambda: bool(ended), timeout=5000)
    assert closed_in != []
    assert closed_in[0] is not threading.main_thread()
    assert jobs.names == ()


def test_closing_waits_for_the_clean_up(qtbot) -> None:
    cleaned = threading.Event()

    def endless() -> Iterator[Event]:
        try:
            while True:
                time.sleep(0.005)
                yield Said("tick")
        finally:
            time.sleep(0.1)
            cleaned.set()

    jobs, heard = Jobs(), []
    jobs.start("work", endless(), heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=5000)
    jobs.close(5)
    assert cleaned.is_set()


def test_a_newer_job_of_the_same_name_silences_the_older(qtbot) -> None:
    may_end = threading.Event()

    def slow() -> str:
        may_end.wait(5)
        return "old"

    jobs, heard = Jobs(), []
    jobs.start("case", computing(slow), heard.append)
    jobs.start("case", computing(lambda: "new"), heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=5000)
    may_end.set()
    qtbot.wait(100)
    assert heard == [Made("new")]


def test_a_failure_is_told_once_and_the_job_ends(qtbot) -> None:
    def failing() -> None:
        msg = "no such bone"
        raise InputError(msg)

    jobs, failures, ended = Jobs(), [], []
    jobs.failed.connect(failures.append)
    jobs.start("case", computing(failing), lambda event: None, lambda: ended.append(True))
    qtbot.waitUntil(lambda: bool(ended), timeout=5000)
    assert failures == [Failed("no such bone")]


def test_overlapping_jobs_leave_the_warnings_of_python_as_they_were(qtbot) -> None:
    before = warnings.showwarning
    gate, jobs, heard = threading.Event(), Jobs(), []
    jobs.start("a", computing(gate.wait, 5), heard.append)
    jobs.start("b", computing(time.sleep, 0.05), heard.append)
    qtbot.waitUntil(lambda: jobs.names == ("a",), timeout=5000)
    gate.set()
    qtbot.waitUntil(lambda: jobs.names == (), timeout=5000)
    assert warnings.showwarning is before


def test_qt_finds_a_thread_for_a_picture_however_much_work_there_is(qtbot) -> None:
    jobs, gate, begun = Jobs(), threading.Event(), []

    def waiting(number: int) -> Iterator[Event]:
        begun.append(number)
        gate.wait(30)
        yield Said("done")

    for number in range(20):
        jobs.start(f"work {number}", waiting(number), lambda _: None)
    try:
        pool = QThreadPool.globalInstance()
        qtbot.waitUntil(lambda: pool.activeThreadCount() >= min(20, pool.maxThreadCount()), timeout=10_000)
        assert pool.activeThreadCount() < pool.maxThreadCount()
        picture = QImage(1000, 1000, QImage.Format.Format_RGB32)
        picture.fill(0xFF102030)
        converted = picture.convertToFormat(QImage.Format.Format_RGBA64)
        assert converted.pixelColor(999, 999).name() == "#102030"
        qtbot.waitUntil(lambda: len(begun) == 20, timeout=10_000)
    finally:
        gate.set()
        jobs.close()
