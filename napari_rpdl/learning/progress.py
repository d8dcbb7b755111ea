"""When the learning rate decays and when training stops."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from napari_rpdl.settings import TrainingSettings

IMPROVEMENT = 1e-4
"""Share of the best loss by which a loss must be lower to count as an improvement.

Relative, because the losses have different ranges: with an absolute threshold the
schedule would compare the units of losses, not losses.
"""


class Progress(BaseModel):
    """Where a training stands after some epochs; a new one for each epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int = 0
    """Epochs that are finished."""
    learning_rate: float
    """For the next epoch."""
    best_epoch: int = 0
    """Epoch of the lowest watched loss, 0 before the first."""
    best_loss: float | None = None
    """The lowest watched loss: of the validation bones, or of training where there are none."""
    since_decay: int = 0
    """Epochs without improvement since the learning rate last decayed."""

    @classmethod
    def start(cls, settings: TrainingSettings) -> "Progress":
        """Return the progress before the first epoch."""
        return cls(learning_rate=settings.learning_rate)

    def after(self, loss: float, settings: TrainingSettings) -> "Progress":
        """Return the progress after one more epoch that ended with the watched ``loss``."""
        epoch = self.epoch + 1
        if self.best_loss is None or loss < self.best_loss - IMPROVEMENT * abs(self.best_loss):
            return Progress(epoch=epoch, learning_rate=self.learning_rate, best_epoch=epoch, best_loss=loss)
        decays = self.since_decay + 1 >= settings.decay_patience
        return self.model_copy(
            update={
                "epoch": epoch,
                "learning_rate": self.learning_rate * (settings.decay if decays else 1),
                "since_decay": 0 if decays else self.since_decay + 1,
            }
        )

    @property
    def improved(self) -> bool:
        """Whether the last epoch was the best."""
        return self.epoch > 0 and self.best_epoch == self.epoch

    def should_stop(self, settings: TrainingSettings) -> bool:
        """Whether ``stop_patience`` epochs passed without improvement."""
        return self.epoch - self.best_epoch >= settings.stop_patience

    def reason(self, settings: TrainingSettings) -> Literal["finished", "stopped early"] | None:
        """Return why training is over, None while it is not."""
        if self.epoch >= settings.epochs:
            return "finished"
        return "stopped early" if self.should_stop(settings) else None
