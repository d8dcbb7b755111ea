"""Named sets of training settings, built from the same knobs; docs/presets.md says where they differ and why."""

from napari_rpdl.settings.loss import LossSettings
from napari_rpdl.settings.network import NetworkSettings
from napari_rpdl.settings.optimisation import OptimisationSettings
from napari_rpdl.settings.rpmap import RPMAP_VARIANTS
from napari_rpdl.settings.training import TrainingSettings

_PAPER = TrainingSettings(
    loss="rpdl",
    loss_options=LossSettings(reduction="batch", smoothing=1.0),
    rpmap=RPMAP_VARIANTS["paper"],
    network=NetworkSettings(name="unet-published", filters=16, dropout=0.3, encoding="ordinal"),
    grid=64,
    epochs=200,
    steps_per_epoch=0,
    batch_size=64,
    passes="repeated",
    optimisation=OptimisationSettings(prior_bias=False),
    learning_rate=1e-4,
    decay=0.1,
    decay_patience=10,
    stop_patience=20,
    validation="random",
    validation_share=0.1,
    augmentation="cube",
    shift=0,
)

PRESETS: dict[str, TrainingSettings] = {
    "default": TrainingSettings(),
    "paper": _PAPER,
    "published-code": _PAPER.model_copy(
        update={
            "loss": "rpdl-published",
            "rpmap": RPMAP_VARIANTS["published-code-bones"],
            "network": NetworkSettings(name="unet-published", dropout=0.3, encoding="ordinal"),
            "batch_size": 16,
            "optimisation": OptimisationSettings(plateau="absolute", prior_bias=False),
            "validation": "published",
            "augmentation": "published",
        }
    ),
}
"""What ``napari-rpdl train --preset`` knows."""
