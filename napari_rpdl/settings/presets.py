"""Named sets of training settings, built from the same knobs; docs/presets.md says where they differ and why."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.effect import PUBLISHED, without_idle
from napari_rpdl.settings.loss import LossName, LossSettings
from napari_rpdl.settings.network import NetworkName, NetworkSettings
from napari_rpdl.settings.optimisation import OptimisationSettings
from napari_rpdl.settings.rpmap import RPMAP_VARIANTS
from napari_rpdl.settings.training import TrainingSettings

PresetName = Literal["default", "paper", "published-code"]
Model = TypeVar("Model", bound=Settings)

_PAPERS_FILTERS = 16
"""Of the networks for which the paper gives no number: what the cited Isensee17 has."""
_PUBLISHED_WEIGHT = 23.485
"""Of drilled voxels in the published code's WCEL: background to foreground of all its bones."""

_PAPER = TrainingSettings(
    loss="rpdl",
    loss_options=LossSettings(reduction="batch", smoothing=1.0),
    rpmap=RPMAP_VARIANTS["paper"],
    network=NetworkSettings(name="unet-published", filters=_PAPERS_FILTERS, dropout=0.3, encoding="ordinal"),
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
"""What ``napari-rpdl train --preset`` knows, each with its own network and loss; ``preset_for`` fits it to others."""


def preset_for(
    preset: PresetName, network: NetworkName | None = None, loss: LossName | None = None
) -> TrainingSettings:
    """Return a preset as it is for a network and a loss; None: the preset's own.

    What the paper or its code do otherwise for that network or loss is set, and what has no
    effect beside them has its default. docs/presets.md lists both.
    """
    start = PRESETS[preset]
    named = start.network.model_copy(update={"name": network or start.network.name})
    chosen = start.model_copy(update={"network": named, "loss": loss or start.loss})
    return without_idle(_FITTING[preset](_with_its_heads(_with_its_map(chosen))))


def preset_named(preset: object, network: object, loss: object) -> TrainingSettings:
    """Return ``preset_for`` names from outside; what is no name counts as not given, for its own field refuses it."""
    return preset_for(
        _known(preset, get_args(PresetName)) or "default",
        _known(network, get_args(NetworkName)),
        _known(loss, get_args(LossName)),
    )


def followed(settings: Model, before: Model, after: Model) -> Model:
    """Return settings in which every field that still is as in ``before`` is as in ``after``.

    So a form keeps what a person has changed when another network changes what its preset says.
    """
    update: dict[str, Any] = {}
    for name in type(settings).model_fields:
        now, then, next_ = (getattr(each, name) for each in (settings, before, after))
        if isinstance(now, Settings):
            update[name] = followed(now, then, next_)
        elif now == then:
            update[name] = next_
    return settings.model_copy(update=update)


def _known(given: object, names: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the literals
    return next((name for name in names if name == given), None)


def _with_its_map(settings: TrainingSettings) -> TrainingSettings:
    if settings.loss != "rpdl-published":
        return settings
    return settings.model_copy(update={"rpmap": RPMAP_VARIANTS["published-code-bones"]})


def _with_its_heads(settings: TrainingSettings) -> TrainingSettings:
    heads = settings.network.model_copy(update={"surgeon_heads": settings.loss == "surgeon-heads"})
    return settings.model_copy(update={"network": heads})


def _as_the_paper(settings: TrainingSettings) -> TrainingSettings:
    """Give every network its size in the paper that describes it, and Myronenko18 its smaller batch (Sec. IV)."""
    name = settings.network.name
    filters = _PAPERS_FILTERS if name in PUBLISHED else 0
    batch = 16 if name == "myronenko18" else settings.batch_size
    network = settings.network.model_copy(update={"filters": filters})
    return settings.model_copy(update={"network": network, "batch_size": batch})


def _as_the_code(settings: TrainingSettings) -> TrainingSettings:
    """Give the code's other two losses their batch, and WCEL its fixed weight and its sum."""
    if settings.loss not in ("dice", "wcel"):
        return settings
    options = settings.loss_options.model_copy(update={"wcel_weight": _PUBLISHED_WEIGHT, "wcel_total": "sum"})
    return settings.model_copy(update={"loss_options": options, "batch_size": 64})


_FITTING: dict[str, Callable[[TrainingSettings], TrainingSettings]] = {
    "default": lambda settings: settings,
    "paper": _as_the_paper,
    "published-code": _as_the_code,
}
