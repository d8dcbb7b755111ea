"""How parts, methods, networks and losses are called in tables, plots and reports."""

from collections import defaultdict
from collections.abc import Sequence

from napari_rpdl.experiments import paper_tables
from napari_rpdl.experiments.bone_table import BASELINES, Part
from napari_rpdl.experiments.scores import ScoreRow

_EXPERIMENTS = {
    "bones": "Experiment 1 (leave one bone out)",
    "surgeons": "Experiment 2 (leave one surgeon out)",
}
_DECISIONS = {"fixed": "threshold 0.5", "tuned": "tuned threshold", "none": "no decision"}
_LOSS_ORDER = ("wcel", "dice", "rpdl", "rpdl-published")
_LOSSES = {"wcel": "WCEL", "dice": "DL", "rpdl": "RPDL", "rpdl-published": "RPDL (published code)"}


def part_title(part: Part) -> str:
    """Return a part in words."""
    experiment = _EXPERIMENTS.get(part.experiment, part.experiment)
    return f"{experiment}, protocol {part.protocol}, {_DECISIONS.get(part.decision, part.decision)}"


def method_titles(rows: Sequence[ScoreRow]) -> dict[str, str]:
    """Return method -> name for people, in the order of tables; the preset is named where there are several."""
    known = {row.method: row for row in rows}
    trained = [row for method, row in known.items() if method not in BASELINES]
    several = len({row.preset for row in trained}) > 1
    ordered = sorted(trained, key=lambda row: (*arm_of(row), loss_rank(row.loss)))
    titles = {row.method: trained_title(row, several) for row in ordered}
    return titles | {method: title for method, title in BASELINES.items() if method in known}


def trained_title(row: ScoreRow, with_preset: bool) -> str:
    """Return network, loss and the arm's own name of what a row's method is."""
    title = f"{network_title(row.preset, row.network)} {loss_title(row.loss)}"
    more = ", ".join(filter(None, (row.preset if with_preset else "", arm_of(row)[2])))
    return f"{title} ({more})" if more else title


def arm_of(row: ScoreRow) -> tuple[str, str, str]:
    """Return preset, network, and the arm's own name, which the method ends with."""
    name = row.method.removeprefix(f"{row.preset}/{row.network}/{row.loss}").removeprefix("/")
    return row.preset, row.network, name


def network_title(preset: str, network: str) -> str:
    """Return the paper's name of a network that is trained as there, else ours."""
    return paper_tables.NETWORKS.get(network, network) if preset in paper_tables.PRESETS else network


def loss_title(loss: str) -> str:
    """Return the paper's name of a loss, or ours where it has none."""
    return _LOSSES.get(loss, loss)


def loss_rank(loss: str) -> tuple[int, str]:
    """Return what sorts losses: the paper's first, in its order."""
    return (_LOSS_ORDER.index(loss) if loss in _LOSS_ORDER else len(_LOSS_ORDER), loss)


def seeds_in_words(rows: Sequence[ScoreRow]) -> str:
    """Return how many trainings figures are means of; of unfinished experiments the fewest and the most of any fold."""
    trained: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        if row.method not in BASELINES:
            trained[row.method, row.fold].add(row.seed)
    fewest, most = (pick(map(len, trained.values()), default=1) for pick in (min, max))
    if fewest < most:
        return f"Of the seeds that have scores, {fewest} to {most}, the mean is taken first."
    return f"Of {most} seeds each, the mean is taken first." if most > 1 else "One training (seed) each."
