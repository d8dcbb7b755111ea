"""The committed phantom (synthetic) dataset, and one made anew to compare it with."""

from pathlib import Path

import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.phantom import generate, phantom_case
from napari_rpdl.settings import PhantomSettings

SAMPLE = Path(__file__).parents[3] / "sample_data"


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """Where the committed dataset lies."""
    return SAMPLE


@pytest.fixture(scope="session")
def sample_cases() -> list[Case]:
    """The nine bones of the committed dataset."""
    return list(Dataset.open(SAMPLE))


@pytest.fixture(scope="session")
def made_anew(tmp_path_factory) -> Path:
    """The same dataset, generated now."""
    out = tmp_path_factory.mktemp("phantom") / "made_anew"
    for _ in generate(PhantomSettings(), out):
        pass
    return out


@pytest.fixture(scope="session")
def fine_bone() -> Case:
    """A pneumatised bone in voxels of about half a millimetre."""
    return phantom_case(PhantomSettings(grid=128, surgeons=1), 2)
