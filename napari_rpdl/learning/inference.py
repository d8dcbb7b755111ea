"""One pass of a trained network; loaded when a prediction starts."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_rpdl.data.case import Case
from napari_rpdl.data.resampling import resample_probabilities
from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS, LEFT_RIGHT, apply_orientation
from napari_rpdl.learning.checkpoint import Checkpoint, read_checkpoint
from napari_rpdl.learning.devices import choose_device, explaining_memory
from napari_rpdl.learning.encoding import check_codes, encode
from napari_rpdl.learning.sampling import network_structures, to_right
from napari_rpdl.settings import PredictionSettings

REMEDY = "Close other programs, or set the device to 'cpu'."


def infer(run: Path, case: Case, settings: PredictionSettings) -> NDArray[np.float32]:
    """Return float32 probabilities on the case's grid; see ``prediction.predict``."""
    path = run if run.is_file() else run / f"checkpoint_{settings.checkpoint}.safetensors"
    device = choose_device(settings.device)
    checkpoint = read_checkpoint(path)
    structures = _structures(checkpoint, case)
    with explaining_memory(REMEDY):
        probabilities = _mean_probabilities(checkpoint, structures, device)
    return resample_probabilities(to_right(probabilities, case, checkpoint.info.record.right_ears), case.grid.shape)


def _structures(checkpoint: Checkpoint, case: Case) -> NDArray[np.uint8]:
    """Return what the network sees of the case, or raise an InputError that says why it cannot."""
    check_codes(np.unique(case.labels()).tolist(), checkpoint.info.codes, case.case_id)
    right_ears = checkpoint.info.record.right_ears
    if right_ears and case.side is None and not _knows_mirror_images(checkpoint):
        msg = (
            f"This network learned on right ears only (left ones mirrored), but nobody has said which ear "
            f'{case.case_id} is. Set its "side" to "left" or "right" in dataset.json.'
        )
        raise InputError(msg)
    return network_structures(case, checkpoint.info.settings.grid, right_ears)


@torch.inference_mode()
def _mean_probabilities(
    checkpoint: Checkpoint, structures: NDArray[np.uint8], device: torch.device
) -> NDArray[np.float32]:
    """Return the probabilities on the network's grid, the mean over the mirror image where it was learned."""
    info = checkpoint.info
    network = checkpoint.build_network().to(device).eval()
    views = (AS_IT_IS, LEFT_RIGHT) if _knows_mirror_images(checkpoint) else (AS_IT_IS,)
    bone = torch.from_numpy(np.ascontiguousarray(structures))
    inputs = torch.stack([apply_orientation(bone, view) for view in views]).to(device)
    answers: Tensor = network(encode(inputs, info.codes, info.settings.network)).sigmoid().cpu()[:, 0]
    # Mirroring undoes itself, so the same orientation turns an answer back.
    turned_back = torch.stack([apply_orientation(a, v) for a, v in zip(answers, views, strict=True)])
    mean: NDArray[np.float32] = turned_back.mean(0).numpy()
    return mean


def _knows_mirror_images(checkpoint: Checkpoint) -> bool:
    return checkpoint.info.settings.augmentation != "none"
