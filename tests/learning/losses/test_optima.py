"""What each loss really asks for: its minimiser and its floor on a stored vote set.

The vote set is the sample dataset, phantom (synthetic): 9 bones by 7 surgeons, drilled
4.07 % of the grid, Dice between surgeons 0.700; the paper's has 4.08 % and 0.698. All
losses here pool the bones and depend on votes alone, so a minimiser of a ratio takes whole
classes of voxels with equal votes: all 256 choices of classes are tried in NumPy by the
printed formulas, without the package's losses. Ours are minimised over a probability for
each of the 128 patterns.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.losses.dice import DiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import PublishedRewardPenaltyDiceLoss, RewardPenaltyDiceLoss
from napari_rpdl.learning.losses.vote_utility import VoteUtilityLoss
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

K = 7
VOTES = np.arange(K + 1)
SAMPLE = Path(__file__).parents[3] / "sample_data"
CHOICES = np.array(list(itertools.product([0.0, 1.0], repeat=K + 1)))


@pytest.fixture(scope="module")
def sample() -> torch.Tensor:
    return torch.from_numpy(np.stack([np.stack(case.masks()) for case in Dataset.open(SAMPLE)]))


@pytest.fixture(scope="module")
def targets(sample) -> PatternTargets:
    return PatternTargets.from_masks(sample)


@pytest.fixture(scope="module")
def first_bone(sample) -> PatternTargets:
    return PatternTargets.from_masks(sample[:1])


@pytest.fixture(scope="module")
def voxels(sample) -> np.ndarray:
    """Voxels with 0..7 votes."""
    return np.bincount(sample.sum(1).flatten().numpy(), minlength=K + 1).astype(float)


def ratio_floors(gain, size, cost, voxels):
    """Return 1 - 2 Σ aP / (Σ b + Σ dP) of all 256 choices of vote classes; a, b, d by votes."""
    return 1 - 2 * CHOICES @ (gain * voxels) / ((size * voxels).sum() + CHOICES @ (cost * voxels))


PAPER_MAP = np.where(VOTES > 0, VOTES / K, -1)
CODE_MAP = np.where(VOTES > 1, VOTES / (K - 1), 0) - (VOTES == 0) * K / (K - 1)
HEAT = np.where(VOTES > 0, VOTES, K) * CODE_MAP
FORMULAS = {
    "Eq. (2)": (VOTES, VOTES, np.full(K + 1, K)),
    "Eq. (3)": (VOTES * PAPER_MAP, VOTES * abs(PAPER_MAP), K * abs(PAPER_MAP)),
    "published code": (HEAT, abs(HEAT), np.full(K + 1, K)),
}
OURS = {
    "Eq. (2)": DiceLoss(0.0),
    "Eq. (3)": RewardPenaltyDiceLoss(RPMapSettings(), 0.0),
    "published code": PublishedRewardPenaltyDiceLoss(RPMAP_VARIANTS["published-code-bones"], 0.0),
}
OPERATING_POINTS = {"published code": 2, "Eq. (2)": 3, "Eq. (3)": 4}
FLOORS = {"Eq. (2)": 0.1825, "published code": 0.9400, "Eq. (3)": 0.1146}


def logits_by_votes(targets: PatternTargets, by_votes: torch.Tensor) -> torch.Tensor:
    return by_votes[targets.votes().long()]


def minimiser(loss, targets: PatternTargets) -> torch.Tensor:
    """Return the patterns that our loss is least for drilling: follow the sign of its gradient until it stays.

    For a ratio of sums this is Dinkelbach's iteration, which ends in the global minimum.
    """
    by_pattern = torch.zeros(len(targets.members), dtype=torch.float64)
    for _ in range(20):
        leaf = by_pattern.clone().requires_grad_()
        (slope,) = torch.autograd.grad(loss(leaf[targets.patterns.long()].unsqueeze(1), targets), leaf)
        chosen = torch.where(slope < 0, 30.0, -30.0).double()
        if torch.equal(chosen, by_pattern):
            break
        by_pattern = chosen
    return by_pattern > 0


@pytest.mark.parametrize("name", FORMULAS)
def test_operating_points_and_floors(name, targets, voxels):
    floors = ratio_floors(*FORMULAS[name], voxels)
    best = CHOICES[floors.argmin()]
    np.testing.assert_array_equal(best, OPERATING_POINTS[name] <= VOTES)
    occurs = targets.voxels.sum(0) > 0
    drilled = targets.members.sum(1) >= OPERATING_POINTS[name]
    assert torch.equal(minimiser(OURS[name], targets)[occurs], drilled[occurs])
    at_best = logits_by_votes(targets, torch.from_numpy(np.where(best > 0, 60.0, -60.0)))
    assert OURS[name](at_best, targets).item() == pytest.approx(floors.min(), abs=1e-9)
    assert floors.min() == pytest.approx(FLOORS[name], abs=1e-4)


def probabilities_of_least_cross_entropy(weight: float, targets: PatternTargets) -> torch.Tensor:
    """Minimise over one logit for each number of votes."""
    by_votes = torch.zeros(K + 1, dtype=torch.float64, requires_grad=True)
    loss = WeightedCrossEntropyLoss(weight)
    optimiser = torch.optim.LBFGS([by_votes], lr=1, max_iter=60, line_search_fn="strong_wolfe", tolerance_grad=1e-9)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(logits_by_votes(targets, by_votes), targets)
        value.backward()
        return value

    optimiser.step(closure)
    return by_votes.detach().sigmoid()


def test_wcel_drills_where_a_single_surgeon_did(first_bone):
    """P* = wq / (wq + 1 - q) > 1/2 where q > 1 / (1 + w) = 0.041, and a single vote is q = 1/7."""
    found = probabilities_of_least_cross_entropy(23.485, first_bone)
    share = VOTES / K
    expected = 23.485 * share / (23.485 * share + 1 - share)
    np.testing.assert_allclose(found[1:-1].numpy(), expected[1:-1], atol=2e-2)
    np.testing.assert_array_equal(found.numpy() > 0.5, VOTES >= 1)


def test_plain_cross_entropy_drills_where_the_majority_did(first_bone):
    found = probabilities_of_least_cross_entropy(1.0, first_bone)
    np.testing.assert_array_equal(found.numpy() > 0.5, VOTES >= 4)


def test_a_linear_utility_finds_the_optimum_of_dice(targets, voxels):
    """u = c/K - D*/2, D* the pooled Dice at the optimum of Eq. (2)."""
    best = 1 - ratio_floors(*FORMULAS["Eq. (2)"], voxels).min()
    linear = VoteUtilityLoss([c / K - best / 2 for c in VOTES])
    occurs = targets.voxels.sum(0) > 0
    assert torch.equal(minimiser(linear, targets)[occurs], minimiser(OURS["Eq. (2)"], targets)[occurs])


@pytest.mark.parametrize(("name", "floor"), [("wcel", 0.1006), ("bce", 0.0301)])
def test_floors_of_cross_entropies(name, floor, targets, voxels):
    """Eq. (1) is least, in every voxel, for P = wc / (wc + K - c); bce is Eq. (1) with w = 1."""
    weight = 1.0 if name == "bce" else 23.485
    best = weight * VOTES / (weight * VOTES + K - VOTES)
    with np.errstate(divide="ignore", invalid="ignore"):
        costs = -np.nan_to_num(weight * VOTES * np.log(best)) - np.nan_to_num((K - VOTES) * np.log1p(-best))
    least = (costs * voxels).sum() / (K * voxels.sum())
    logits = torch.logit(torch.from_numpy(best)).clamp(-40, 40)
    ours = WeightedCrossEntropyLoss(weight)(logits_by_votes(targets, logits), targets)
    assert ours.item() == pytest.approx(least, rel=1e-6)
    assert least == pytest.approx(floor, abs=1e-4)
