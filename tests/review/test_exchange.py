import csv
import io
import json
import random

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.exchange import export_book, merge
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.record import Answer, Mark


@pytest.fixture
def awkward(book, answering, filled):
    """A book with everything that files get wrong."""
    book.give(answering(score=1 / 3 * 3, comment='say "no",\r\nthen;\ttabs ≤ é\n'))
    book.give(answering(score=2, comment="=1+1", point_z=0.1 + 0.2, active_seconds=1e-17))
    book.give(answering(item="depth", score=None, confidence=3, grader_experience="12 years, ENT"))
    filled(book, "ben", 2)
    return book


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.mark.parametrize("form", ["answers.json", ""])
def test_what_is_exported_comes_back_exactly(awkward, plan, tmp_path, form):
    export_book(awkward, tmp_path / "export")
    again = GradeBook(tmp_path / "again.sqlite", plan.study)
    assert merge(again, tmp_path / "export" / form).answers == 8
    assert again.answers() == awkward.answers()
    assert again.marks() == awkward.marks()


def test_merging_two_graders_is_exact_idempotent_and_in_any_order(plan, answering, filled, tmp_path):
    chance = random.Random(1)
    books = {name: GradeBook(tmp_path / f"{name}.sqlite", plan.study) for name in ("ada", "ben")}
    for name, book in books.items():
        for _ in range(20):
            book.give(answering(name, chance.randrange(10), score=chance.randint(1, 5)))
        filled(book, name, 12)
    merged = {}
    for order in (("ada", "ben"), ("ben", "ada", "ben", "ada")):
        whole = GradeBook(tmp_path / f"{len(order)}.sqlite", plan.study)
        added = [merge(whole, tmp_path / f"{name}.sqlite") for name in order]
        assert [(one.answers, one.marks) for one in added[:2]] == [(25, 1)] * 2
        assert all((one.answers, one.marks, one.known) == (0, 0, 26) for one in added[2:])
        merged[order] = (whole.answers(), whole.marks())
    assert len(set(merged.values())) == 1
    both = next(iter(merged.values()))[0]
    assert set(both) == {*books["ada"].answers(), *books["ben"].answers()}


def test_the_data_dictionary_names_every_column(awkward, plan, tmp_path):
    export_book(awkward, tmp_path, plan.key)
    said = {(row["table"], row["column"]): row for row in rows(tmp_path / "data_dictionary.csv")}
    for table, kind in (("answers", Answer), ("marks", Mark)):
        header = (tmp_path / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header == list(kind.model_fields)
        assert all(said[table, column]["meaning"] for column in header)
    assert said["answers", "score"]["type"] == "decimal number or empty"
    unblinded = (tmp_path / "answers_unblinded.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert all(("answers", name) in said or ("answers_unblinded", name) in said for name in unblinded)


def test_the_blinded_export_tells_nothing_and_the_unblinded_one_all(awkward, plan, tmp_path):
    export_book(awkward, tmp_path / "blinded")
    assert not (tmp_path / "blinded" / "answers_unblinded.csv").exists()
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "blinded").iterdir())
    content = text.split("table,column")[0]
    assert "rpdl" not in content.replace("napari-rpdl", "")
    assert "surgeon_" not in content
    export_book(awkward, tmp_path / "open", plan.key)
    unblinded = rows(tmp_path / "open" / "answers_unblinded.csv")
    for row in unblinded:
        behind = plan.key.row(row["codes"]).candidate
        assert (row["case_id"], row["method"], row["source"]) == (behind.case_id, behind.method, behind.source)
    shape = next(row for row in unblinded if (row["grader"], row["item_id"]) == ("ada", "shape"))
    assert (shape["score"], shape["edits"]) == ("2.0", "1")


def test_a_key_of_another_study_opens_nothing(awkward, plan, tmp_path):
    with pytest.raises(InputError, match="belongs to study"):
        export_book(awkward, tmp_path / "out", plan.key.model_copy(update={"study_id": "0" * 16}))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("answers.json", "{}", "answers"),
        ("answers.json", "[", "answers.json"),
        ("answers.json", None, "Could not read"),
        ("answers.csv", "answer_id,score\nx,1\n", "line 2"),
    ],
)
def test_files_that_are_no_record_are_told(book, tmp_path, name, content, says):
    folder = tmp_path / "other"
    folder.mkdir()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(InputError, match=says):
        merge(book, folder if name.endswith(".csv") else folder / name)
    assert book.answers() == ()


def test_one_bad_row_keeps_all_of_them_out(awkward, plan, tmp_path):
    export_book(awkward, tmp_path)
    content = json.loads((tmp_path / "answers.json").read_text(encoding="utf-8"))
    content["answers"][-1]["score"] = 9
    (tmp_path / "answers.json").write_text(json.dumps(content))
    again = GradeBook(tmp_path / "again.sqlite", plan.study)
    with pytest.raises(InputError, match="from 1 to 5"):
        merge(again, tmp_path / "answers.json")
    assert again.answers() == ()
