"""Deformations are off, as in the paper, and bounded."""

import pytest
from pydantic import ValidationError

from napari_rpdl.settings.deformation import DeformationSettings


def test_nothing_is_bent_unless_asked_for() -> None:
    assert set(DeformationSettings().model_dump().values()) == {0}


@pytest.mark.parametrize("wrong", [{"rotation": 46}, {"scaling": 0.6}, {"elastic": -1}])
def test_a_deformation_that_leaves_anatomy_behind_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        DeformationSettings.model_validate(wrong)
