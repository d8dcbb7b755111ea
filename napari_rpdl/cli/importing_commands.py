"""Verbs that make datasets: phantom, import cm-arrays, import drilled, import recordings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro
from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError
from napari_rpdl.cli.printing import PROGRAM, answer
from napari_rpdl.events import Event
from napari_rpdl.settings import PhantomSettings, RecordingSettings


@dataclass(frozen=True, kw_only=True)
class MakePhantom(Command):
    """Make a phantom (synthetic) dataset: parametric temporal bones and simulated surgeons.

    The same settings give the same files, byte for byte. Nothing in it comes from a
    patient; results on it say "phantom".

    Example:
      napari-rpdl phantom my_phantom --bones 9 --surgeons 7 --grid 64 --seed 0

    What comes out: a dataset folder, and how far its surgeons agree.
    """

    out: Positional[Path]
    """New or empty folder for the dataset."""
    phantom: PhantomSettings = field(default_factory=PhantomSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.cli.measuring_commands import show_agreement
        from napari_rpdl.data.phantom.generation import generate

        follow(generate(self.phantom, self.out))
        show_agreement(self.out, as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class ImportCmArrays(Command):
    """Import the paper's published arrays x9_7.npy and y9_7.npy.

    Download them from github.com/Jacobi93/Reward-penalty-Dice-loss, folder cm_data (MIT
    licence). Voxel size, side, orientation and the meaning of codes 1-13 are not
    published: lengths are in voxels, and structures have numbers until you name them in
    dataset.json.

    Example:
      napari-rpdl import cm-arrays x9_7.npy y9_7.npy published --verify

    What comes out: a dataset of 9 bones, each drilled by 7 surgeons.
    """

    x: Positional[Path]
    """Bones, int8 (bones * surgeons, z, y, x), codes 0 to 13."""
    y: Positional[Path]
    """Drilled regions, the same shape, 0 or 1."""
    out: Positional[Path]
    """New or empty folder for the dataset."""
    bones: int = 9
    """Number of bones in the arrays."""
    surgeons: int = 7
    """Number of surgeons in the arrays."""
    verify: bool = False
    """First make sure that both are the published files, by their git blob ids."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.importers.cm_arrays import import_cm_arrays

        _import(
            import_cm_arrays(self.x, self.y, self.out, bones=self.bones, surgeons=self.surgeons, verify=self.verify),
            self.out,
            as_json=self.json,
        )


@dataclass(frozen=True, kw_only=True)
class ImportDrilled(Command):
    """Import a labelled bone and what surgeons left of it.

    All volumes are NIfTI files on one grid; 0 is air. A file's name is its surgeon's
    name. Removed is what was not air before and is air after.

    Example:
      napari-rpdl import drilled bone_a.nii.gz ada.nii.gz ben.nii.gz my_dataset

    What comes out: a dataset of one bone with a drilled region for each surgeon.
    """

    bone: Positional[Path]
    """Labelled bone before surgery."""
    after_and_out: Positional[Annotated[tuple[Path, ...], tyro.conf.arg(metavar="AFTER ... OUT")]]
    """One labelled bone after surgery for each surgeon, and last the new or empty folder for the dataset."""
    convention: Literal["after", "removed"] = "after"
    """"after": files hold the bone after surgery; "removed": the removed region itself (two values)."""
    case_id: str = ""
    """Name of the case; the bone file's name if not given."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.importers.drilled_volumes import import_drilled

        # Taken apart here, because tyro gives the folder to AFTER when flags follow it.
        *after, out = self.after_and_out or (Path(),)
        if not after:
            msg = "expected at least one volume after surgery, then the folder for the dataset: BONE AFTER ... OUT."
            raise UsageError(msg)
        events = import_drilled(self.bone, after, out, convention=self.convention, case_id=self.case_id)
        _import(events, out, as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class ImportRecordings(Command):
    """Import recorded burr positions; a ball of the burr's radius sweeps the drilled region.

    The file is an .npz with arrays surgeon1_rep1, surgeon1_rep2, ... of three columns
    (voxel indices 0 to 255, in the order drilled), or an .npy or .csv file of one
    recording. All recordings show one bone; each repetition becomes a case of it.

    Example:
      napari-rpdl import recordings recordings.npz my_dataset --radius 8 --grid 64

    What comes out: a dataset without structures, with regions and the order drilled.
    """

    file: Positional[Path]
    """The recordings."""
    out: Positional[Path]
    """New or empty folder for the dataset."""
    recording: RecordingSettings = field(default_factory=RecordingSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.importers.recordings import import_recordings

        _import(import_recordings(self.file, self.out, self.recording), self.out, as_json=self.json)


def _import(events: Iterator[Event], out: Path, *, as_json: bool) -> None:
    from napari_rpdl.data.dataset import Dataset

    follow(events)
    dataset = Dataset.open(out)
    result = {"dataset": str(out), "cases": list(dataset.case_ids), "surgeons": list(dataset.surgeons)}
    text = (
        f"Imported {len(dataset)} cases by {len(dataset.surgeons)} surgeons into {out}.\n"
        f"Look at them: {PROGRAM} view {out}"
    )
    answer(result, text, as_json=as_json)
