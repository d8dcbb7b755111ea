"""Panels without a viewer: only a session to watch."""

import pytest

from napari_rpdl.gui.session import Session


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def heard():
    """Collect what a signal says."""

    def collect(signal) -> list:
        said: list = []
        signal.connect(lambda *what: said.append(what[0] if len(what) == 1 else what))
        return said

    return collect
