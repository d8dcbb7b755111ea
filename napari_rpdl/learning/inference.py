"""A trained network is asked about a bone; loaded when a prediction starts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from napari_rpdl.data.case import Case
from napari_rpdl.data.resampling import resample_probabilities
from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS
from napari_rpdl.learning.checkpoint import Checkpoint, CheckpointInfo, read_checkpoint
from napari_rpdl.learning.devices import choose_device, explaining_memory
from napari_rpdl.learning.encoding import check_codes, check_meanings, static_channels
from napari_rpdl.learning.patches import over_patches
from napari_rpdl.learning.runs import checkpoint_path
from napari_rpdl.learning.sampling import network_structures, to_right
from napari_rpdl.learning.scale import check_scale
from napari_rpdl.learning.thresholds import Asked, Thresholds, tuned_thresholds
from napari_rpdl.learning.views import Views, ask, choose_views, name_of
from napari_rpdl.settings import AskingSettings

REMEDY = "Close other programs, or set the device to 'cpu'."

Probabilities = NDArray[np.float32]
Asking = Callable[[NDArray[np.uint8], NDArray[np.float16]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What one run says about a case, on the case's own grid.

    Attributes:
        heads: float32 (z, y, x) probabilities; one, or one for each surgeon.
        variance: float32 (z, y, x), over the views, of the mean over the heads.
        surgeons: names of the heads; empty where one stands for all surgeons.
        views: in how many orientations the network was asked.
        tuned: the thresholds that were tuned for these weights, asked in this way.
        said: what a person should hear about it; empty for nothing.
    """

    heads: tuple[Probabilities, ...]
    variance: Probabilities
    surgeons: tuple[str, ...]
    views: int
    tuned: Thresholds
    said: str = ""


def infer(run: Path, case: Case, settings: AskingSettings) -> Opinion:
    """Ask one run, or one checkpoint file, about a case; see ``prediction.predict``."""
    path = run if run.is_file() else checkpoint_path(run, settings.checkpoint)
    device = choose_device(settings.device)
    checkpoint = read_checkpoint(path)
    info = checkpoint.info
    views = choose_views(settings, info.settings)
    check_codes(np.unique(case.labels()).tolist(), info.codes, case.case_id)
    check_meanings(case.table, info.record.table, case.case_id)
    _check_side(info, case, views)
    said = check_scale(case, info.record) if settings.large_bones == "patches" else ""
    answer = _in_patches if settings.large_bones == "patches" else _resampled
    with explaining_memory(REMEDY):
        *heads, variance = answer(_asking(checkpoint, views, device), info, case)
    tuned = tuned_thresholds(path, asked_of(checkpoint, settings))
    return Opinion(tuple(heads), variance, _names(info, len(heads)), len(views), tuned, said)


def asked_of(checkpoint: Checkpoint, settings: AskingSettings) -> Asked:
    """Return what a threshold belongs to: the weights of a checkpoint, and the way in which settings ask them.

    Raises:
        InputError: training never showed such views.
    """
    return Asked(
        weights=checkpoint.fingerprint(),
        epoch=checkpoint.info.progress.epoch,
        views=name_of(choose_views(settings, checkpoint.info.settings)),
        large_bones=settings.large_bones,
    )


def _names(info: CheckpointInfo, heads: int) -> tuple[str, ...]:
    """Return whose head is which; a run that does not remember its surgeons numbers them."""
    if heads == 1:
        return ()
    return info.record.surgeons or tuple(f"surgeon_{number}" for number in range(1, heads + 1))


def _asking(checkpoint: Checkpoint, views: Views, device: torch.device) -> Asking:
    """Return what takes a cube of structures and static channels to heads and variance; see ``views.ask``."""
    info = checkpoint.info
    network = checkpoint.build_network().to(device).eval()
    return lambda cube, static: ask(network, cube, static, views, info.codes, info.settings, device)


def _resampled(asking: Asking, info: CheckpointInfo, case: Case) -> list[Probabilities]:
    """Resample the bone to the network's grid, as in training, and the answer back to the bone's."""
    right_ears = info.record.right_ears
    structures = network_structures(case, info.settings.grid, right_ears)
    channels = asking(structures, _static(structures, info, case))
    return [resample_probabilities(to_right(channel, case, right_ears), case.grid.shape) for channel in channels]


def _in_patches(asking: Asking, info: CheckpointInfo, case: Case) -> list[Probabilities]:
    """Go over the bone's own voxels in cubes of the network's size."""
    right_ears = info.record.right_ears
    structures = to_right(case.labels(), case, right_ears)
    channels = over_patches([structures, _static(structures, info, case)], info.settings.grid, asking)
    return [to_right(channel, case, right_ears) for channel in channels]


def _static(structures: NDArray[np.uint8], info: CheckpointInfo, case: Case) -> NDArray[np.float16]:
    mirrored = info.record.right_ears and case.side == "left"
    return static_channels(case, structures, info.record.table, info.settings.network, mirrored=mirrored)


def _check_side(info: CheckpointInfo, case: Case, views: Views) -> None:
    if info.record.right_ears and case.side is None and views == (AS_IT_IS,):
        msg = (
            f"This network learned on right ears only (left ones mirrored), but nobody has said which ear "
            f'{case.case_id} is. Set its "side" to "left" or "right" in dataset.json.'
        )
        raise InputError(msg)
