"""The bone on the bench."""

from functools import partial

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid
from napari_rpdl.drilling.journal import Journal
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.gui.coordinators import bench as module
from napari_rpdl.gui.coordinators.bench import bench_of, save, volume_words


@pytest.fixture
def begin(small_case):
    return partial(
        RecordedDrilling.begin,
        kind="nothing",
        name="",
        start=np.zeros(small_case.grid.shape, bool),
        folder_of_case=None,
    )


def test_a_saved_region_is_part_of_the_dataset_that_comes_back(begin, small_case, small_dataset) -> None:
    bench = bench_of(small_case, begin, "the whole bone")
    assert (bench.case, bench.start) == (small_case, "the whole bone")
    assert not bench.surface.rest.is_empty
    bench.drilling.begin_stroke(Tool(4.0))
    bench.drilling.extend(np.array([8.0, 6, 11]))
    bench.drilling.end_stroke()
    joined = save(small_dataset, "bone_1", bench.drilling.prepared("anna"))
    assert joined.dataset.surgeons[-1] == joined.case.surgeons[-1] == joined.annotation.surgeon == "anna"


def test_a_surface_that_fails_gives_the_autosave_back(begin, small_case, tmp_path, monkeypatch) -> None:
    closed = []
    monkeypatch.setattr(Journal, "close", lambda self, remove: closed.append(remove))

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "carved_bone", fail)
    with pytest.raises(MemoryError):
        bench_of(small_case, partial(begin, folder_of_case=tmp_path), "")
    assert closed == [True]


def test_volumes_in_words(small_case) -> None:
    assert volume_words(small_case, 1500) == "1.50 cm³"
    from dataclasses import replace

    unknown = replace(small_case, grid=Grid.of_shape((16,) * 3), structures=None, annotations=())
    assert volume_words(unknown, 1500) == "1,500 voxels"
