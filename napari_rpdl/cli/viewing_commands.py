"""Verbs that show: view, demo."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import PROGRAM, answer, note, table
from napari_rpdl.errors import InputError
from napari_rpdl.settings import DEMO, TrainingSettings

if TYPE_CHECKING:
    from napari_rpdl.experiments.demo import DemoEnded


@dataclass(frozen=True, kw_only=True)
class View(Command):
    """Open the viewer (napari) with the workspace, and a dataset in it.

    Needs a screen, and a Qt binding: pip install "napari-rpdl[pyqt5]".

    Example:
      napari-rpdl view my_dataset
      napari-rpdl view my_dataset --case bone_9 --run my_run

    What comes out: a window. Nothing is written unless you say so there.
    """

    dataset: Positional[Path | None] = None
    """Dataset folder to open at once."""
    case: str = ""
    """Bone to show; with --run the first one held out, else the first one."""
    run: Path | None = None
    """Folder of a training, whose network predicts the bone at once."""

    @override
    def execute(self) -> None:
        shown = self._checked()
        if not has_display(os.environ, sys.platform):
            msg = f"There is no screen here to open a window on. {how_to_open(shown)}"
            raise InputError(msg)
        open_viewer(shown)
        if self.json:
            answer({"viewed": shown.dataset and str(shown.dataset)}, "", as_json=True)

    def _checked(self) -> "Shown":
        """Return what to show once all of it is known to be there."""
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.runs import Run

        run = Run.open(self.run) if self.run is not None else None
        folder = run.dataset_folder if self.dataset is None and run is not None else self.dataset
        if folder is None:
            if self.case:
                msg = f"Expected a dataset folder along with --case {self.case}, got none. Name it before --case."
                raise InputError(msg)
            return Shown()
        dataset = Dataset.open(folder)
        held_out = [name for name in run.hold_out if name in dataset.case_ids] if run is not None else []
        case_id = self.case or (held_out[0] if held_out else "")
        if case_id:
            dataset.bone_of(case_id)
        return Shown(folder, case_id, self.run)


@dataclass(frozen=True)
class Shown:
    """What the viewer opens with: a dataset folder, one of its cases, a run that predicts it."""

    dataset: Path | None = None
    case_id: str = ""
    run: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Demo(Command):
    """See the whole main job: train on some bones, predict another, compare with every surgeon.

    Takes the installed phantom (synthetic) bones, or a dataset of yours. Minutes on two
    CPU cores. Needs PyTorch: pip install "napari-rpdl[learning]".

    Example:
      napari-rpdl demo --hold-out bone_3 --out demo_output

    What comes out: a folder with a report (HTML page, CSV), the run and the prediction;
    then the viewer opens where there is a screen.
    """

    dataset: Path | None = None
    """Dataset folder; the installed phantom (synthetic) bones if not given."""
    out: Path = Path("demo_output")
    """Folder for the report, the run and the prediction."""
    hold_out: str = ""
    """Case to predict; the last one if not given."""
    no_view: bool = False
    """Do not open the viewer at the end."""
    training: TrainingSettings = field(default_factory=lambda: DEMO)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.data.sample import sample_dataset_folder
        from napari_rpdl.experiments.demo import DemoEnded, run_demo

        folder = self.dataset or sample_dataset_folder()
        dataset = Dataset.open(folder)
        case_id = self.hold_out or dataset.case_ids[-1]
        last = follow(run_demo(dataset, self.out, self.training, case_id))
        if not isinstance(last, DemoEnded):
            msg = f"The demo ended without a report. Look into {self.out}, and run the same command again."
            raise InputError(msg)
        answer({"case_id": case_id, **asdict(last)}, _demo_text(case_id, last), as_json=self.json)
        self._open_viewer(Shown(folder, case_id, self.out / "run"))

    @override
    def how_to_go_on(self) -> str:
        return f"What was finished is in {self.out}; run the same command to go on."

    def _open_viewer(self, shown: Shown) -> None:
        if self.no_view:
            return
        if has_display(os.environ, sys.platform):
            open_viewer(shown)
        else:
            note(f"No screen here, so the viewer stays closed. {how_to_open(shown)}")


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether windows can open: on Linux only where a display server is named."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not platform.startswith("linux") or any(environment.get(name) for name in names)


def how_to_open(shown: Shown) -> str:
    """Return how to open the viewer from a machine without a screen."""
    words = [program_path(), "view"]
    if shown.dataset is not None:
        words.append(str(shown.dataset))
    if shown.case_id:
        words += ["--case", shown.case_id]
    if shown.run is not None:
        words += ["--run", str(shown.run)]
    command = shlex.join(words)
    return (
        f'Run "{command}" on a machine with a screen, log in with "ssh -X" and run it, or open a virtual screen '
        f"with \"xvfb-run -s '-screen 0 1600x1000x24' {command}\"."
    )


def program_path() -> str:
    """Return how to call this program: by name where the shell finds it, else by its path."""
    return PROGRAM if which(PROGRAM) or Path(sys.argv[0]).stem != PROGRAM else sys.argv[0]


def open_viewer(shown: Shown) -> None:
    """Open the viewer and wait until the person closes it."""
    from napari_rpdl.gui.app import start

    start(shown.dataset, shown.case_id, shown.run)


def _demo_text(case_id: str, ended: "DemoEnded") -> str:
    rows = [
        ("network", ended.dice),
        ("mean map of the other bones", ended.baseline),
        ("surgeons among each other", ended.surgeons),
        ("best possible (oracle)", ended.oracle),
    ]
    return f"{table((case_id, 'Dice to its surgeons'), rows)}\n\nReport: {ended.report}"
