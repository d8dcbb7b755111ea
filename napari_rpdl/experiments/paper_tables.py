"""The figures of the paper's tables, to print beside ours.

``paper_tables.csv`` holds the numbers of Tables I to IV and of Sec. V-B of He et al.,
"Learning Non-Unique Segmentation with Reward-Penalty Dice Loss" (IJCNN 2020,
arXiv 2009.10987): table, experiment, network, loss, bone, metric, mean, std.
"""

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EXPERIMENTS = {"bones": "1", "surgeons": "2"}
NETWORKS = {
    "unet-published": "U-net",
    "vnet-published": "V-net",
    "isensee-published": "Isensee17",
    "myronenko18": "Myronenko18",
}
"""Our name of each network that the paper trained -> the paper's."""
LOSSES = {"wcel": "WCEL", "dice": "DL", "rpdl": "RPDL", "rpdl-published": "RPDL"}
"""Our name of a loss -> the paper's column; the paper says RPDL of what its published code trains."""
PRESETS = ("paper", "published-code")
"""Trainings that may stand beside the paper's figures."""
SURGEONS = ("surgeons", "-")
"""Network and loss of the surgeons among each other."""
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as the paper prints it: mean ± standard deviation."""

    mean: float
    std: float


def printed(experiment: str, network: str, loss: str, metric: str, bone: str = OVERALL) -> Printed | None:
    """Return a figure of the paper, None where the paper has none.

    Args:
        experiment: "bones" or "surgeons".
        network: the paper's name, such as "V-net".
        loss: the paper's name, such as "RPDL".
        metric: "dice" or "rpd".
        bone: "1" to "9" (Dice of Experiment 1 only), or "overall".
    """
    return _figures().get((EXPERIMENTS.get(experiment, ""), network, loss, metric, bone))


@cache
def _figures() -> dict[tuple[str, str, str, str, str], Printed]:
    text = (files("napari_rpdl.experiments") / "paper_tables.csv").read_text(encoding="utf-8")
    return {
        (row["experiment"], row["network"], row["loss"], row["metric"].lower(), row["bone"]): Printed(
            float(row["mean"]), float(row["std"])
        )
        for row in csv.DictReader(io.StringIO(text))
    }
