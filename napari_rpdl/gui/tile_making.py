"""From a bone and what someone drilled of it to the content of a tile."""

from dataclasses import replace

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.cut import Cut, CutAxis
from napari_rpdl.gui.cut_faces import bone_face, region_face
from napari_rpdl.gui.differing import differences, painted
from napari_rpdl.gui.meshes import Mesh, bone_surface, joined, structure_surfaces, surface
from napari_rpdl.gui.palette import AGREED
from napari_rpdl.gui.slice_pictures import aspect, slice_picture
from napari_rpdl.gui.solids import Flat, Part, Solid

_BONE_COLOR = "#e8dcc0"


def bone_color(case: Case) -> str:
    """Return the table's colour of bone."""
    return next((s.color for s in case.table.structures if s.role == "bone"), _BONE_COLOR)


def bone_solid(
    case: Case, region: Mask | None, reference: Mask | None = None, color: str = AGREED, opacity: float = 1.0
) -> Solid:
    """Return the bone as it is left once a region is drilled away.

    Args:
        case: without structures, the region itself is shown.
        region: bool (z, y, x); None for the untouched bone.
        reference: where given, the surface is coloured by where ``region`` agrees with it,
            misses what it has, and goes beyond it.
        color: of the region, "#rrggbb", where there is no bone to cut it from.
        opacity: of the bone, 0..1; structures stay opaque.
    """
    codes = differences(region, reference) if reference is not None else None
    if case.structures is None:
        parts = _region_parts(case, region, reference, color)
    else:
        bone = bone_surface(case, bone_color(case), region)
        structures = joined(list(structure_surfaces(case, region).values()))
        parts = (bone, structures)
    first, *others = parts
    shown = first if codes is None else painted(first, codes)
    inner = tuple(Part.of(mesh) for mesh in others)
    return Solid((Part.of(shown, opacity), *inner), case.grid.steps, case.grid.shape, left=case.side == "left")


def cut_open(solid: Solid, cut: Cut) -> Solid:
    """Return a solid of ``bone_solid`` behind a plane, without the face that the cut leaves."""
    bone, *structures = solid.parts
    inner = (replace(part, whole=not cut.structures) for part in structures)
    return replace(solid, parts=(bone, *inner), plane=cut.plane(solid.shape, solid.left))


def with_face(solid: Solid, face: Mesh) -> Solid:
    """Return a solid with the face of ``cut_face`` closing it."""
    return replace(solid, parts=(*solid.parts, Part(face, face, whole=True)))


def cut_face(case: Case, region: Mask | None, cut: Cut, color: str = AGREED) -> Mesh:
    """Return the face that a cut leaves of the bone, or of the region where there is no bone."""
    if case.structures is not None:
        return bone_face(case, region, cut)
    return region_face(case, np.zeros(case.grid.shape, np.bool_) if region is None else region, color, cut)


def slice_tile(case: Case, axis: CutAxis, cut: Cut, region: Mask | None, reference: Mask | None, color: str) -> Flat:
    """Return the layer of voxels in which a cut lies, with the region outlined or compared with a reference."""
    left = case.side == "left"
    index = round(Cut(axis, cut.place).voxel(case.grid.shape, left))
    outlines = [(region, color)] if region is not None else []
    codes = differences(region, reference) if reference is not None else None
    return Flat(slice_picture(case, axis, index, region, outlines, codes), aspect(case, axis))


def _region_parts(case: Case, region: Mask | None, reference: Mask | None, color: str) -> tuple[Mesh, ...]:
    shown = [mask for mask in (region, reference) if mask is not None]
    together = np.logical_or.reduce(shown) if shown else np.zeros(case.grid.shape, np.bool_)
    return (surface(together, color, lamp(case.side)),)
