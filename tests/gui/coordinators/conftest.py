"""Coordinators without a window: napari's model, and jobs that are done at once."""

import pytest
from napari.components import ViewerModel

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.session import Session


class PromptJobs:
    """Does every job to its end while it is started; keeps the names and what failed."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.failures: list[str] = []
        self.cancelled: list[str] = []
        self.busy: set[str] = set()

    def start(self, name, events, hear, end=lambda: None) -> None:
        self.names.append(name)
        try:
            for event in events:
                hear(event)
        except InputError as error:
            self.failures.append(str(error))
            hear(Failed(str(error)))
        end()

    def running(self, name) -> bool:
        return name in self.busy

    def cancel(self, name) -> None:
        self.cancelled.append(name)


@pytest.fixture
def jobs() -> PromptJobs:
    return PromptJobs()


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def layers(viewer) -> Layers:
    return Layers(viewer)


@pytest.fixture
def session() -> Session:
    return Session()
