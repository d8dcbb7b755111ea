"""Which bones stand side by side, and what is made of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Failed, Progressed
from napari_rpdl.gui.comparison import Comparison, Source, origin_of
from napari_rpdl.gui.coordinators.compare_sources import Asking, CompareSources, Remarks, is_network
from napari_rpdl.gui.coordinators.compare_tiles import Place, TileMade, TileMaker, Wanted
from napari_rpdl.gui.cut import CutAxis
from napari_rpdl.gui.differing import difference_legend
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.solids import Tile, TileRow
from napari_rpdl.settings import PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.figures.picture_grid import Picture

RESTING_MS = 120
PRINTED_PIXELS = 480
"""Along a side: 600 dpi where eight tiles stand in the width of a page."""
_MOST_COLUMNS = 8  # at first; any number can be ticked
Pixels = NDArray[np.uint8]


class CompareCoordinator:
    """Fills a grid: rows are bones, columns are the original, surgeons, runs and dropped masks.

    Args:
        asking: returns how networks are asked.
    """

    def __init__(
        self, session: Session, comparison: Comparison, jobs: Jobs, asking: Callable[[], PredictionSettings]
    ) -> None:
        self._session, self._comparison, self._jobs, self._asking = session, comparison, jobs, asking
        self._sources = CompareSources()
        self._cases: dict[str, Case] = {}
        self._asked: tuple[tuple[Path, ...], Asking] = ((), Asking(asking(), session.rules, session.threshold))
        self._stamped: tuple[object, ...] = ()
        self._maker = TileMaker(self._case, self._region, self._remarks)
        self._made: dict[Place, TileMade] = {}
        self._opened = False
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(RESTING_MS)
        self._timer.timeout.connect(self._make)
        session.events.dataset.connect(self._start_anew)
        for runs in (session.events.run, session.events.more_runs):
            runs.connect(self._hear_of_runs)
        session.events.case.connect(self._follow_case)
        for looks in (session.events.cut, session.events.bone_opacity):
            looks.connect(lambda _: self._refresh())
        for rules in (session.events.threshold, session.events.rules):
            rules.connect(lambda _: self._ask_again())
        session.events.predicting.connect(self._hear_of_answers)

    # -- wishes -----------------------------------------------------------------------

    def open(self) -> None:
        """Begin to show what is chosen, by default the bone in the viewer by everyone."""
        self._opened = True
        self._offer()
        self._comparison.busy = "" if self._session.dataset is not None else "Open a dataset first."
        if not self._comparison.rows and self._session.case is not None:
            self._comparison.rows = (self._session.case_id,)
        if not self._comparison.columns:
            self._comparison.columns = tuple(source.key for source in self._comparison.sources[:_MOST_COLUMNS])
        self._refresh()

    def close(self) -> None:
        """Stop making what nobody sees."""
        self._opened = False
        self._timer.stop()
        self._jobs.cancel("compare")

    def choose_rows(self, bones: Sequence[str]) -> None:
        """Show these bones, in the dataset's order."""
        self._comparison.rows = tuple(bone for bone in self._comparison.bones if bone in bones)
        self._refresh()

    def choose_columns(self, keys: Sequence[str]) -> None:
        """Show these sources, in the order offered."""
        self._comparison.columns = tuple(s.key for s in self._comparison.sources if s.key in keys)
        self._refresh()

    def choose_reference(self, key: str) -> None:
        """Colour and score everything against a source; against nobody where empty."""
        self._comparison.reference = key
        self._made.clear()
        self._refresh()

    def choose_axis(self, axis: CutAxis) -> None:
        """Show layers of voxels across an axis, or solids."""
        self._comparison.axis = axis
        self._made.clear()
        self._refresh()

    def add(self, paths: Sequence[Path], case_id: str = "") -> None:
        """Take in masks, folders of masks or runs that were dropped, and show them.

        Args:
            paths: files and folders.
            case_id: the bone on whose row they were dropped; the bone in the viewer where empty.

        Raises:
            InputError: one of them is no mask and no run; the ones before it are taken in.
        """
        bones = self._comparison.bones
        for path in paths:
            key = self._sources.add(path, case_id or self._session.case_id, bones)
            self._made = {place: made for place, made in self._made.items() if place[1] != key}
            self._offer()
            self.choose_columns((*self._comparison.columns, key))

    def save_figure(self, path: Path, draw: Callable[[int], Sequence[Sequence[Pixels]]]) -> None:
        """Write the grid as it is seen, for print.

        Args:
            path: ends in .png, .pdf or .svg.
            draw: returns the picture of each tile, row by row, of as many pixels along a side as asked.
        """
        from napari_rpdl.figures.picture_grid import Picture  # imported late: matplotlib takes its time

        comparison = self._comparison
        rows = [
            (
                row.title,
                [Picture(pixels, t.caption, t.lines, t.mark) for t, pixels in zip(row.tiles, drawn, strict=True)],
            )
            for row, drawn in zip(comparison.tiles, draw(PRINTED_PIXELS), strict=True)
        ]
        comparison.busy = f"Writing {path.name}…"
        work = computing(_save, rows, difference_legend(self._title(comparison.reference)), comparison.origin, path)
        self._jobs.start("figure", work, self._hear_saved, self._rest)

    def _title(self, key: str) -> str:
        return next((source.title for source in self._comparison.sources if source.key == key), "")

    def _hear_saved(self, event: Made | Failed) -> None:
        if isinstance(event, Made):
            self._session.told = f"Wrote {event.value}."

    # -- following the session --------------------------------------------------------

    def _start_anew(self, dataset: Dataset | None) -> None:
        self._cases.clear()
        self._made.clear()
        self._sources.forget()
        self._maker.forget()
        comparison = self._comparison
        comparison.rows, comparison.columns, comparison.reference = (), (), ""
        comparison.tiles = ()
        comparison.origin = origin_of(dataset)
        self._offer()

    def _follow_case(self, case: Case | None) -> None:
        """Fill an opened, empty grid with the first bone that comes."""
        if self._opened and case is not None and not self._comparison.rows:
            self.open()

    def _hear_of_runs(self, _: object) -> None:
        self._sources.know(self._together())
        self._offer()
        if self._opened:
            self._refresh()

    def _ask_again(self) -> None:
        """Let networks answer anew by another threshold or rule, once the hand rests."""
        self._made = {place: made for place, made in self._made.items() if not is_network(place[1])}
        if self._opened and any(map(is_network, (*self._comparison.columns, self._comparison.reference))):
            self._timer.start()

    def _hear_of_answers(self, predicting: bool) -> None:
        """Ask again where a threshold was tuned or a network trained on; not at every step of a live training."""
        if not predicting and not self._session.live and self._opened and self._stamp() != self._stamped:
            self._ask_again()

    def _together(self) -> tuple[Path, ...]:
        run = self._session.run
        return () if run is None else (run, *self._session.more_runs)

    def _offer(self) -> None:
        dataset, comparison = self._session.dataset, self._comparison
        comparison.bones = dataset.case_ids if dataset is not None else ()
        comparison.sources = self._sources.offered(dataset.surgeons if dataset is not None else (), self._together())
        known = {source.key for source in comparison.sources}
        comparison.columns = tuple(key for key in comparison.columns if key in known)
        if comparison.reference not in known:
            comparison.reference = ""

    # -- making -----------------------------------------------------------------------

    def _refresh(self) -> None:
        """Show at once what is known, then have the rest made."""
        if not self._opened:
            return
        for made in self._maker.known(self._wanted()):
            self._made[made.place] = made
        self._lay_out()
        self._timer.start()

    def _wanted(self) -> Wanted:
        session, comparison = self._session, self._comparison
        together, asking = self._together(), Asking(self._asking(), session.rules, session.threshold)
        self._asked, self._stamped = (together, asking), self._stamp()
        chosen = tuple(source for source in comparison.sources if source.key in comparison.columns)
        return Wanted(
            comparison.rows,
            chosen,
            comparison.reference,
            comparison.axis,
            session.cut,
            session.bone_opacity,
            self._stamped,
        )

    def _stamp(self) -> tuple[object, ...]:
        """Return what changes with whatever changes the answer of a network."""
        together, settings, session = self._together(), self._asking(), self._session
        ways = (settings.model_dump_json(), session.rules.model_dump_json(), session.threshold)
        return (together, *ways, self._sources.written(together, settings))

    def _make(self) -> None:
        wanted = self._wanted()
        self._cases = {bone: case for bone, case in self._cases.items() if bone in wanted.rows}
        self._jobs.start("compare", self._maker.make(wanted), self._hear, self._rest)

    def _hear(self, event: TileMade | Event) -> None:
        if isinstance(event, Progressed):
            self._comparison.busy = f"{event.task} ({event.done + 1} of {event.total})…"
        elif isinstance(event, TileMade):
            self._made[event.place] = event
            self._lay_out()
        elif isinstance(event, Failed):
            self._comparison.busy = ""

    def _rest(self) -> None:
        self._comparison.busy = ""

    def _lay_out(self) -> None:
        comparison = self._comparison
        chosen = [source for source in comparison.sources if source.key in comparison.columns]
        comparison.tiles = tuple(
            TileRow(self._name(bone), tuple(self._tile(bone, source) for source in chosen)) for bone in comparison.rows
        )

    def _name(self, bone: str) -> str:
        """Return what stands beside a row, with the side: a left ear is seen in the mirror image of right ones."""
        dataset = self._session.dataset
        sides = {entry.case_id: entry.side for entry in dataset.entries} if dataset is not None else {}
        return f"{bone} ({side})" if (side := sides.get(bone)) else bone

    def _tile(self, bone: str, source: Source) -> Tile:
        made = self._made.get((bone, source.key))
        if made is None:
            return Tile(None, source.title, ("…",), source.color)
        return Tile(made.content, source.title, made.lines, source.color, made.tip)

    # -- in the background ------------------------------------------------------------

    def _case(self, case_id: str) -> Case:
        if case_id not in self._cases:
            shown, dataset = self._session.case, self._session.dataset
            if shown is not None and shown.case_id == case_id:
                self._cases[case_id] = shown
            elif dataset is not None:
                self._cases[case_id] = dataset.case(case_id)
        return self._cases[case_id]

    def _region(self, key: str, case: Case) -> Mask | None:
        together, asking = self._asked
        return self._sources.region(key, case, together, asking)

    def _remarks(self, key: str, case: Case) -> Remarks:
        together, asking = self._asked
        return self._sources.remarks(key, case, self._session.dataset, together, asking)


def _save(
    rows: "Sequence[tuple[str, Sequence[Picture]]]", legend: Sequence[tuple[str, str]], note: str, path: Path
) -> Path:
    from napari_rpdl.figures.canvas import write_figure
    from napari_rpdl.figures.picture_grid import picture_grid

    write_figure(picture_grid(rows, legend, note), path)
    return path
