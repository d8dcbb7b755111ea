import pytest
from pydantic import ValidationError

from napari_rpdl.settings import (
    BoneFigureSettings,
    ComparisonFigureSettings,
    FigureSettings,
    RPMapFigureSettings,
    SurgeonsFigureSettings,
)

ALL = (BoneFigureSettings, ComparisonFigureSettings, FigureSettings, RPMapFigureSettings, SurgeonsFigureSettings)


@pytest.mark.parametrize("model", ALL)
def test_every_setting_has_a_sentence_and_prints_at_300_dots_or_more(model):
    assert all(field.description.endswith(".") for field in model.model_fields.values())
    assert model().dpi >= 300
    assert model().width_mm <= 183


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (FigureSettings, {"width_mm": 0}),
        (FigureSettings, {"dpi": 100_000}),
        (BoneFigureSettings, {"view": "inside out"}),
        (SurgeonsFigureSettings, {"columns": 0}),
        (RPMapFigureSettings, {"layer": -2}),
        (ComparisonFigureSettings, {"threshold": 1.0}),
        (ComparisonFigureSettings, {"case": "bone_1"}),
    ],
)
def test_what_makes_no_sense_is_refused(model, wrong):
    with pytest.raises(ValidationError):
        model(**wrong)
