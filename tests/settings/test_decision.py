import pytest
from pydantic import ValidationError

from napari_rpdl.settings import DecisionSettings, PredictionSettings


def test_by_default_the_network_has_the_last_word_as_in_the_paper():
    settings = DecisionSettings()
    assert settings.rule == "threshold"
    assert not any([settings.avoid_critical, settings.margin, settings.from_surface, settings.one_region])
    assert settings.smallest_part == 0


def test_flags_of_one_command_have_names_of_their_own():
    assert not set(DecisionSettings.model_fields) & set(PredictionSettings.model_fields)


@pytest.mark.parametrize("wrong", [{"margin": -1}, {"smallest_part": -1}, {"rule": "best"}, {"margn": 1}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        DecisionSettings(**wrong)
