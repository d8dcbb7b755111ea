import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.figures.bone_view import bone_view
from napari_rpdl.figures.comparison_figure import common_surgeons, comparison_figure
from napari_rpdl.settings import ComparisonFigureSettings

SMALL = {"width_mm": 80, "dpi": 72}


@pytest.fixture
def cases(bone_of):
    return [bone_of("right"), bone_of("left")]


@pytest.fixture
def predictions(cases):
    return {"RPDL": {case.case_id: case.masks()[0] | case.masks()[1] for case in cases}}


def said(figure):
    return [text.get_text() for text in figure.texts]


def test_columns_are_original_surgeons_and_predictions_with_their_scores(cases, predictions):
    figure = comparison_figure(cases, predictions, ComparisonFigureSettings(surgeons=("surgeon_2",), **SMALL))
    assert [text for text in said(figure) if text in ("Original", "surgeon_2", "RPDL")] == [
        "Original",
        "surgeon_2",
        "RPDL",
    ]
    assert len(figure.axes) == 6
    assert {"right_bone (right)", "left_bone (left)"} <= set(said(figure))
    for case in cases:
        scores = score(predictions["RPDL"][case.case_id], case)
        assert f"Dice {scores.dice_mean:.3f} ± {scores.dice_sd:.3f}" in said(figure)
        assert f"RPD {scores.rpd_mean:.3f} ± {scores.rpd_sd:.3f}" in said(figure)


def test_each_tile_shows_its_own_region(cases, predictions):
    settings = ComparisonFigureSettings(surgeons=("surgeon_3",), reference="surgeon_1", view="lateral", **SMALL)
    figure = comparison_figure(cases, predictions, settings)
    first, case = figure.axes[:3], cases[0]
    size = first[0].images[0].get_size()[0]
    for axes, mask in zip(first, (None, case.masks()[2], predictions["RPDL"]["right_bone"]), strict=True):
        expected = bone_view(case, mask, size, "lateral", case.masks()[0]).pixels
        np.testing.assert_array_equal(axes.images[0].get_array(), expected)


def test_by_default_three_surgeons_who_drilled_all_bones(cases, bone_of):
    cases.append(bone_of("right", surgeons=2))
    assert common_surgeons(cases) == ("surgeon_1", "surgeon_2")
    assert common_surgeons([]) == ()
    figure = comparison_figure([bone_of(surgeons=5)], {}, ComparisonFigureSettings(**SMALL))
    assert [text for text in said(figure) if text.startswith("surgeon")] == ["surgeon_1", "surgeon_2", "surgeon_3"]


def test_a_prediction_can_be_the_reference(cases, predictions):
    figure = comparison_figure(cases, predictions, ComparisonFigureSettings(reference="RPDL", **SMALL))
    assert "missed of RPDL" in said(figure)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"surgeons": ("nobody",)}, "no annotation by 'nobody'"),
        ({"reference": "nobody"}, "'nobody' is neither a surgeon of right_bone nor a prediction; there are: surgeon_1"),
    ],
)
def test_unknown_names_are_refused(cases, predictions, settings, message):
    with pytest.raises(InputError, match=message):
        comparison_figure(cases, predictions, ComparisonFigureSettings(**settings, **SMALL))


def test_a_bone_that_was_not_predicted_is_named(cases, predictions):
    del predictions["RPDL"]["left_bone"]
    with pytest.raises(InputError, match="RPDL has no prediction of left_bone; it has: right_bone"):
        comparison_figure(cases, predictions, ComparisonFigureSettings(**SMALL))
    with pytest.raises(InputError, match="Choose bones"):
        comparison_figure([], predictions)


def test_a_prediction_that_is_called_like_a_surgeon_is_refused(cases, predictions):
    with pytest.raises(InputError, match="both called 'surgeon_2'"):
        comparison_figure(cases, {"surgeon_2": predictions["RPDL"]})
