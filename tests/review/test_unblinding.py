import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.hints import HINTS, hint
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.sources import Sources
from napari_rpdl.review.study_folder import StudyFolder, read_key, write_study
from napari_rpdl.review.unblinding import bone_with_surgeons, judged, score_in_words, unblind
from napari_rpdl.settings.review import StudySettings


@pytest.fixture
def study(small_dataset, tmp_path):
    sources = Sources(small_dataset)
    settings = StudySettings(minimum_gap=2, seed=1)
    made = plan_study(list(sources.candidates()), ("ada",), find_scale("global-rating"), settings)
    for _ in write_study(made, small_dataset, sources.region_of, tmp_path / "study", tmp_path / "key"):
        pass
    return StudyFolder.open(tmp_path / "study")


@pytest.fixture
def key(study, tmp_path):
    return read_key(tmp_path / "key", study.study)


def test_names_come_after_the_last_lock_and_not_before(study, key, filled):
    book = GradeBook(study.answers_file, study.study)
    with pytest.raises(InputError, match="not locked"):
        unblind(book, key, "ada")
    count = len(study.study.plan_of("ada").presentations)
    for index in range(count):
        filled(book, index=index, score=float(index % 5 + 1))
    found = unblind(book, key, "ada")
    assert [one.code for one in found] == [p.tiles[0] for p in study.study.plan_of("ada").presentations]
    assert [one.total for one in found] == [float(index % 5 + 1) for index in range(count)]
    again = {one.code: one for one in found}
    repeats = [one for one in found if one.repeat_of]
    assert len(repeats) == 2
    for one in repeats:
        assert (again[one.repeat_of].case_id, again[one.repeat_of].source) == (one.case_id, one.source)


def test_the_bone_gets_its_surgeons_back_without_repeats(study, key, small_dataset):
    presentation = study.study.plan_of("ada").presentations[0]
    bone = bone_with_surgeons(study, key, presentation)
    case = small_dataset.case(key.row(presentation.tiles[0]).candidate.case_id)
    assert sorted(bone.surgeons) == sorted(case.surgeons)
    for surgeon in case.surgeons:
        np.testing.assert_array_equal(bone.masks(surgeon)[0], case.masks(surgeon)[0])


def test_items_come_with_their_hints_and_the_other_hints_follow(small_case):
    scale, region = find_scale("global-rating"), small_case.masks("surgeon_1")[0]
    found = judged(scale, {}, region, small_case)
    assert [one.item for one in found[:5]] == list(scale.items)
    assert found[2].hint.text == hint("no_islands", region, small_case).text
    assert found[0].hint is None
    assert {one.hint.name for one in found if one.hint is not None} == set(HINTS)


@pytest.mark.parametrize(("score", "said"), [(None, "cannot tell"), (4.0, "4 (good)")])
def test_scores_are_said_with_their_anchors(score, said):
    assert score_in_words(find_scale("global-rating").item("shape"), score) == said
