"""Structures as numbers for a network."""

from collections.abc import Sequence

import torch
from torch import Tensor

from napari_rpdl.errors import InputError
from napari_rpdl.settings import NetworkSettings

PAPER_SCALE = 6.5
"""The paper's networks see code / 6.5 - 1, which takes its codes 0..13 to [-1, 1]."""


def input_channels(codes: Sequence[int], settings: NetworkSettings) -> int:
    """Return how many channels ``encode`` makes of structures with these codes."""
    return len(codes) if settings.encoding == "one-hot" else 1


def encode(structures: Tensor, codes: Sequence[int], settings: NetworkSettings) -> Tensor:
    """Return structures (B, z, y, x) uint8 as float32 (B, channels, z, y, x).

    "one-hot": channel i is 1 where the code is ``codes[i]``, else 0; structures have
    no order, and the network need not undo one. "ordinal": one channel, code / 6.5 - 1.
    """
    if settings.encoding == "ordinal":
        return (structures.float() / PAPER_SCALE - 1).unsqueeze(1)
    known = torch.tensor(codes, dtype=structures.dtype, device=structures.device)
    return (structures.unsqueeze(1) == known.view(1, -1, 1, 1, 1)).float()


def check_codes(found: Sequence[int], known: Sequence[int], where: str) -> None:
    """Raise an InputError if the network never learned one of the ``found`` codes."""
    unknown = sorted(set(found) - set(known))
    if unknown:
        msg = (
            f"{where} holds structure codes {unknown[:8]} that this network has never seen; it knows {sorted(known)}. "
            "Map them to known codes, or train on bones that hold them."
        )
        raise InputError(msg)
