"""What is seen of a bone, saved as files of its own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from napari_rpdl.consensus.ballots import LookedUp
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.session import Session


class SavingCoordinator:
    """Writes the map and regions as NIfTI in the orientation that the bone's files had.

    Args:
        rpmap: returns the map of the bone in the viewer, None where nobody counts.
        region_of: returns what a surgeon, the network or the consensus drilled, None where unknown.
    """

    def __init__(
        self, session: Session, rpmap: Callable[[], LookedUp | None], region_of: Callable[[Case, str], Mask | None]
    ) -> None:
        self._session, self._rpmap, self._region_of = session, rpmap, region_of

    def save_rpmap(self, path: Path) -> None:
        """Write the reward-penalty map, float32, whether it is shown or not.

        Raises:
            InputError: there is no map, or the file cannot be written.
        """
        case, found = self._session.case, self._rpmap()
        if case is None or found is None:
            msg = "There is no map to save: open a bone that at least one surgeon who counts has drilled."
            raise InputError(msg)
        self._write(Volume(np.asarray(found), case.grid), path)

    def save_region(self, path: Path) -> None:
        """Write the region that is measured, uint8: 1 where bone was removed.

        Raises:
            InputError: no region is measured, or the file cannot be written.
        """
        case, who = self._session.case, self._session.measured
        region = self._region_of(case, who) if case is not None and who else None
        if case is None or region is None:
            msg = "There is no region to save: choose first whose region it shall be."
            raise InputError(msg)
        self._write(Volume(region.astype(np.uint8), case.grid), path)

    def _write(self, volume: Volume, path: Path) -> None:
        target = path if path.name.lower().endswith((".nii", ".nii.gz")) else path.with_name(f"{path.name}.nii.gz")
        write_volume(volume, target)
        self._session.told = f"Saved {target}."
