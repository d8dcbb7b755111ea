"""The part of the workspace where bones are drilled and drillings are played."""

from typing import Any

from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.drilling import DrillCoordinator
from napari_rpdl.gui.coordinators.replay import ReplayCoordinator
from napari_rpdl.gui.drill_state import StartChoice
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.keys import Keys
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.panels.drill import DrillPanel
from napari_rpdl.gui.panels.replay import ReplayPanel
from napari_rpdl.gui.session import Session, Wish


class DrillingCorner:
    """Two panels and their coordinators, of which one works at a time.

    Attributes:
        drill: the panel for drilling.
        replay: the panel for playing.
        drilling: lets a surgeon drill.
        replays: plays what was recorded.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cases: CaseCoordinator) -> None:
        self.replays = ReplayCoordinator(session, layers, jobs, cases.make_solids)
        self.drilling = DrillCoordinator(session, layers, jobs, cases.renew, cases.make_solids)
        self.drill, self.replay = DrillPanel(session), ReplayPanel(session)

    def connect(self, wish: Wish) -> None:
        """Let the wishes of both panels act."""
        for signal, act in (
            (self.drill.start_asked, self._start),
            (self.drill.stop_asked, self.drilling.stop),
            (self.drill.settings_chosen, self.drilling.choose_settings),
            (self.drill.size_asked, self.drilling.resize),
            (self.drill.mode_chosen, self.drilling.choose_mode),
            (self.drill.lifted_chosen, self.drilling.lift),
            (self.drill.undo_asked, self.drilling.undo),
            (self.drill.redo_asked, self.drilling.redo),
            (self.drill.save_asked, self.drilling.save),
            (self.replay.open_asked, self.replays.open),
            (self.replay.close_asked, self.replays.close),
            (self.replay.step_chosen, self.replays.go_to),
            (self.replay.playing_chosen, self.replays.play),
            (self.replay.ticked, self.replays.advance),
        ):
            wish(signal, act)

    def bind(self, viewer: Any, keys: Keys) -> None:
        """Let a viewer's mouse and keys work the burr."""
        self.drilling.bind(viewer, keys)

    def let_go(self) -> None:
        """Leave the autosave to whoever comes next; the window is closing."""
        self.drilling.let_go()

    def _start(self, choice: StartChoice) -> None:
        self.replays.close()
        self.drilling.start(choice)
