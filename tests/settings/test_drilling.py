"""The burr's settings."""

import pytest
from pydantic import ValidationError

from napari_rpdl.settings import DrillingSettings


def test_critical_structures_are_locked_unless_a_person_unlocks_them() -> None:
    assert DrillingSettings().spares_critical


@pytest.mark.parametrize("change", [{"diameter": 0}, {"margin": -1}, {"idle_s": 0}, {"size": 3}])
def test_burrs_that_cannot_be_are_refused(change) -> None:
    with pytest.raises(ValidationError):
        DrillingSettings(**change)
