"""dataset.json as models: what may be left out, what is kept, what the bounds are."""

import json

import pytest
from pydantic import ValidationError

from napari_rpdl.data.dataset_file import About, CaseRow, DatasetFile

BONE = {"code": 1, "name": "bone", "color": "#e8dcc0", "role": "bone"}
LEAST = {"format_version": 1, "name": "n", "structures": [], "surgeons": [], "cases": [{"case_id": "c"}]}


def test_the_least_file_leaves_everything_else_open():
    file = DatasetFile.model_validate(LEAST)
    assert (file.origin, file.licence) == ("", "")
    assert file.cases == (CaseRow(case_id="c", bone="", side=None),)


def test_a_full_file_comes_out_as_it_went_in():
    cases = [{"case_id": "c1", "bone": "b", "side": "left"}, {"case_id": "c2", "bone": "b", "side": None}]
    full = LEAST | {"structures": [BONE], "surgeons": ["z", "a"], "origin": "o", "licence": "MIT", "cases": cases}
    assert json.loads(DatasetFile.model_validate_json(json.dumps(full)).model_dump_json()) == full


@pytest.mark.parametrize(
    ("field", "most", "of"),
    [
        ("name", 200, lambda n: "x" * n),
        ("origin", 10_000, lambda n: "x" * n),
        ("licence", 10_000, lambda n: "x" * n),
        ("surgeons", 1000, lambda n: [f"s{i}" for i in range(n)]),
        ("structures", 256, lambda n: [BONE | {"code": i, "name": f"bone {i}"} for i in range(n)]),
    ],
)
def test_each_bound_is_reached_and_not_passed(field, most, of):
    about = {key: value for key, value in LEAST.items() if key != "cases"}
    assert len(getattr(About.model_validate(about | {field: of(most)}), field)) == most
    with pytest.raises(ValidationError, match=field):
        About.model_validate(about | {field: of(most + 1)})


def test_a_bone_may_have_several_cases_but_a_case_only_one_row():
    rows = [{"case_id": "left_ear", "bone": "b"}, {"case_id": "right_ear", "bone": "b"}]
    assert len(DatasetFile.model_validate(LEAST | {"cases": rows}).cases) == 2
    rows = [{"case_id": "Gross"}, {"case_id": "gROSS"}]
    with pytest.raises(ValidationError, match=r"each case once .*'gROSS' twice"):
        DatasetFile.model_validate(LEAST | {"cases": rows})


def test_what_was_read_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        DatasetFile.model_validate(LEAST).name = "other"
