"""What the tiles of a grading window show: the original bone, and what is left of it after each result."""

from collections.abc import Sequence

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.meshes import NOTHING, Mesh, bone_surface, joined, structure_surfaces, surface
from napari_rpdl.gui.palette import DRILLED
from napari_rpdl.gui.tiles import Scene

_BONE_COLOR = "#e8dcc0"


def scenes_of(bone: Case, regions: Sequence[Mask], titles: Sequence[str]) -> tuple[Scene, ...]:
    """Return the untouched bone and one scene for each region, all in the same colours.

    Args:
        bone: without drillings.
        regions: bool (z, y, x) on the bone's grid.
        titles: one for the bone, one for each region.
    """
    return tuple(_scene(bone, region, title) for region, title in zip((None, *regions), titles, strict=True))


def _scene(bone: Case, region: Mask | None, title: str) -> Scene:
    ct = None if bone.ct is None else bone.ct.voxels
    if bone.structures is None:
        solid = NOTHING if region is None else surface(region, DRILLED, lamp(bone.side))
        return Scene(title, None, ct, region, solid, NOTHING)
    air = next(iter(bone.table.codes_of("air")), 0)
    labels = bone.labels() if region is None else np.where(region, np.uint8(air), bone.labels())
    return Scene(title, labels, ct, region, bone_surface(bone, _color(bone), region), _inside(bone, region))


def _inside(bone: Case, region: Mask | None) -> Mesh:
    return joined(list(structure_surfaces(bone, region).values()))


def _color(bone: Case) -> str:
    return next((one.color for one in bone.table.structures if one.role == "bone"), _BONE_COLOR)
