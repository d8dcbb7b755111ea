import pytest
from pydantic import ValidationError

from napari_rpdl.settings.review import StudySettings


def test_the_title_does_not_tell_what_is_compared():
    assert "surgeon" not in StudySettings().title.lower()


@pytest.mark.parametrize("wrong", [{"repeats": 0.6}, {"minimum_gap": 0}, {"title": ""}, {"seeds": 1}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        StudySettings(**wrong)
