import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review import requirements


def test_what_is_missing_is_named_with_the_remedy(monkeypatch):
    requirements.check_requirements()
    monkeypatch.setattr(requirements, "find_spec", lambda module: None if module == "sqlalchemy" else object())
    with pytest.raises(InputError, match=r"need SQLAlchemy: pip install 'napari-rpdl\[review\]'"):
        requirements.check_requirements()
