"""The phantom (synthetic) dataset: a pure function of its settings, one bone at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from napari_rpdl.data.case import Annotation, Case, Mask, Side
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.phantom.anatomy import Anatomy, draw_anatomy
from napari_rpdl.data.phantom.bone import CODES, Frame, label_grid
from napari_rpdl.data.phantom.drilling import Site
from napari_rpdl.data.phantom.shapes import Waves
from napari_rpdl.data.phantom.surgeons import draw_slip, draw_style
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.files import write_text
from napari_rpdl.settings import PhantomSettings

Voxel = TypeVar("Voxel", bound=np.generic)
_BONES, _STYLES, _HANDS = 0, 1, 2
ORIGIN = (
    "phantom (synthetic): parametric temporal bones and simulated surgeons, made by napari-rpdl "
    "({bones} bones, {surgeons} surgeons, {grid} voxels along each axis, seed {seed}). No patient, no surgeon, no "
    "recording is behind it. Rarely a drilled region enters a structure on purpose; phantom.json lists these faults."
)
LICENCE = "MIT; synthetic data, free to use and share"


class Fault(BaseModel):
    """Voxels of a critical structure or landmark that a simulated surgeon drilled away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str
    surgeon: str
    structure: str
    voxels: int


class PhantomNotes(BaseModel):
    """What phantom.json, beside dataset.json, holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    settings: PhantomSettings
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Bone:
    case: Case
    faults: tuple[Fault, ...]


def phantom_case(settings: PhantomSettings, bone_index: int) -> Case:
    """Return bone ``bone_index`` (from 0) with its surgeons' drilled regions.

    A pure function: more bones or surgeons leave the earlier ones as they are, and another
    grid samples the same bone and the same surgery.
    """
    return _make_bone(settings, bone_index).case


def generate(settings: PhantomSettings, out: Path) -> Iterator[Event]:
    """Write the phantom (synthetic) dataset to ``out``, a bone at a time, and phantom.json with its faults.

    Raises:
        InputError: ``out`` is not empty or cannot be written.
    """
    surgeons = [_surgeon(index) for index in range(settings.surgeons)]
    faults: list[Fault] = []
    about = ORIGIN.format(**settings.model_dump())
    with DatasetWriter(
        out, name="phantom (synthetic)", table=TEMPORAL_BONE, surgeons=surgeons, origin=about, licence=LICENCE
    ) as writer:
        yield Progressed("bones", 0, settings.bones)
        for index in range(settings.bones):
            bone = _make_bone(settings, index)
            writer.add(bone.case)
            faults += bone.faults
            yield Progressed("bones", index + 1, settings.bones)
    notes = PhantomNotes(settings=settings, faults=tuple(faults))
    write_text(out / "phantom.json", notes.model_dump_json(indent=2) + "\n")
    yield Said(f"Wrote {settings.bones} phantom (synthetic) bones, drilled by {settings.surgeons} surgeons, to {out}.")


def _make_bone(settings: PhantomSettings, index: int) -> _Bone:
    anatomy = draw_anatomy(_random(settings, _BONES, index))
    frame = Frame.of(anatomy, settings.grid)
    labels = label_grid(anatomy, frame)
    site = Site(anatomy, frame, labels)
    case_id, annotations, faults = f"bone_{index + 1}", [], []
    for k in range(settings.surgeons):
        mask = _drill(settings, site, index, k)
        annotations.append(Annotation(_surgeon(k), _as_imaged(mask, anatomy.side)))
        faults += _faults(case_id, _surgeon(k), labels, mask)
    grid = _centred_grid(anatomy, settings.grid)
    structures = Volume(_as_imaged(labels, anatomy.side), grid)
    case = Case(case_id, grid, TEMPORAL_BONE, structures, annotations=tuple(annotations), side=anatomy.side)
    return _Bone(case, tuple(faults))


def _drill(settings: PhantomSettings, site: Site, bone: int, surgeon: int) -> Mask:
    rng = _random(settings, _HANDS, bone, surgeon)
    hand = Waves.draw(rng, 12, 36, 24)
    slip = draw_slip(rng, site.anatomy)
    style = draw_style(_random(settings, _STYLES, surgeon)).today(rng)
    return site.drill(style, hand, slip)


def _faults(case_id: str, surgeon: str, labels: NDArray[np.uint8], mask: Mask) -> list[Fault]:
    drilled = np.bincount(labels[mask], minlength=max(CODES.values()) + 1)
    spared = TEMPORAL_BONE.codes_of("critical", "landmark")
    return [
        Fault(case_id=case_id, surgeon=surgeon, structure=TEMPORAL_BONE[code].name, voxels=int(drilled[code]))
        for code in spared
        if drilled[code]
    ]


def _surgeon(index: int) -> str:
    return f"surgeon_{index + 1}"


def _random(settings: PhantomSettings, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=key))


def _as_imaged(voxels: NDArray[Voxel], side: Side) -> NDArray[Voxel]:
    """Return a right ear's array as the ear of ``side``: left ears are mirrored along x."""
    return np.ascontiguousarray(voxels[:, :, ::-1] if side == "left" else voxels)


def _centred_grid(anatomy: Anatomy, voxels: int) -> Grid:
    """Return the grid of the imaged cube with its middle at the world's origin."""
    step = anatomy.field / voxels
    affine = np.diag([step, step, step, 1.0])
    affine[:3, 3] = (step - anatomy.field) / 2
    return Grid((voxels, voxels, voxels), affine, spacing_known=True)
