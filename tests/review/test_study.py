import pytest
from pydantic import ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.review.study import Study, UnblindingKey


def test_study_and_key_survive_their_files(plan):
    assert Study.model_validate_json(plan.study.model_dump_json()) == plan.study
    assert UnblindingKey.model_validate_json(plan.key.model_dump_json()) == plan.key


def test_unknown_graders_presentations_and_codes_are_told(plan):
    with pytest.raises(InputError, match="ada, ben"):
        plan.study.plan_of("eve")
    with pytest.raises(InputError, match="0 to 13"):
        plan.study.presentation("ada", 14)
    with pytest.raises(InputError, match="R-99"):
        plan.key.row("R-99")


def test_a_key_opens_its_own_study_only(plan):
    plan.key.check(plan.study)
    with pytest.raises(InputError, match="belongs to study"):
        plan.key.model_copy(update={"study_id": "0" * 16}).check(plan.study)


def test_a_repeat_leads_back_to_its_first_code(plan):
    repeat = next(row for row in plan.key.rows if row.repeat_of)
    assert plan.key.first_code(repeat.code) == repeat.repeat_of == plan.key.first_code(repeat.repeat_of)
    assert plan.key.row(repeat.repeat_of).candidate == repeat.candidate


def test_the_codes_of_the_study_are_those_of_the_key(plan):
    assert plan.study.codes == tuple(sorted(row.code for row in plan.key.rows))


def test_presentations_are_numbered(plan):
    content = plan.study.model_dump()
    content["graders"][0]["presentations"] = content["graders"][0]["presentations"][1:]
    with pytest.raises(ValidationError, match="not numbered"):
        Study.model_validate(content)
