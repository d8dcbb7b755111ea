"""Tiny experiments; score rows and result folders as an experiment writes them, of made-up (synthetic) numbers."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.experiments.scores import ScoreRow, write_rows
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import PRESETS
from napari_rpdl.settings.experiment import ExperimentSettings

DEFAULT = f"default/{PRESETS['default'].network.name}/{PRESETS['default'].loss}"
ARMS = ("paper/unet-published/wcel", "paper/unet-published/dice", "paper/unet-published/rpdl", DEFAULT)
BONES = tuple(f"bone_{number}" for number in range(1, 10))
SURGEONS = ("anna", "bo", "cem")
PER_SURGEON = ("dice", "rpd", "surface_dice:1mm", "hd95:mm")
OF_ALL = (
    *("fraction_of_oracle", "volume_ratio", "energy_distance", "calibration_error_where_possible", "brier"),
    *("critical_voxels:dura", "critical_voxels:facial nerve", "overhang_share"),
)


def row_of(method: str = ARMS[0], **values: object) -> ScoreRow:
    """A score row; preset, network and loss follow from the method's name."""
    preset, network, loss = (*method.split("/"), "", "", "")[:3] if "/" in method else ("", "", "")
    usual = {
        "experiment": "bones",
        "protocol": "paper",
        "seed": 0,
        "fold": values.get("bone", "bone_1"),
        "case_id": values.get("bone", "bone_1"),
        "bone": "bone_1",
        "surgeon": "anna",
        "decision": "fixed" if preset else "none",
        "metric": "dice",
        "rpmap": "",
        "value": 0.5,
    }
    return ScoreRow(method=method, preset=preset, network=network, loss=loss, **{**usual, **values})


def made_up_rows(
    methods: Sequence[str] = (*ARMS, "surgeons", "mean-vote-map", "oracle"),
    bones: Sequence[str] = BONES,
    seeds: Sequence[int] = (0, 1),
    protocol: str = "paper",
    decision: str = "fixed",
) -> list[ScoreRow]:
    """Rows of every measure; method k is better by k tenths, noise apart."""
    rng = np.random.default_rng(len(protocol))
    rows = []
    for rank, method in enumerate(methods):
        trained = "/" in method
        for bone, seed in itertools.product(bones, seeds if trained else (0,)):
            shared = {
                "protocol": protocol,
                "bone": bone,
                "seed": seed,
                "decision": decision if trained else "none",
            }
            for metric, surgeon in itertools.product(PER_SURGEON, SURGEONS):
                value = 0.3 + 0.08 * rank + 0.1 * rng.random()
                maps = {"paper": ("test",), "repaired": ("others", "test")}[protocol] if metric == "rpd" else ("",)
                rows += [
                    row_of(method, metric=metric, surgeon=surgeon, rpmap=rpmap, value=value, **shared) for rpmap in maps
                ]
            for metric in OF_ALL:
                if trained or metric not in ("brier", "calibration_error_where_possible"):
                    rows.append(row_of(method, metric=metric, surgeon="", value=float(rng.random()), **shared))
    return rows


@pytest.fixture(scope="session")
def written_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``results`` copies: every file of a run goes to the disk before the next, which takes its time."""
    folder = tmp_path_factory.mktemp("experiment") / "results"
    write_results(folder, [*made_up_rows(), *made_up_rows(protocol="repaired", decision="tuned")])
    return folder


@pytest.fixture
def results(tmp_path: Path, written_results: Path) -> Path:
    """A folder of finished runs with made-up scores, in both protocols, and their baselines."""
    return shutil.copytree(written_results, tmp_path / "results")


def write_results(folder: Path, rows: Iterable[ScoreRow], dataset: str = "phantom of 9 bones") -> None:
    """Write rows into run folders and baselines, as an experiment lays them out."""
    # Hundreds of small files, each flushed to the disk, would take a minute.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        _write_pieces(folder, rows, dataset)


def _write_pieces(folder: Path, rows: Iterable[ScoreRow], dataset: str) -> None:
    pieces: dict[tuple[str, str], list[ScoreRow]] = {}
    for row in rows:
        of = (
            f"runs/{row.protocol}/{row.method.replace('/', '-')}/{row.fold}/seed_{row.seed}"
            if row.preset
            else f"baselines/{row.protocol}/{row.fold}"
        )
        pieces.setdefault((of, row.preset), []).append(row)
    for (name, preset), some in pieces.items():
        if preset:
            write_run(folder / name, some[0], dataset)
        write_rows(some, folder / name / "scores.csv")


def write_run(folder: Path, row: ScoreRow, dataset: str = "phantom of 9 bones", epochs: int = 3) -> Run:
    """Write a run folder with a made-up history and without weights."""
    training = PRESETS[row.preset].model_copy(update={"loss": row.loss, "seed": row.seed})
    record = RunRecord(
        dataset_folder="/nowhere/phantom",
        dataset_name=dataset,
        hold_out=(row.case_id,),
        training_cases=("bone_8",),
        validation_cases=("bone_9",),
        right_ears=True,
        table=TEMPORAL_BONE,
    )
    run = Run.create(folder, training, record)
    for epoch in range(1, epochs + 1):
        loss = 1 / epoch + 0.01 * row.seed
        run.append(
            EpochEnded(
                epoch=epoch,
                epochs=epochs,
                training_loss=loss,
                validation_loss=loss * 1.1,
                validation_dice=1 - loss / 2,
                learning_rate=1e-3,
                seconds=2.0,
                remaining_s=0.0,
                best=True,
            )
        )
    run.append(TrainingEnded("finished", epochs, epochs, 0.5, str(folder)))
    return run


@pytest.fixture
def make_row() -> Callable[..., ScoreRow]:
    """``row_of``, for tests."""
    return row_of


@pytest.fixture
def make_rows() -> Callable[..., list[ScoreRow]]:
    """``made_up_rows``, for tests."""
    return made_up_rows


@pytest.fixture
def write() -> Callable[..., None]:
    """``write_results``, for tests."""
    return write_results


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """``write_run``, for tests."""
    return write_run


TINY = {
    "grid": 16,
    "epochs": 2,
    "steps_per_epoch": 2,
    "learning_rate": 0.01,
    "threads": 1,
    "shift": 0,
    "network": {"channels": [4, 8]},
}


@pytest.fixture
def tiny():
    """Return a function that makes the settings of an experiment of seconds."""

    def make(experiment="bones", **given):
        given = {"seeds": [0], "thorough": False, "arms": [{"training": {"loss": "dice"}}], **given}
        return ExperimentSettings.model_validate({"experiment": experiment, "common": TINY, **given})

    return make
