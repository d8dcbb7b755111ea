"""The verb that tells what corrections cost: effort."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import answer, table
from napari_rpdl.settings import DrillingSettings

IdleSeconds = Annotated[float, tyro.conf.arg(metavar="SECONDS")]


@dataclass(frozen=True, kw_only=True)
class MeasureEffort(Command):
    """Tell what every region drilled in the viewer cost its surgeon, against what it started from.

    Example:
      napari-rpdl effort my_dataset --json

    What comes out: for each region the start, the voxels that changed, how far the
    surface moved, and the minutes at work.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    idle_s: IdleSeconds = DrillingSettings().idle_s
    """A pause longer than this many seconds does not count as time at work."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.drilling.effort import efforts

        rows = [asdict(effort) for effort in efforts(Dataset.open(self.dataset), self.idle_s)]
        answer({"efforts": rows}, _text(rows), as_json=self.json)


def _text(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No region of this dataset was drilled in the viewer."
    headings = ("Bone", "surgeon", "start", "added", "removed", "mean distance", "HD95", "unit", "minutes", "strokes")
    cells = [
        (
            *(row["case_id"], row["surgeon"], row["start_name"] or row["start"]),
            *(str(row["added"]), str(row["removed"]), row["mean_distance"], row["hd95"], row["unit"]),
            *(row["minutes"], str(row["strokes"])),
        )
        for row in rows
    ]
    return table(headings, cells)
