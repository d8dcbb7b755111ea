"""Both settings that give votes a worth take the same tables."""

import pytest
from pydantic import TypeAdapter, ValidationError

from napari_rpdl.settings import LossSettings, RPMapSettings
from napari_rpdl.settings.worths import Worths


@pytest.mark.parametrize("table", [(), (-1.0, 1.0), (-1000.0, 0.0, 1000.0)])
def test_none_or_a_number_for_each_count(table) -> None:
    assert TypeAdapter(Worths).validate_python(table) == table
    assert RPMapSettings(worths=table).worths == LossSettings(vote_weights=table).vote_weights == table


@pytest.mark.parametrize("table", [(1.0,), (0.0, 1000.5), (float("nan"), 1.0)])
def test_one_number_alone_and_what_is_out_of_range_are_refused(table) -> None:
    for make in (lambda: RPMapSettings(worths=table), lambda: LossSettings(vote_weights=table)):
        with pytest.raises(ValidationError):
            make()
