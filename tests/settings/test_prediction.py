import pytest
from pydantic import ValidationError

from napari_rpdl.settings import AskingSettings, PredictionSettings


def test_the_threshold_is_the_papers():
    assert PredictionSettings().threshold == 0.5


def test_a_prediction_is_asked_for_like_everything_that_asks():
    assert set(PredictionSettings.model_fields) - set(AskingSettings.model_fields) == {"threshold"}


@pytest.mark.parametrize("wrong", [{"threshold": 0}, {"threshold": 1}, {"views": "all"}, {"large_bones": "crop"}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        PredictionSettings(**wrong)
