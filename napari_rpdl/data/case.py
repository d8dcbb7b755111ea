"""Case (a bone) and Annotation (the region one surgeon drilled)."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.drill_log import DrillLog
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

Side = Literal["left", "right"]
Mask = NDArray[np.bool_]

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def checked_name(name: str, what: str) -> str:
    """Return ``name`` if it can be a file name on every system, else raise an InputError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        msg = (
            f"Expected the {what} to be 1-64 letters, digits, '_', '-' or '.', not starting with a sign, got {name!r}."
        )
        raise InputError(msg)
    return name


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """The region that one surgeon drilled.

    Attributes:
        surgeon: pseudonym; also the file name.
        mask: bool (z, y, x) on the case's grid, True where bone was removed.
        burr_positions: (N, 3) float32, burr centres (z, y, x) in voxel indices of the
            case's grid, in the order drilled; None where they were not recorded.
        log: how the region was drilled here: from what, when, stroke by stroke; None where
            it was not drilled with our burr.
    """

    surgeon: str
    mask: Mask
    burr_positions: NDArray[np.float32] | None = None
    log: DrillLog | None = None

    def __post_init__(self) -> None:
        checked_name(self.surgeon, "surgeon's name")
        if self.mask.dtype != np.bool_ or self.mask.ndim != 3:
            msg = (
                f"Expected the annotation of {self.surgeon} to be a 3-D mask, got {self.mask.dtype} {self.mask.shape}."
            )
            raise InputError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One bone: its structures and/or CT, and what the surgeons drilled.

    Attributes:
        case_id: unique in its dataset; also the folder name.
        grid: shared by all arrays of the case.
        table: what the codes of ``structures`` mean.
        structures: uint8 labels, None where only drillings are known.
        ct: CT intensities, None where not available.
        annotations: one for each surgeon, in the dataset's order; may be empty.
        side: "left" or "right" ear, None where unknown.
        bone: name of the bone, shared by cases that show the same bone (repetitions);
            the ``case_id`` where empty.
    """

    case_id: str
    grid: Grid
    table: StructureTable
    structures: Volume | None = None
    ct: Volume | None = None
    annotations: tuple[Annotation, ...] = ()
    side: Side | None = None
    bone: str = ""

    def __post_init__(self) -> None:
        checked_name(self.case_id, "case's name")
        object.__setattr__(self, "bone", checked_name(self.bone, "bone's name") if self.bone else self.case_id)
        for volume, what in ((self.structures, "structures"), (self.ct, "CT")):
            if volume is not None and not volume.grid.matches(self.grid):
                msg = f"The {what} of {self.case_id} lie on another grid than the case. Resample them first."
                raise InputError(msg)
        if len(set(self.surgeons)) != len(self.surgeons):
            msg = f"Expected each surgeon once in {self.case_id}, got {', '.join(self.surgeons)}."
            raise InputError(msg)
        for annotation in self.annotations:
            if annotation.mask.shape != self.grid.shape:
                msg = (
                    f"The annotation of {annotation.surgeon} in {self.case_id} has shape {annotation.mask.shape}, "
                    f"but the case has {self.grid.shape} (z, y, x). Resample it to the case's grid first."
                )
                raise InputError(msg)

    @property
    def surgeons(self) -> tuple[str, ...]:
        """Who drilled this bone."""
        return tuple(annotation.surgeon for annotation in self.annotations)

    def annotation(self, surgeon: str) -> Annotation:
        """Return what ``surgeon`` drilled; an InputError lists who is there."""
        for annotation in self.annotations:
            if annotation.surgeon == surgeon:
                return annotation
        known = ", ".join(self.surgeons) or "none"
        msg = f"{self.case_id} has no annotation by {surgeon!r}; it has: {known}."
        raise InputError(msg)

    def without(self, surgeons: Collection[str]) -> "Case":
        """Return the case as if these surgeons had never drilled it (no copies)."""
        return replace(self, annotations=tuple(one for one in self.annotations if one.surgeon not in surgeons))

    def masks(self, *surgeons: str) -> list[Mask]:
        """Return the masks of the named surgeons, of all where none is named (no copies)."""
        return [self.annotation(s).mask for s in surgeons or self.surgeons]

    def labels(self) -> NDArray[np.uint8]:
        """Return the structure codes (z, y, x); an InputError where the case has none."""
        if self.structures is None:
            msg = f"{self.case_id} has no structures, only drilled regions. Add structures.nii.gz to its folder."
            raise InputError(msg)
        return self.structures.voxels
