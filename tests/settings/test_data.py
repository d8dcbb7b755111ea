"""What the phantom and the recordings may be asked for."""

import pytest
from pydantic import ValidationError

from napari_rpdl.settings import PhantomSettings, RecordingSettings


def test_the_defaults_are_the_papers_dataset() -> None:
    assert PhantomSettings().model_dump() == {"bones": 9, "surgeons": 7, "grid": 64, "seed": 0}


@pytest.mark.parametrize("wrong", [{"bones": 0}, {"surgeons": 65}, {"grid": 8}, {"grid": 64.5}, {"seed": -1}])
def test_a_phantom_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        PhantomSettings.model_validate(wrong)


@pytest.mark.parametrize("wrong", [{"radius": 0}, {"radius": -8}, {"radius": 65}, {"grid": 512}])
def test_a_burr_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        RecordingSettings.model_validate(wrong)
