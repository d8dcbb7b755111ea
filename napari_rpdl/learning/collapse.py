"""Notices a network that calls everything drilled, or nothing."""

from collections.abc import Iterable

from napari_rpdl.events import Said
from napari_rpdl.settings import TrainingSettings

PATIENCE = 5
"""Epochs in a row that a mask is empty or full before it is called collapsed."""
NEARLY = 1e-5
"""Share of the voxels that a mask may be from empty or full, and still is called so: 3 voxels of 64³."""


class CollapseWatch:
    """Looks at the share of voxels called drilled in each epoch, and speaks up once for each collapse.

    Args:
        settings: of the training, for the likely reason.
        past: shares of the epochs before a resume, so that it speaks as if the training had never stopped.
    """

    def __init__(self, settings: TrainingSettings, past: Iterable[float | None] = ()) -> None:
        self._settings = settings
        self._state: str | None = None
        self._epochs = 0
        for share in past:
            self.after(share)

    def after(self, share: float | None) -> Said | None:
        """Take in the newest epoch's share; return a sentence with the likely reason once the mask has collapsed.

        None, where an earlier version noted no share, counts as neither empty nor full.
        """
        if share is None:
            self._state, self._epochs = None, 0
            return None
        state = "empty" if share <= NEARLY else "full" if share >= 1 - NEARLY else None
        self._epochs = self._epochs + 1 if state == self._state else 1
        self._state = state
        if state is None or self._epochs != PATIENCE:
            return None
        why = self._why_empty() if state == "empty" else self._why_full()
        nearly = share not in (0.0, 1.0)
        whole = ("hardly a" if nearly else "no") if state == "empty" else ("nearly every" if nearly else "every")
        return Said(f"For {PATIENCE} epochs the network has called {whole} voxel drilled. Likely reason: {why}")

    def _why_empty(self) -> str:
        settings = self._settings
        if settings.learning_rate < 1e-4:
            return f"the learning rate ({settings.learning_rate:g}) is too low for it to have moved; raise it."
        if not settings.optimisation.prior_bias:
            return (
                "the loss first pushes all probabilities down; the published code needs 29 to 61 epochs to recover. "
                "Wait, or set prior_bias."
            )
        penalty = self._penalty()
        return (
            f"the learning rate ({settings.learning_rate:g}) is too high"
            f"{f', or {penalty} outweighs the reward' if penalty else ''}. If the loss still falls, wait; else "
            f"lower {'one of them' if penalty else 'it'}."
        )

    def _penalty(self) -> str:
        """Return what the loss charges for voxels that few drilled; empty where it is no setting."""
        settings, weights = self._settings, self._settings.loss_options.vote_weights
        if "rpdl" in settings.loss:
            return "a worth below 0 in worths" if settings.rpmap.worths else f"the penalty ({settings.rpmap.penalty:g})"
        below_zero = min(weights) < 0 if weights else settings.loss == "vote-utility"
        if settings.loss.startswith("vote-utility") and below_zero:
            return "what voxels that few drilled cost (vote_weights below 0)"
        return ""

    def _why_full(self) -> str:
        return (
            f"the learning rate ({self._settings.learning_rate:g}) is too high, or the loss "
            f"'{self._settings.loss}' hardly charges for voxels that nobody drilled. Lower it, or take another loss."
        )
