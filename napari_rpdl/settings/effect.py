"""Which settings count only beside others, so that none is without effect unnoticed."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from napari_rpdl.errors import InputError
from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.training import TrainingSettings

PUBLISHED = ("unet-published", "vnet-published", "isensee-published")
"""The networks that the paper's authors trained."""
WITH_CHANNELS = ("unet", "resenc")
"""The networks that ``channels`` shapes."""

_USUAL = TrainingSettings()


class Rule(NamedTuple):
    """When some fields count.

    Attributes:
        fields: dotted names, as in "network.filters".
        counts: whether they have an effect beside the other settings.
        where: the same for a person; completes "only ...".
    """

    fields: tuple[str, ...]
    counts: Callable[[TrainingSettings], bool]
    where: str


def _with_network(names: tuple[str, ...], *fields: str) -> Rule:
    return Rule(fields, lambda s: s.network.name in names, f"with the network {_either(names)}")


def _with_loss(names: tuple[str, ...], *fields: str) -> Rule:
    return Rule(fields, lambda s: s.loss in names, f"with the loss {_either(names)}")


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _with_map(settings: TrainingSettings) -> bool:
    return "rpdl" in settings.loss


RULES = (
    _with_network(WITH_CHANNELS, "network.channels"),
    _with_network((*PUBLISHED, "unet-cicek16", "isensee17", "myronenko18"), "network.filters"),
    _with_network(PUBLISHED, "network.stride_padding"),
    _with_network(("myronenko18",), "network.vae"),
    Rule(
        ("network.reconstruction",),
        lambda s: s.network.name == "myronenko18" and s.network.vae == "original",
        'with the network myronenko18 and vae "original"',
    ),
    _with_network(("med3d",), "network.stages", "network.weights"),
    _with_network(("vnet-milletari16",), "network.last_layer"),
    Rule(
        ("network.distance_limit", "network.distance_unit"),
        lambda s: "distances" in s.network.encoding,
        "with an encoding that holds distances",
    ),
    Rule(
        ("loss_options.smoothing",),
        lambda s: s.loss not in ("wcel", "bce"),
        "with a loss other than wcel and bce, which divide nothing",
    ),
    _with_loss(("wcel",), "loss_options.wcel_weight", "loss_options.wcel_total"),
    Rule(
        ("loss_options.reduction",),
        lambda s: (s.loss, s.loss_options.wcel_total) != ("wcel", "sum"),
        'where wcel_total is not "sum", which adds up all voxels whatever their bone',
    ),
    Rule(
        ("loss_options.cross_entropy_weight",),
        lambda s: s.loss.startswith("bce+") or s.loss == "surgeon-heads",
        "with a compound loss (bce+...) or surgeon-heads",
    ),
    _with_loss(("vote-utility", "vote-utility-dice"), "loss_options.vote_weights"),
    _with_loss(("vote-utility-dice",), "loss_options.vote_costs"),
    Rule(("rpmap.worths",), _with_map, "with a loss that reads the RPMap (rpdl)"),
    Rule(
        ("rpmap.penalty", "rpmap.normalisation", "rpmap.single_votes"),
        lambda s: _with_map(s) and not s.rpmap.worths,
        "with a loss that reads the RPMap (rpdl), and without worths, which replace it",
    ),
    Rule(("validation_bones",), lambda s: s.validation == "bones", 'with validation "bones"'),
    Rule(("validation_share",), lambda s: s.validation != "bones", 'with validation "random" or "published"'),
    Rule(
        ("decay", "decay_patience"),
        lambda s: s.optimisation.schedule == "plateau",
        'with the schedule "plateau"',
    ),
)  # fmt: skip
"""All of them. A field of which nothing is said here always counts."""


def check_effect(settings: TrainingSettings) -> None:
    """Raise an InputError for settings that differ from their defaults to no effect, or that exclude each other.

    A default is never refused: nobody asked for it.
    """
    for field, where in _idle(settings):
        usual = _get(_USUAL, field)
        kept = "empty" if usual in ((), "") else f"at {_shown(usual)}"
        msg = (
            f"{_short(field)} is {_shown(_get(settings, field))}, which would change nothing: it counts {where}. "
            f"Leave it {kept}, or change what it depends on."
        )
        raise InputError(msg)
    _check_heads(settings)
    _check_sizes(settings)


def idle_fields(settings: TrainingSettings) -> dict[str, str]:
    """Return the fields that have no effect whatever their value, and where they would have one ("only ...")."""
    return {field: f"only {rule.where}" for rule in RULES if not rule.counts(settings) for field in rule.fields}


def without_idle(settings: TrainingSettings) -> TrainingSettings:
    """Return the same training with the default for every setting that has no effect in it."""
    for field, _ in list(_idle(settings)):
        settings = _with(settings, field, _get(_USUAL, field))
    return settings


def _idle(settings: TrainingSettings) -> Iterator[tuple[str, str]]:
    """Yield the fields that differ from their defaults to no effect, and where they would have one."""
    for field, where in idle_fields(settings).items():
        if _get(settings, field) != _get(_USUAL, field):
            yield field, where


def _check_heads(settings: TrainingSettings) -> None:
    if (settings.loss == "surgeon-heads") == settings.network.surgeon_heads:
        return
    if settings.network.surgeon_heads:
        msg = (
            f'The network has a head for each surgeon (surgeon_heads), but the loss "{settings.loss}" judges one '
            'prediction for all. Choose the loss "surgeon-heads", or switch surgeon_heads off.'
        )
    else:
        msg = (
            'The loss "surgeon-heads" needs a prediction for each surgeon, but the network has one for all. '
            "Switch surgeon_heads on, or choose another loss."
        )
    raise InputError(msg)


def _check_sizes(settings: TrainingSettings) -> None:
    if settings.optimisation.warm_up > settings.epochs:
        msg = (
            f"The learning rate would rise for {settings.optimisation.warm_up} epochs (warm_up), but the training has "
            f"{settings.epochs}. Lower warm_up, or raise epochs."
        )
        raise InputError(msg)
    for name, moved in (("shift", settings.shift), ("elastic", settings.deformation.elastic)):
        if moved >= settings.grid:
            msg = (
                f"{name} would move bones by up to {moved:g} voxels, out of a grid of {settings.grid}. "
                f"Lower {name}, or raise grid."
            )
            raise InputError(msg)


def _get(settings: TrainingSettings, field: str) -> Any:  # noqa: ANN401 - of any field
    value: Any = settings
    for name in field.split("."):
        value = getattr(value, name)
    return value


def _with(settings: TrainingSettings, field: str, value: object) -> TrainingSettings:
    group, _, name = field.rpartition(".")
    if not group:
        return settings.model_copy(update={name: value})
    inner: Settings = getattr(settings, group)
    return settings.model_copy(update={group: inner.model_copy(update={name: value})})


def _short(field: str) -> str:
    """Return a field's name as a flag and a form have it; the map's own names say little without it."""
    return field.replace(".", " ") if field.startswith("rpmap.") else field.rpartition(".")[2]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f'"{value}"' if isinstance(value, str) else f"{value}"
