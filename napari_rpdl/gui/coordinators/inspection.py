"""What lies where a person clicks."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.evaluation.probe import probe
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.session import BY_NOBODY, Session

_STEPS_PER_VOXEL = 2
_STILL = 3  # pixels that a hand may tremble in a click


class InspectionCoordinator:
    """Probes voxels.

    Args:
        region_of: returns what a surgeon or the network drilled of a case, None where unknown.
    """

    def __init__(self, session: Session, layers: Layers, region_of: Callable[[Case, str], Mask | None]) -> None:
        self._session, self._layers, self._region_of = session, layers, region_of
        session.events.case.connect(self._start_anew)

    def clicked(self, _: Any, event: Any) -> Iterator[None]:
        """Probe where the mouse was pressed and let go at once (a mouse callback of napari)."""
        pressed = np.array(event.pos)
        yield
        while event.type == "mouse_move":
            yield
        if np.linalg.norm(np.array(event.pos) - pressed) <= _STILL:
            self.probe_at(np.asarray(event.position[-3:], float), event.view_direction)

    def probe_at(self, point: Any, direction: Any = None) -> None:
        """Tell what is known of the voxel at a point (z, y, x) of the world.

        In 3-D the first voxel of bone counts that the line of sight meets, where it is not drilled away.
        """
        case = self._session.case
        if case is None:
            return
        stands = self._layers.standpoint
        voxel = self._seen(case, point, direction) if stands.is_3d else stands.voxel_at(point)
        if voxel is not None:
            self._session.probe = probe(case, voxel)

    def go_to(self, voxel: Voxel) -> None:
        """Slice through a voxel and tell what is known of it."""
        self._layers.standpoint.set_3d(False)
        self._layers.standpoint.go_to(voxel)
        self.look_at(voxel)

    def look_at(self, voxel: Voxel) -> None:
        """Tell what is known of a voxel; slices and crosshair go there, 3-D stays 3-D."""
        if self._session.case is not None:
            self._session.probe = probe(self._session.case, voxel)

    def _start_anew(self, _: Case | None) -> None:
        """Forget the last bone."""
        self._session.probe = None

    def _seen(self, case: Case, point: Any, direction: Any) -> Voxel | None:
        """Return the first voxel of matter on the line of sight."""
        if direction is None or case.structures is None:
            return None
        matter = case.labels() != 0
        cavity = self._region_of(case, self._session.left_by) if self._session.left_by != BY_NOBODY else None
        if cavity is not None:
            matter = matter & ~cavity
        reach = float(np.linalg.norm(np.multiply(case.grid.shape, case.grid.steps)))
        line = np.arange(-reach, reach, min(case.grid.steps) / _STEPS_PER_VOXEL)
        points = np.asarray(point)[-3:] + line[:, None] * np.asarray(direction)[-3:]
        places = np.rint((points - case.grid.origin) / case.grid.steps).astype(int)
        places = places[((places >= 0) & (places < case.grid.shape)).all(axis=1)]
        met = np.flatnonzero(matter[tuple(places.T)])
        if not met.size:
            return None
        z, y, x = places[met[0]].tolist()
        return z, y, x
