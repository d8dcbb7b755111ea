"""Phantom (synthetic) datasets that benchmarks of the viewer share."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from napari_rpdl.data.phantom import generate
from napari_rpdl.settings import PhantomSettings


def phantoms(grids: Iterable[int], home: Path | None) -> Iterator[tuple[int, Path]]:
    """Yield each grid and the folder of a dataset of two bones, made where ``home`` has none; None: a new folder."""
    kept = home or Path(tempfile.mkdtemp())
    for grid in grids:
        folder = kept / f"phantom_{grid}"
        if not folder.is_dir():
            for _ in generate(PhantomSettings(bones=2, grid=grid), folder):
                pass
        yield grid, folder
