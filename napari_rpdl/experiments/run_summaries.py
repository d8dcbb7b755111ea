"""What an experiment's runs have to tell beside scores: histories, times, settings, machines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.figures.training_curves import History
from napari_rpdl.files import read_text
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.runs import Run

_DIFFERS_BY_PLAN = ("seed",)


@dataclass(frozen=True, slots=True)
class MethodRuns:
    """All trainings of one method.

    Attributes:
        name: the method, or the folder's name where no run of it has scores yet.
        histories: losses of each run.
        epochs: mean number of epochs.
        seconds: mean seconds of all epochs of a run.
        settings: of the first run, as JSON.
        differing: settings in which the runs differ, beside the seed.
    """

    name: str
    histories: tuple[History, ...]
    epochs: float
    seconds: float
    settings: str
    differing: tuple[str, ...]


def summaries(results: ScoreFolder) -> tuple[MethodRuns, ...]:
    """Return the trainings method by method, in the order of their folders."""
    by_method: dict[str, list[Run]] = {}
    for run in results.runs:
        by_method.setdefault(method_of(run, results), []).append(run)
    return tuple(_summary(name, runs) for name, runs in by_method.items())


def method_of(run: Run, results: ScoreFolder) -> str:
    """Return the method of a run; of one without scores that of another run beside it, else a folder's name."""
    if run.folder in results.methods:
        return results.methods[run.folder]
    # runs/<protocol>/<method>/<fold>/seed_<n>
    above = run.folder.parents[1]
    beside = (method for folder, method in results.methods.items() if above in folder.parents)
    return next(beside, above.name if above.is_relative_to(results.folder) else run.folder.name)


def machines(results: ScoreFolder) -> list[tuple[dict[str, str], int]]:
    """Return on what runs were trained, and how many starts each had; the commonest first."""
    counted: dict[str, int] = {}
    for run in results.runs:
        for start in _starts(run.folder / "environment.json"):
            text = json.dumps(start)
            counted[text] = counted.get(text, 0) + 1
    ordered = sorted(counted.items(), key=lambda one: -one[1])
    return [(json.loads(text), count) for text, count in ordered]


def _summary(name: str, runs: Sequence[Run]) -> MethodRuns:
    epochs = [run.history() for run in runs]
    settings = [run.settings.model_dump(mode="json") for run in runs]
    return MethodRuns(
        name=name,
        histories=tuple(_history(one) for one in epochs if one),
        epochs=fmean(map(len, epochs)),
        seconds=fmean(sum(epoch.seconds for epoch in one) for one in epochs),
        settings=runs[0].settings.model_dump_json(indent=2),
        differing=tuple(field for field in settings[0] if field not in _DIFFERS_BY_PLAN and _differ(settings, field)),
    )


def _history(epochs: Sequence[EpochEnded]) -> History:
    watched = [(epoch.epoch, epoch.validation_loss) for epoch in epochs if epoch.validation_loss is not None]
    return History([(epoch.epoch, epoch.training_loss) for epoch in epochs], watched)


def _differ(settings: Sequence[Mapping[str, Any]], field: str) -> bool:
    return any(one[field] != settings[0][field] for one in settings)


def _starts(path: Path) -> list[dict[str, str]]:
    """Return the starts of ``environment.json`` as names and values; none where it is missing or damaged.

    The model of that file lies beside torch, which reading a report does not need.
    """
    try:
        starts = json.loads(read_text(path))["starts"]
        return [_facts(start) for start in starts]
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def _facts(start: Mapping[str, Any]) -> dict[str, str]:
    versions = ", ".join(f"{name} {number}" for name, number in start["versions"].items())
    return {
        "Platform": str(start["platform"]),
        "Device": str(start["device"]),
        "CPU threads": str(start["threads"]),
        "Python": str(start["python"]),
        "Versions": versions,
        "Commit": str(start.get("git") or "not a checkout"),
    }
