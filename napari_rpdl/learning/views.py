"""One bone asked about in several orientations (test-time augmentation)."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import AS_IT_IS, CUBE_GROUP, LEFT_RIGHT, Orientation, apply_orientation
from napari_rpdl.learning.encoding import encode
from napari_rpdl.settings import AskingSettings, TrainingSettings

Views = tuple[Orientation, ...]

# In pairs: PyTorch is slow on a CPU for a single bone, and more bones only cost memory.
_AT_ONCE = 2


def choose_views(settings: AskingSettings, training: TrainingSettings) -> Views:
    """Return the orientations to ask in.

    Raises:
        InputError: training never showed such views, so the answers would mean nothing.
    """
    mirrored = training.augmentation != "none"
    if settings.views == "learned":
        return (AS_IT_IS, LEFT_RIGHT) if mirrored else (AS_IT_IS,)
    if settings.views == "single":
        return (AS_IT_IS,)
    if not mirrored or (settings.views == "cube" and training.augmentation == "mirror"):
        msg = (
            f'This network was trained with augmentation "{training.augmentation}", so it does not know the views '
            f'"{settings.views}". Choose the views "learned", or train with augmentation "{settings.views}".'
        )
        raise InputError(msg)
    return CUBE_GROUP if settings.views == "cube" else (AS_IT_IS, LEFT_RIGHT)


def name_of(views: Views) -> Literal["single", "mirror", "cube"]:
    """Return what settings call these views."""
    return "single" if len(views) == 1 else "mirror" if len(views) == 2 else "cube"


def inverse(orientation: Orientation) -> Orientation:
    """Return the orientation that undoes ``orientation``."""
    first, second, third = np.argsort(orientation.order).tolist()
    flips = orientation.flips
    return Orientation((first, second, third), (flips[first], flips[second], flips[third]))


@torch.inference_mode()
def ask(
    network: nn.Module,
    cube: NDArray[np.uint8],
    static: NDArray[np.float16],
    views: Views,
    codes: Sequence[int],
    training: TrainingSettings,
    device: torch.device,
) -> NDArray[np.float32]:
    """Return what ``network`` (in evaluation mode) says about a cube.

    Args:
        network: gives logits (B, H, n, n, n).
        cube: uint8 (n, n, n), codes of structures.
        static: float16 (c, n, n, n), what else it sees; see ``encoding.static_channels``.
        views: orientations to ask in.
        codes: of all structures that the network knows.
        training: its settings.
        device: where the network is.

    Returns:
        float32 (H + 1, n, n, n): the probabilities of each of the H heads, mean over the
        views (H = 1, or the number of surgeons where each has a head); last, the
        population variance over the views of the mean over the heads, 0 for one view.
    """
    bone, more = (torch.from_numpy(np.ascontiguousarray(volume)) for volume in (cube, static))
    total = square = torch.zeros(())
    for some in _batches(views):
        structures, channels = (_stacked(volume, some).to(device) for volume in (bone, more))
        inputs = encode(structures, codes, training.network, channels)
        probabilities: Tensor = network(inputs).float().sigmoid().cpu()
        for answer, view in zip(probabilities, some, strict=True):
            turned_back = apply_orientation(answer, inverse(view))
            total = total + turned_back
            square = square + turned_back.mean(0).double() ** 2
    heads = total / len(views)
    variance = (square / len(views) - heads.mean(0).double() ** 2).clamp(min=0).float()
    said: NDArray[np.float32] = torch.cat([heads, variance[None]]).numpy()
    return said


def _stacked(volume: Tensor, views: Views) -> Tensor:
    return torch.stack([apply_orientation(volume, view) for view in views])


def _batches(views: Views) -> Iterator[Views]:
    for start in range(0, len(views), _AT_ONCE):
        yield views[start : start + _AT_ONCE]
