"""What all losses share: the sums over the surgeons, without repeating the input.

The paper feeds a bone once for each of its K surgeons, so a mini-batch holds K
identical inputs with K targets. All sums of Eqs. (1)-(3) are linear in the target y, so
K targets of one bone only ever enter through their sum, the votes v = Σ_k y_k, and
through K itself. One pass of the network per bone then gives the same loss and the
same gradient, at a K-th of the work and memory.
"""

from typing import NamedTuple

from torch import Tensor


class Votes(NamedTuple):
    """The targets of a mini-batch, summed over surgeons.

    Attributes:
        drilled: (B, 1, z, y, x); Σ_k w_k y_k, the (weighted) number of surgeons who drilled here.
        surgeons: (B, 1, 1, 1, 1); Σ_k w_k, how often the bone counts.
    """

    drilled: Tensor
    surgeons: Tensor


def votes_of(targets: Tensor, weights: Tensor | None, like: Tensor) -> Votes:
    """Sum targets (B, K, z, y, x) with values in [0, 1] over the surgeons.

    Args:
        targets: what each surgeon drilled; any dtype.
        weights: (B, K), how often each target counts; None: once. A weight of 0 is a
            surgeon who did not drill this bone, so bones with different numbers of
            surgeons fit in one batch. A vote share c/K with the weight K counts as
            the K masks that it is the mean of.
        like: gives dtype and device.
    """
    if weights is None:
        weights = targets.new_ones(targets.shape[:2])
    weights = weights.to(like)[:, :, None, None, None]
    if targets.shape[1] == 1:
        return Votes(targets.to(like) * weights, weights)
    drilled = like.new_zeros((targets.shape[0], 1, *targets.shape[2:]))
    for k in range(targets.shape[1]):
        drilled.addcmul_(targets[:, k : k + 1].to(like), weights[:, k : k + 1])
    return Votes(drilled, weights.sum(1, keepdim=True))
