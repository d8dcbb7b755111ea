import os
import random
import sqlite3

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.sitting import ActiveTime, Draft, Sitting
from napari_rpdl.settings.review import GradingSettings


class Clock:
    """A clock that a test turns."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sitting(plan, book, clock):
    return Sitting(plan.study, book, "ada", GradingSettings(experience="resident"), clock)


def answer_all(sitting, score=4.0):
    for item in sitting.study.scale.items:
        sitting.answer(item.id, score)


def test_an_answer_is_in_the_record_at_once_with_its_circumstances(sitting, book):
    sitting.shown("abc")
    sitting.be_sure("shape", 4)
    assert book.answers() == ()
    sitting.answer("shape", 5.0, view_state='{"zoom": 2}')
    kept = book.current("ada", 0)["shape"]
    assert (kept.score, kept.confidence, kept.grader_experience) == (5, 4, "resident")
    assert (kept.data_hash, kept.view_state) == ("abc", '{"zoom": 2}')
    assert sitting.drafts == {"shape": Draft(True, 5.0, 4)}


def test_every_change_stays_in_the_record_and_the_same_answer_is_not_written_twice(sitting, book):
    sitting.answer("shape", 1.0)
    sitting.answer("shape", 1.0)
    sitting.answer("shape", None)
    sitting.comment("shape", "an island behind")
    assert [(one.score, one.comment) for one in book.answers()] == [(1, ""), (None, ""), (None, "an island behind")]


def test_going_back_is_possible_until_the_lock_and_never_after(sitting):
    answer_all(sitting)
    assert sitting.step(+1)
    assert (sitting.index, sitting.drafts) == (1, {})
    assert sitting.step(-1)
    assert sitting.drafts["shape"].score == 4
    sitting.answer("shape", 2.0)
    sitting.lock()
    assert (sitting.index, sitting.locked) == (1, {0})
    assert not sitting.step(-1)
    with pytest.raises(InputError, match="is locked"):
        sitting.go_to(0)
    assert sitting.index == 1


def test_what_is_not_answered_is_not_locked_and_stays_in_view(sitting):
    sitting.answer("shape", 1.0)
    with pytest.raises(InputError, match="4 answers are missing"):
        sitting.lock()
    assert (sitting.index, sitting.locked) == (0, frozenset())


def test_the_last_lock_ends_it_wherever_the_grader_went(sitting):
    while not sitting.is_finished:
        answer_all(sitting)
        sitting.lock()
    assert sitting.locked == set(range(14))
    with pytest.raises(InputError, match="locked"):
        sitting.answer("shape", 1.0)


def test_after_the_last_presentation_the_lock_returns_to_those_left_open(sitting):
    for index in range(13, 0, -1):
        sitting.go_to(index)
        answer_all(sitting)
    sitting.go_to(13)
    sitting.lock()
    assert sitting.index == 12


def test_another_sitting_goes_on_where_this_one_ended(sitting, plan, book, clock):
    answer_all(sitting)
    sitting.lock()
    clock.at = 10
    sitting.answer("shape", 3.0)
    again = Sitting(plan.study, book, "ada", clock=clock)
    assert (again.index, again.drafts["shape"].score, again.active_seconds) == (1, 3, 10)
    assert Sitting(plan.study, book, "ben").index == 0


def test_idle_time_and_pauses_are_no_time_on_task(sitting, clock, book):
    for at in (10, 40, 141, 150):  # the gap of 101 s is idle
        clock.at = at
        sitting.touch()
    assert sitting.active_seconds == 49
    sitting.pause()
    clock.at = 200
    sitting.touch()
    sitting.resume()
    clock.at = 205
    sitting.answer("shape", 3.0)
    assert book.current("ada", 0)["shape"].active_seconds == 54


def test_each_presentation_has_a_time_of_its_own(sitting, clock):
    clock.at = 20
    sitting.step(+1)
    clock.at = 25
    sitting.touch()
    assert sitting.active_seconds == 5
    sitting.step(-1)
    clock.at = 26
    sitting.touch()
    assert sitting.active_seconds == 21


def test_the_stopwatch_takes_a_gap_of_exactly_the_limit():
    clock = Clock()
    watch = ActiveTime(60, 5, clock)
    clock.at = 60
    watch.touch()
    assert watch.seconds == 65


def test_an_answer_that_could_not_be_written_stays_on_the_form_and_is_written_later(plan, tmp_path):
    book = GradeBook(tmp_path / "grades.sqlite", plan.study, wait_seconds=0.05)
    sitting = Sitting(plan.study, book, "ada")
    other = sqlite3.connect(tmp_path / "grades.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InputError, match="another program is writing"):
        sitting.answer("shape", 2.0)
    assert sitting.drafts == {"shape": Draft(True, 2.0, saved=False)}
    assert sitting.unsaved == 1
    sitting.step(+1)
    with pytest.raises(InputError, match="another program is writing"):
        sitting.save_again()
    other.rollback()
    other.close()
    sitting.save_again()
    assert sitting.unsaved == 0
    assert book.current("ada", 0)["shape"].score == 2


@pytest.mark.parametrize(("item", "score", "says"), [("shape", 6.0, "1 to 5"), ("overall", None, "must be answered")])
def test_what_is_no_answer_changes_nothing(sitting, book, item, score, says):
    with pytest.raises(InputError, match=says):
        sitting.answer(item, score)
    assert (sitting.drafts, book.answers()) == ({}, ())


@pytest.mark.parametrize("text", ["x" * 10_001, "a\0b"])
def test_a_comment_that_the_record_cannot_keep_is_refused(sitting, text):
    with pytest.raises(InputError, match="10,000 letters"):
        sitting.comment("shape", text)


def grade_until_killed(path, study, acknowledged):
    sitting = Sitting(study, GradeBook(path, study), "ada")
    os.write(acknowledged, b"open\n")
    number = 0
    while not sitting.is_finished:
        index, items = sitting.index, sitting.study.scale.items
        for item in items:
            number += 1
            sitting.answer(item.id, float(number % 5 + 1))
            os.write(acknowledged, f"answer {index} {item.id} {number % 5 + 1}\n".encode())
        if number % (30 * len(items)) == 0:  # seldom, so that something is left to grade
            sitting.lock()
            os.write(acknowledged, f"lock {index}\n".encode())
        elif not sitting.step(+1):
            while sitting.step(-1):
                pass


def test_kill_9_at_any_moment_of_grading_loses_nothing_that_was_acknowledged(plan, memory_folder, kills, killed):
    path, chance = memory_folder / "grades.sqlite", random.Random(0)
    book = GradeBook(path, plan.study)
    promised: dict[tuple[str, str], str] = {}
    for turn in range(kills):
        begun, after = b"open\n" if turn % 5 else b"", chance.uniform(0.0, 0.04)
        said = killed(grade_until_killed, path, plan.study, after=after, begun=begun)
        whole = [line.split() for line in said]
        promised |= {(words[1], words[2]): words[3] for words in whole if words[0] == "answer"}
        locks = [int(words[1]) for words in whole if words[0] == "lock"]
        assert set(locks) <= book.locked("ada")
    assert len(promised) > 20, len(promised)
    given = {(str(one.presentation_index), one.item_id, str(int(one.score))) for one in book.answers()}
    assert {(*place, score) for place, score in promised.items()} <= given
