"""Settings are written once: bounded, frozen, described, and safe to save and load."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from napari_rpdl import settings as module
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMapSettings, TrainingSettings, load_training_settings, save_training_settings

MODELS = [
    value
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, module.Settings) and value is not module.Settings
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


def test_saved_settings_come_back_the_same(tmp_path: Path) -> None:
    settings = TrainingSettings(epochs=3, rpmap=RPMapSettings(penalty=0.5))
    save_training_settings(settings, tmp_path / "settings.json")
    assert load_training_settings(tmp_path / "settings.json") == settings


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"training": {"epoch": 3}}', "training.epoch"),
        ('{"format_version": 2}', "format_version"),
        ('{"training": {"learning_rate": NaN}}', "Invalid JSON|learning_rate"),
        ("{", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_a_wrong_settings_file_names_the_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        load_training_settings(path)


def test_nan_is_no_setting() -> None:
    with pytest.raises(ValidationError):
        TrainingSettings(learning_rate=float("nan"))
