"""Settings are written once: described, frozen, and closed to typos; errors name the field."""

import pytest
from pydantic import BaseModel, ValidationError

from napari_rpdl import settings as package
from napari_rpdl.settings import RPMapSettings, SavedSettings, Settings, TrainingSettings, explain

MODELS = [
    value
    for value in vars(package).values()
    if isinstance(value, type) and issubclass(value, Settings) and value is not Settings
]


@pytest.mark.parametrize("model", MODELS)
def test_every_field_says_what_it_is_in_a_sentence(model: type[BaseModel]) -> None:
    fields = {name: field for name, field in model.model_fields.items() if name not in ("format_version", "training")}
    assert all(field.description and field.description.rstrip().endswith(".") for field in fields.values())


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_defaults_is_frozen_and_refuses_typos(model: type[BaseModel]) -> None:
    settings = model()
    with pytest.raises(ValidationError):
        setattr(settings, next(iter(model.model_fields)), 1)
    with pytest.raises(ValidationError, match="Extra inputs"):
        model.model_validate({"epoch": 3})


def test_nan_is_no_setting() -> None:
    with pytest.raises(ValidationError):
        TrainingSettings(learning_rate=float("nan"))


def test_an_error_becomes_one_sentence_with_place_and_value() -> None:
    with pytest.raises(ValidationError) as caught:
        RPMapSettings.model_validate({"penalty": -3})
    said = explain(caught.value, "my.json")
    assert said.startswith("my.json: penalty:")
    assert said.endswith("(got '-3').")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('{"learning_rat": 0.1}', "correct its spelling"),
        ('{"format_version": 2}', "update napari-rpdl"),
        ('{"learning_rate": 0.', "damaged: restore it"),
    ],
)
def test_an_error_says_what_to_do(text: str, remedy: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SavedSettings.model_validate_json(text)
    assert remedy in explain(caught.value, "settings.json")
