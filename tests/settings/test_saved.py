"""A settings file comes back the same, and a wrong one names its first wrong field."""

from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMapSettings, TrainingSettings, load_training_settings, save_training_settings


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
