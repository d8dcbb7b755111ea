"""The bone as the surgeon sees it: shaded and in colour, without a display."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.safety import check_on_grid
from napari_rpdl.figures.depth_map import window_around
from napari_rpdl.figures.shading import shade
from napari_rpdl.figures.smooth_surface import smooth_field
from napari_rpdl.figures.surface_colors import BONE_COLOR, color_of, difference_colors, tissue_colors
from napari_rpdl.figures.view_frame import ViewFrame
from napari_rpdl.figures.visible_surface import VisibleSurface
from napari_rpdl.settings import View

_LIGHT = (-0.55, -0.45, 1.0)  # from the upper left, as a microscope's lamp over the surgeon's hands
_MARGIN = 0.04
_SUPERSAMPLING = 2
_PAD = 3  # voxels of air round the bone, so that its cut faces are surfaces too
_FAR_OUTSIDE = -1.0
_TRACE = 0.001
_LUMEN = frozenset({"ear canal"})  # labelled, but hollow: the paper's view looks into it
Background = Literal["black", "white"]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class BonePicture:
    """A drawn bone.

    Attributes:
        pixels: uint8 (size, size, 3), RGB.
        extent: side of the picture in mm, in voxels where the spacing is unknown.
        structures: codes of the structures that show, or shine through thin bone, the
            most visible first.
    """

    pixels: NDArray[np.uint8]
    extent: float
    structures: tuple[int, ...] = ()


def bone_view(
    case: Case,
    drilled: Mask | None = None,
    size: int = 256,
    view: View = "surgical",
    reference: Mask | None = None,
    background: Background = "black",
) -> BonePicture:
    """Draw the bone, without what was drilled, as in the paper's Figs. 1 and 4.

    The surgical view looks from lateral to medial with the patient's front up: the ear
    canal is on top, the mastoid below; the head's crown is on the left for a right ear
    and on the right for a left ear. A case whose side is unknown is drawn as a right
    ear. A case without structures (a drill recording) shows the drilled region itself,
    or what any surgeon drilled where ``drilled`` is None. The window depends on the case
    and the view alone, so that pictures of one case lie over each other.

    Args:
        case: the bone.
        drilled: bool (z, y, x) on the case's grid, what to take away; None for nothing.
        size: pixels along each side.
        view: where the eye stands.
        reference: bool (z, y, x), another drilled region. Where it is given, the bone is
            plain, and colours say where ``drilled`` agrees with it, missed some of it, or
            took more. Without structures it has no effect.
        background: what lies round the bone.

    Raises:
        InputError: ``drilled`` or ``reference`` is no mask on the case's grid.
    """
    for mask in (drilled, reference):
        if mask is not None:
            check_on_grid(mask, case)
    laid = _laid_as_right_ear(case)
    body = laid(_body(case, drilled))
    frame = ViewFrame.of(view, body.shape, case.grid.steps)
    framed_by = frame.seen(laid(_framed_by(case, drilled)), outside=0)
    window = window_around(framed_by, frame.steps, size * _SUPERSAMPLING, _MARGIN)
    surface = VisibleSurface.of(frame.seen(smooth_field(body), outside=_FAR_OUTSIDE), frame, window)
    colors, structures = _painted(case, drilled, reference, surface, laid)
    brightness = shade(
        surface.depth, surface.normals, _LIGHT, window.pixel, max(frame.steps), far=frame.shape[2] * frame.steps[2]
    )
    pixels = _reduced(colors * brightness[..., None], surface.hit, background)
    return BonePicture(pixels[:, ::-1].copy() if case.side == "left" else pixels, window.extent, structures)


def lateral_view(case: Case, drilled: Mask | None = None, size: int = 256) -> NDArray[np.uint8]:
    """Return the surgical view on black, uint8 (size, size, 3), RGB; see ``bone_view``."""
    return bone_view(case, drilled, size).pixels


def _laid_as_right_ear(case: Case) -> Callable[[NDArray[Scalar]], NDArray[Scalar]]:
    """Return what pads a volume with air and mirrors it where the case is a left ear.

    The picture of a left ear is mirrored back at the end, so that a bone and its mirror
    image give mirrored pictures, light included.
    """
    step = -1 if case.side == "left" else 1

    def laid(voxels: NDArray[Scalar]) -> NDArray[Scalar]:
        return np.pad(voxels[:, :, ::step], _PAD)

    return laid


def _body(case: Case, drilled: Mask | None) -> Mask:
    """Return what is solid: the bone without the drilled region, or the region itself."""
    if case.structures is None:
        return _drilled_by_any(case) if drilled is None else drilled
    solid = _solid(case)
    return solid if drilled is None else solid & ~drilled


def _framed_by(case: Case, drilled: Mask | None) -> Mask:
    """Return what all pictures of the case are framed by."""
    if case.structures is not None:
        return _solid(case)
    return _drilled_by_any(case) if case.annotations or drilled is None else drilled


def _solid(case: Case) -> Mask:
    hollow = [s.code for s in case.table.structures if s.role == "air" or s.name.lower() in _LUMEN]
    return np.isin(case.labels(), hollow, invert=True)


def _drilled_by_any(case: Case) -> Mask:
    return np.logical_or.reduce(case.masks()) if case.annotations else np.zeros(case.grid.shape, np.bool_)


def _painted(
    case: Case, drilled: Mask | None, reference: Mask | None, surface: VisibleSurface, laid: Callable[[Any], Any]
) -> tuple[NDArray[np.float32], tuple[int, ...]]:
    """Return the colour of every pixel, float32 (size, size, 3) in 0..255, and the codes of what shows."""
    body = laid(_body(case, drilled))
    structures: tuple[int, ...] = ()
    if case.structures is None or (reference is not None and drilled is None):
        colors = np.broadcast_to(color_of(BONE_COLOR), (*surface.points.shape[1:], 3))
    elif reference is not None:
        colors = difference_colors(body, laid(drilled), laid(reference), surface.sampled)
    else:
        labels = laid(case.labels())
        colors = tissue_colors(labels, body, case.table, surface.sampled)
        structures = _showing(surface.labels_below(labels * body))
    return surface.spread(colors), structures


def _showing(codes: NDArray[np.uint8]) -> tuple[int, ...]:
    """Return the codes that hold more than a trace of the pixels, the most frequent first."""
    counts = np.bincount(codes, minlength=256)
    return tuple(int(code) for code in np.argsort(-counts, kind="stable") if counts[code] > _TRACE * codes.size)


def _reduced(picture: NDArray[np.float32], hit: Mask, background: Background) -> NDArray[np.uint8]:
    """Average blocks of pixels over the background: smooth silhouettes."""
    if background == "white":
        picture = np.where(hit[..., None], picture, np.float32(255))
    n, step = picture.shape[0] // _SUPERSAMPLING, _SUPERSAMPLING
    blocks = picture.reshape(n, step, n, step, 3).mean(axis=(1, 3))
    return np.asarray(np.clip(np.rint(blocks), 0, 255), np.uint8)
