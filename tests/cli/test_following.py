import io
import sys

import pytest

from napari_rpdl.cli.following import Bars, Lines, follow, sentence
from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed, Progressed, Said
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted

EPOCH = EpochEnded(3, 200, -0.41, -0.38, 0.551, 1e-3, 2.0, 725.0, best=True)
STEP = StepEnded(3, 2, 8, 200, -0.4123, 725.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_a_line_for_each_tenth(capsys):
    lines = Lines()
    for done in range(1, 101):
        lines.show(Progressed("reading", done, 100))
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 11
    assert err[-1] == "reading: 100 of 100"


def test_work_of_unknown_length_is_named_once(capsys):
    lines = Lines()
    for done in range(5):
        lines.show(Progressed("waking", done, 0))
    assert capsys.readouterr().err == "waking ...\n"


def test_steps_are_too_many_for_a_log(capsys):
    Lines().show(STEP)
    assert capsys.readouterr().err == ""


def test_an_epoch_tells_loss_score_and_time_left():
    assert sentence(EPOCH) == (
        "epoch 3/200: loss -0.4100, validation loss -0.3800 (Dice 0.551), learning rate 0.001, "
        "12 min left - best so far"
    )
    assert sentence(EpochEnded(1, 2, 0.5, None, None, 0.1, 1.0, 1.0, best=False)) == (
        "epoch 1/2: loss 0.5000, learning rate 0.1, 1 s left"
    )


def test_beginning_and_end_name_bones_and_folder():
    assert "bone_1, bone_2; watched by bone_3" in (
        sentence(TrainingStarted("cpu", 1234, 2, 8, 1, ("bone_1", "bone_2"), ("bone_3",))) or ""
    )
    assert "stopped early after 7 epochs" in (sentence(TrainingEnded("stopped early", 7, 2, 0.5, "my_run")) or "")


def test_a_terminal_gets_a_bar_with_loss_and_time_left(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    bars = Bars()
    for event in (Progressed("reading", 1, 2), STEP, EPOCH):
        bars.show(event)
    bars.close()
    shown = sys.stderr.getvalue()
    assert "reading" in shown
    assert "epoch 3/200, loss -0.4123, 12 min left" in shown
    assert "validation loss -0.3800" in shown


def test_following_returns_the_last_event_and_closes_the_work(capsys):
    closed = []

    def work():
        try:
            yield Said("one")
            yield Said("two")
        finally:
            closed.append(True)

    assert follow(work()) == Said("two")
    assert closed == [True]
    assert capsys.readouterr().err == "one\ntwo\n"


def test_ctrl_c_closes_the_work_before_it_goes_on(monkeypatch):
    closed = []

    def work():
        try:
            yield Said("one")
        finally:
            closed.append(True)

    monkeypatch.setattr(Lines, "show", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        follow(work())
    assert closed == [True]


def test_work_that_failed_is_an_error():
    with pytest.raises(InputError, match="the disk is full"):
        follow(iter([Failed("the disk is full")]))
