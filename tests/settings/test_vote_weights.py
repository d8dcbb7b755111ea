import pytest
from pydantic import ValidationError

from napari_rpdl.settings.vote_weights import VoteWeightSettings


def test_every_field_has_a_sentence():
    assert all(field.description for field in VoteWeightSettings.model_fields.values())


@pytest.mark.parametrize("wrong", [{"candidates": 1}, {"repeats": 0}, {"best_dice": 1.0}, {"scatter": 0.0}])
def test_what_makes_no_search_is_refused(wrong):
    with pytest.raises(ValidationError):
        VoteWeightSettings(**wrong)
