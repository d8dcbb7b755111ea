"""Curves for TensorBoard, on request, in the run folder's ``tensorboard``."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from napari_rpdl.errors import InputError
from napari_rpdl.learning.events import EpochEnded

FOLDER = "tensorboard"


def check_tensorboard() -> None:
    """Raise an InputError that says what to install."""
    if find_spec("tensorboard") is None:
        msg = "The TensorBoard log needs TensorBoard: pip install 'napari-rpdl[tensorboard]', or leave it out."
        raise InputError(msg)


class Curves:
    """Writes one point of each curve per epoch; after a resume it goes on in the same folder."""

    def __init__(self, run: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter  # an extra

        self._writer: Any = SummaryWriter(str(run / FOLDER))

    def add(self, event: EpochEnded) -> None:
        """Write an epoch; what was not measured has no point."""
        points = {
            "loss/training": event.training_loss,
            "loss/validation": event.validation_loss,
            "dice/validation": event.validation_dice,
            "learning rate": event.learning_rate,
        }
        for name, value in points.items():
            if value is not None:
                self._writer.add_scalar(name, value, event.epoch)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
