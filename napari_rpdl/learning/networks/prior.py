"""What an untrained network says: about as often "drilled" as surgeons drill."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from napari_rpdl.learning.networks.interface import HasOutputBias

NEAR = 2.0
"""A mean probability that is off by at most this factor is left as it is: U-nets, off by up to 1.6, train as ever."""
_MOST_VALUES = 1 << 17
"""Of a channel's logits, evenly spaced; their mean probability is known to a percent or better."""
_HALVINGS = 60


def expect_foreground(network: nn.Module, share: float) -> None:
    """Set the bias of the logits to the log-odds of a share in (0, 1).

    Starting there spares the many steps in which a network would only learn that most voxels
    are not drilled. What the network adds to its bias still moves the mean probability; see
    ``missed_foreground``.
    """
    nn.init.constant_(_output_bias(network), math.log(share / (1 - share)))


@torch.no_grad()
def missed_foreground(network: nn.Module, share: float, inputs: Tensor) -> list[float]:
    """Return what to add to the bias of each output so that its mean probability is the share; 0 where it is near.

    Several heads that are summed, or a norm whose features have a mean, move an untrained
    network's logits by 1 or more (Isensee17: mean probabilities of 0.03 to 0.21 where 0.04 was asked for).
    The network is looked at in training mode, as the first step sees it, but one bone at a time, which
    takes less memory than any step; neither its weights nor its running statistics change.

    Args:
        network: its bias already set by ``expect_foreground``.
        share: of drilled voxels, in (0, 1).
        inputs: (B, channels, n, n, n); real bones.
    """
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    each = [functional_call(network.train(), buffers, (bone,)).cpu().double() for bone in torch.split(inputs, 1)]
    return [_missed(channel, share) for channel in torch.cat(each).transpose(0, 1).flatten(1)]


@torch.no_grad()
def move_bias(network: nn.Module, offsets: Sequence[float]) -> None:
    """Add a number to the bias of each output."""
    bias = _output_bias(network)
    bias.add_(torch.tensor(offsets, dtype=bias.dtype, device=bias.device))


def _missed(logits: Tensor, share: float) -> float:
    """Return d with mean(sigmoid(logits + d)) = share, by bisection; 0 where d = 0 is near."""
    some = logits[:: -(-len(logits) // _MOST_VALUES)]
    mean = float(some.sigmoid().mean())
    if share / NEAR <= mean <= share * NEAR or not math.isfinite(mean):
        return 0.0
    middle = math.log(share / (1 - share))
    low, high = middle - float(some.max()), middle - float(some.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if float((some + middle).sigmoid().mean()) < share else (low, middle)
    return (low + high) / 2


def _output_bias(network: nn.Module) -> nn.Parameter:
    if isinstance(network, HasOutputBias):
        return network.output_bias()
    *_, bias = (parameter for name, parameter in network.named_parameters() if name.endswith("bias"))
    return bias
