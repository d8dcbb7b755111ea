"""Settings as a file."""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings.base import Settings, explain
from napari_rpdl.settings.training import TrainingSettings


class SavedSettings(Settings):
    """What a settings file holds."""

    format_version: Literal[1] = 1
    training: TrainingSettings = TrainingSettings()


def save_training_settings(settings: TrainingSettings, path: Path) -> None:
    """Write the settings as JSON."""
    write_text(path, SavedSettings(training=settings).model_dump_json(indent=2) + "\n")


def load_training_settings(path: Path) -> TrainingSettings:
    """Read what ``save_training_settings`` wrote; an InputError names the first wrong field."""
    try:
        return SavedSettings.model_validate_json(read_text(path)).training
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error
