import multiprocessing
import os
import random

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review import gradebook
from napari_rpdl.review.gradebook import GradeBook, counting
from napari_rpdl.review.record import Given, now
from napari_rpdl.review.scale import find_scale

FORK = multiprocessing.get_context("fork")


def given(grader, index, item, score):
    return Given(grader=grader, presentation_index=index, item_id=item, score=score, opened_at=now(), answered_at=now())


def test_an_answer_is_there_for_whoever_opens_the_book(book, plan, answering, tmp_path):
    told = answering(score=4, confidence=5, comment="Ünder\nline", point_z=1.5, view_state='{"zoom": 2}')
    answer = book.give(told)
    again = GradeBook(tmp_path / "grades.sqlite", plan.study)
    assert again.answers() == (answer,)
    assert Given(**{name: getattr(answer, name) for name in Given.model_fields}) == told
    presentation = plan.study.presentation("ada", 0)
    assert (answer.codes, answer.bone_code, answer.phase) == (presentation.tiles[0], presentation.bone, "main")
    assert answer.scale_hash == find_scale("global-rating").hash


def test_the_last_answer_counts_and_the_first_one_stays(book, answering):
    for score in (1, 5, None, 2):
        book.give(answering(score=score))
    assert book.current("ada", 0)["shape"].score == 2
    assert [answer.score for answer in book.answers()] == [1, 5, None, 2]


def test_a_clock_that_is_set_back_does_not_change_the_order(book, answering, monkeypatch):
    book.give(answering(score=1))
    monkeypatch.setattr(gradebook, "now", lambda: "1999-01-01T00:00:00.000000Z")
    book.give(answering(score=2))
    assert book.current("ada", 0)["shape"].score == 2
    for item in book.study.scale.items:
        book.give(answering(item=item.id, score=3))
    book.lock("ada", 0)
    assert {answer.score for answer in book.current("ada", 0).values()} == {3}


def test_nothing_changes_after_the_lock(book, answering, filled):
    filled(book)
    with pytest.raises(InputError, match="is locked"):
        book.give(answering(score=1))
    with pytest.raises(InputError, match="locked already"):
        book.lock("ada", 0)
    book.give(answering(index=1, score=1))
    book.give(answering("ben", score=1))
    assert book.locked("ada") == {0}


def test_what_is_not_answered_is_not_locked(book, answering):
    book.give(answering())
    with pytest.raises(InputError, match="4 answers are missing"):
        book.lock("ada", 0)


def test_codes_are_revealed_when_all_is_locked(book, filled):
    with pytest.raises(InputError, match="14 presentations of ada are not locked"):
        book.reveal("ada")
    for index in range(14):
        filled(book, index=index)
    assert book.reveal("ada").presentation_index == -1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"grader": "eve"}, "no grader"),
        ({"index": 14}, "0 to 13"),
        ({"item": "smell"}, "no item"),
        ({"score": 6}, "from 1 to 5"),
        ({"item": "overall", "score": None}, "must be answered"),
    ],
)
def test_answers_that_do_not_fit_the_study_are_refused(book, answering, change, says):
    with pytest.raises(InputError, match=says):
        book.give(answering(**change))
    assert book.answers() == ()


def test_another_wording_needs_another_study(book, plan, tmp_path):
    reworded = plan.study.scale.model_copy(update={"instructions": "Be kind."})
    with pytest.raises(InputError, match="another wording"):
        GradeBook(tmp_path / "grades.sqlite", plan.study.model_copy(update={"scale": reworded}))


def test_answers_after_the_lock_of_another_copy_do_not_count(book, plan, answering, filled, tmp_path):
    copy = GradeBook(tmp_path / "copy.sqlite", plan.study)
    filled(book, score=4)
    late = copy.give(answering(score=1))
    assert book.add(copy.answers(), copy.marks()).answers == 1
    assert late in book.answers()
    assert book.current("ada", 0)["shape"].score == 4
    assert {answer.score for answer in counting(book.answers(), book.marks())} == {4}


def test_a_book_of_another_study_is_not_taken_over(book, plan, answering, tmp_path):
    other = plan.study.model_copy(update={"study_id": "0" * 16})
    theirs = GradeBook(tmp_path / "theirs.sqlite", other)
    theirs.give(answering())
    with pytest.raises(InputError, match="belongs to another study"):
        book.add(theirs.answers(), ())


def test_an_altered_row_stops_the_merge(book, answering):
    answer = book.give(answering())
    other = book.study
    with pytest.raises(InputError, match="altered"):
        book.add([answer.model_copy(update={"score": 1.0})], ())
    assert (book.answers(), book.study) == ((answer,), other)


def grade_many(path, study, grader, count):
    book = GradeBook(path, study, wait_seconds=30)
    for number in range(count):
        book.give(given(grader, number % 14, "shape", float(number % 5 + 1)))


def test_several_graders_write_to_one_file_at_once(book, plan, tmp_path):
    path = tmp_path / "grades.sqlite"
    workers = [FORK.Process(target=grade_many, args=(path, plan.study, g, 30)) for g in ("ada", "ben", "ada")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(book.answers("ada")) == 60
    assert len(book.answers("ben")) == 30


def grade_until_killed(path, study, acknowledged):
    book = GradeBook(path, study)
    os.write(acknowledged, b"open\n")
    number = 0
    while True:
        answer = book.give(given("ada", number % 13, "shape", float(number % 5 + 1)))
        os.write(acknowledged, f"{answer.answer_id}\n".encode())
        number += 1


def test_kill_9_at_any_moment_loses_nothing_that_was_acknowledged(plan, memory_folder, kills, killed):
    path, promised = memory_folder / "grades.sqlite", []
    kills //= 4  # the book alone; test_sitting.py kills whole sittings
    book = GradeBook(path, plan.study)
    chance = random.Random(0)
    for turn in range(kills):
        begun, after = b"open\n" if turn % 5 else b"", chance.uniform(0.0, 0.04)
        said = killed(grade_until_killed, path, plan.study, after=after, begun=begun)
        promised += [line.strip() for line in said if len(line) > 36]
    kept = {answer.answer_id for answer in book.answers()}
    assert len(promised) > kills // 5, len(promised)  # a busy computer gets little done between two kills
    assert set(promised) <= kept
    # At most the answer that was on its way when the program died.
    assert len(kept) - len(promised) <= kills
    book.give(given("ada", 13, "shape", 3.0))
