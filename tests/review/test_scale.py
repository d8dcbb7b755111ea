import json
from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.scale import Scale, find_scale, read_scale, shipped_scales


def a_scale(**changes):
    """A scale as a hospital would write it."""
    item = {"id": "smooth", "group": "Walls", "text": "The walls are smooth", "answer": "binary"}
    scale = {
        "format_version": 1,
        "id": "our-hospital",
        "version": "2",
        "name": "Ours",
        "citation": "in house",
        "total": "sum",
        "groups": ["Walls"],
        "items": [item, {**item, "id": "safe", "answer": "rating"}, {**item, "id": "all", "answer": "visual analogue"}],
    }
    return {**scale, **changes}


def written(folder: Path, content: object) -> Path:
    path = folder / "scale.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_the_shipped_scales_are_the_three_of_the_manual():
    assert {scale.id: len(scale.items) for scale in shipped_scales()} == {
        "cm-end-product-provisional": 20,
        "global-rating": 5,
        "pairwise-preference": 1,
    }


def test_the_provisional_form_says_that_it_is_not_the_melbourne_scale():
    form = find_scale("cm-end-product-provisional")
    assert "NOT the Melbourne Mastoidectomy Scale" in form.citation
    assert "Melbourne" not in form.name
    assert {item.answer for item in form.items} == {"binary"}
    assert form.total_of(dict.fromkeys((item.id for item in form.items), 1.0)) == 20


def test_a_hospital_adds_its_own_file_without_code(tmp_path):
    scale = find_scale(str(written(tmp_path, a_scale())))
    assert [item.ends for item in scale.items] == [(0, 1), (1, 5), (0, 100)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 3}, "version"),
        ({"colour": "red"}, "colour"),
        ({"items": []}, "items"),
        ({"items": [{"id": "a", "group": "Walls", "text": "t", "answer": "ternary"}]}, "items.0.answer"),
        ({"items": [{"id": "a", "group": "Floor", "text": "t", "answer": "binary"}]}, "'Floor'"),
        ({"items": [{"id": "a", "group": "Walls", "text": "t", "answer": "binary"}] * 2}, "a more often"),
        (
            {
                "items": [
                    {
                        "id": "a",
                        "group": "Walls",
                        "text": "t",
                        "answer": "rating",
                        "anchors": [{"score": 6, "text": "x"}],
                    }
                ]
            },
            "anchor 6 of item a",
        ),
        (
            {
                "items": [
                    {"id": "a", "group": "Walls", "text": "t", "answer": "binary"},
                    {"id": "b", "group": "Walls", "text": "t", "answer": "preference"},
                ]
            },
            "two scales",
        ),
    ],
)
def test_a_broken_file_is_told_with_the_field(tmp_path, changes, says):
    path = written(tmp_path, a_scale(**changes))
    with pytest.raises(InputError) as caught:
        read_scale(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": NaN}', "\x00"])
def test_a_file_that_is_no_scale_is_told(tmp_path, content):
    with pytest.raises(InputError, match=r"scale\.json"):
        read_scale(written(tmp_path, content))


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(InputError, match="global-rating"):
        find_scale("melbourne")
    with pytest.raises(InputError, match=r"nowhere\.json"):
        find_scale("nowhere.json")


@pytest.mark.parametrize(
    ("item", "good", "bad"),
    [("smooth", (0, 1, None), (2, -1, 0.5)), ("safe", (1, 5), (0, 6, 2.5)), ("all", (0, 33.3, 100), (101, -1))],
)
def test_scores_are_checked_by_their_kind(item, good, bad):
    scale = Scale.model_validate(a_scale())
    for score in good:
        scale.item(item).check(score)
    for score in bad:
        with pytest.raises(InputError, match="Expected"):
            scale.item(item).check(score)


def test_overall_quality_must_be_answered():
    with pytest.raises(InputError, match="must be answered"):
        find_scale("global-rating").item("overall").check(None)


def test_totals_leave_out_what_is_not_assessable():
    form = find_scale("cm-end-product-provisional")
    names = [item.id for item in form.items]
    scores: dict[str, float | None] = dict.fromkeys(names, 0.0)
    scores.update(dict.fromkeys(names[:8], 1.0))
    scores.update(dict.fromkeys(names[8:12]))
    assert form.total_of(scores) == 8 / 16 * 20
    scores.update(dict.fromkeys(names[8:19]))
    assert form.total_of(scores) is None
    del scores[names[0]]
    assert form.total_of(scores) is None


def test_the_hash_changes_with_a_word_and_not_with_the_spacing(tmp_path):
    scale = Scale.model_validate(a_scale())
    assert read_scale(written(tmp_path, json.dumps(a_scale(), indent=7))).hash == scale.hash
    assert Scale.model_validate(a_scale(name="Theirs")).hash != scale.hash
