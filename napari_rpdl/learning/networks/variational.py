"""The autoencoder branch of Myronenko18."""

from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_rpdl.errors import InputError

HALVINGS = 4
"""Of the grid, from the input to the fully connected middle."""
NARROW = 16
LATENTS = 128
"""Means, and as many standard deviations."""
SMALLEST_VARIANCE = 1e-8
"""Added before the logarithm, so that a collapsed latent costs much but not infinitely much."""


class Told(NamedTuple):
    """What the branch says about a batch.

    Attributes:
        logits: (B, in_channels, n, n, n); the reconstruction, or its logits for cross-entropy.
        divergence: scalar; KL, see ``divergence``.
    """

    logits: Tensor
    divergence: Tensor


class VariationalBranch(nn.Module):
    """From the deepest features (B, 8 filters, n/8, n/8, n/8) back to the input, through a random bottleneck.

    As in the paper (table 1): group norm, ReLU, a strided convolution to 16 features and a
    dense layer give 128 means and 128 standard deviations (softplus keeps them positive); a draw z
    goes back through a dense layer and a decoder of its own, built as that of the
    segmentation but without its features. MONAI's branch shares the segmentation's decoder.

    Args:
        channels: of the input.
        filters: of the network's finest level; a multiple of 8.
        grid: n of the input; a multiple of 16.
    """

    def __init__(self, channels: int, filters: int, grid: int) -> None:
        from monai.networks.blocks.segresnet_block import ResBlock, get_conv_layer, get_upsample_layer

        super().__init__()
        self.grid = grid
        self.side = grid // 2**HALVINGS
        widths = [filters * 8, filters * 4, filters * 2, filters]
        self.narrow = nn.Sequential(
            nn.GroupNorm(8, widths[0]), nn.ReLU(), nn.Conv3d(widths[0], NARROW, 3, stride=2, padding=1)
        )
        self.statistics = nn.Linear(NARROW * self.side**3, 2 * LATENTS)
        self.widen = nn.Sequential(nn.Linear(LATENTS, NARROW * self.side**3), nn.ReLU())
        steps = [get_conv_layer(3, NARROW, widths[0], kernel_size=1), get_upsample_layer(3, widths[0])]
        norm = ("group", {"num_groups": 8})
        for wide, width in pairwise(widths):
            steps += [
                get_conv_layer(3, wide, width, kernel_size=1),
                get_upsample_layer(3, width),
                ResBlock(3, width, norm=norm),
            ]
        self.decode = nn.Sequential(*steps, nn.Conv3d(filters, channels, 1))

    def forward(self, deepest: Tensor) -> Told:
        """Return the reconstruction from a random draw of the latents, and their divergence."""
        narrow = self.narrow(deepest)
        if narrow.shape[-1] != self.side:
            msg = (
                f"The autoencoder branch was built for a grid of {self.grid} voxels, got "
                f'{deepest.shape[-1] * 8}. Train on that grid, or set vae to "off".'
            )
            raise InputError(msg)
        # In single precision also where the rest computes in half: squares and logarithms follow.
        mean, raw = self.statistics(narrow.flatten(1)).float().chunk(2, 1)
        deviation = functional.softplus(raw)
        drawn = mean + deviation * torch.randn_like(mean)
        widened = self.widen(drawn).view(-1, NARROW, self.side, self.side, self.side)
        return Told(self.decode(widened), divergence(mean, deviation, self.grid**3))


def divergence(mean: Tensor, deviation: Tensor, voxels: int) -> Tensor:
    """Return 1/N Σ (μ² + σ² − log σ² − 1) over the latents (Myronenko 2018, Eq. 4), mean over the batch.

    The paper divides by the number N of the image's voxels, and has no factor 1/2. With 128
    latents at 64 voxels a sum of 1 per latent is 128 / 262 144 = 0.0005, while MONAI's
    mean over the latents, halved, is 0.5.

    Args:
        mean: (B, latents).
        deviation: (B, latents), positive.
        voxels: N.
    """
    variance = deviation**2
    terms = mean**2 + variance - torch.log(variance + SMALLEST_VARIANCE) - 1
    return terms.sum(1).mean() / voxels


def reconstruction_error(logits: Tensor, inputs: Tensor, kind: Literal["squared-error", "cross-entropy"]) -> Tensor:
    """Return how far the reconstruction is from the input (B, channels, n, n, n).

    "squared-error": mean over voxels, channels and batch, in the input's squared units (1 for
    one-hot), so that it does not grow with the grid. "cross-entropy": mean over voxels and batch in nats;
    the input must be one-hot.
    """
    if kind == "squared-error":
        return functional.mse_loss(logits, inputs)
    return functional.cross_entropy(logits, inputs)
