"""Verbs that draw the paper's figures: figure 1, figure 2, figure 4."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import answer, note
from napari_rpdl.settings import (
    ComparisonFigureSettings,
    RPMapFigureSettings,
    RPMapSettings,
    Settings,
    SurgeonsFigureSettings,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_ROWS = 3
_MM_PER_INCH = 25.4


@dataclass(frozen=True, kw_only=True)
class DrawSurgeons(Command):
    """Draw a bone and what each surgeon left of it, as the paper's Fig. 1.

    Looks as the surgeon does: the ear canal on top, the mastoid below. Right and left
    ears are as they are; letters at the edges say how the body lies.

    Example:
      napari-rpdl figure 1 my_dataset --out figure_1.pdf --case bone_2

    What comes out: a figure for print. The file's ending chooses its kind: .png, .pdf or .svg.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    out: Path
    """File to write: .png, .pdf (fonts embedded) or .svg (text stays text)."""
    figure: SurgeonsFigureSettings = field(default_factory=SurgeonsFigureSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.figures.canvas import kind_of
        from napari_rpdl.figures.surgeons_figure import surgeons_figure

        kind_of(self.out)
        dataset = Dataset.open(self.dataset)
        case = dataset.case(self.figure.case or dataset.case_ids[0])
        note(f"drawing {case.case_id} ...")
        side = f", {case.side} ear" if case.side else ""
        drawn = surgeons_figure(case, self.figure, f"{case.case_id}{side}. Data: {dataset.caption}.")
        _write(drawn, self, self.figure, {"case_id": case.case_id})


@dataclass(frozen=True, kw_only=True)
class DrawRPMap(Command):
    """Draw how a reward-penalty map arises, with numbers, as the paper's Fig. 2.

    Above, an example of three experts with all its arithmetic; below, a slice of a bone,
    and a part of it so large that its numbers can be read.

    Example:
      napari-rpdl figure 2 my_dataset --out figure_2.svg --case bone_2 --plane coronal

    What comes out: a figure for print. The file's ending chooses its kind: .png, .pdf or .svg.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    out: Path
    """File to write: .png, .pdf (fonts embedded) or .svg (text stays text)."""
    figure: RPMapFigureSettings = field(default_factory=RPMapFigureSettings)
    rpmap: RPMapSettings = field(default_factory=RPMapSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.figures.canvas import kind_of
        from napari_rpdl.figures.rpmap_workflow import rpmap_workflow

        kind_of(self.out)
        dataset = Dataset.open(self.dataset)
        case = dataset.case(self.figure.case or dataset.case_ids[0])
        drawn = rpmap_workflow(case, self.figure, self.rpmap, f"{case.case_id}. Data: {dataset.caption}.")
        _write(drawn, self, self.figure, {"case_id": case.case_id, "rpmap": self.rpmap.model_dump()})


@dataclass(frozen=True, kw_only=True)
class DrawComparison(Command):
    """Draw bones as surgeons left them and as networks would, with scores, as the paper's Fig. 4.

    A row for each bone; columns: the original, surgeons, predictions. Beneath stand Dice
    and RPD, mean ± SD over the surgeons of the bone.

    Example:
      napari-rpdl figure 4 my_dataset --out figure_4.pdf --cases bone_1 bone_2 --predictions WCEL=wcel RPDL=rpdl
      napari-rpdl figure 4 my_dataset --out figure_4.png --predictions my_results --reference surgeon_1

    What comes out: a figure for print. The file's ending chooses its kind: .png, .pdf or .svg.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    out: Path
    """File to write: .png, .pdf (fonts embedded) or .svg (text stays text)."""
    figure: ComparisonFigureSettings = field(default_factory=ComparisonFigureSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.experiments.prediction_files import prediction_folders, read_predictions
        from napari_rpdl.figures.canvas import kind_of
        from napari_rpdl.figures.comparison_figure import comparison_figure
        from napari_rpdl.figures.score_lines import EXPLANATION

        kind_of(self.out)
        dataset = Dataset.open(self.dataset)
        folders = prediction_folders(self.figure)
        cases = [dataset.case(case_id) for case_id in self.figure.cases or dataset.case_ids[:_ROWS]]
        predictions = read_predictions(folders, cases, self.figure)
        note(f"drawing {', '.join(case.case_id for case in cases)} ...")
        drawn = comparison_figure(cases, predictions, self.figure, f"{EXPLANATION} Data: {dataset.caption}.")
        found = {"cases": [case.case_id for case in cases], "predictions": {k: str(v) for k, v in folders.items()}}
        _write(drawn, self, self.figure, found)


def _write(
    figure: "Figure", command: "DrawSurgeons | DrawRPMap | DrawComparison", settings: Settings, found: dict[str, Any]
) -> None:
    from napari_rpdl.figures.canvas import write_figure

    write_figure(figure, command.out)
    width, height = (round(float(length) * _MM_PER_INCH, 1) for length in figure.get_size_inches())
    size = {"width_mm": width, "height_mm": height, "bytes": command.out.stat().st_size}
    text = f"Wrote {command.out}: {width:g} x {height:g} mm, {size['bytes'] / 1e6:.1f} MB."
    answer({"file": str(command.out), **size, **found, "settings": settings.model_dump()}, text, as_json=command.json)
