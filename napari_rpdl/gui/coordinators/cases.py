"""Which bone is shown, and how."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.agreement import case_agreement
from napari_rpdl.data.case import Case, Mask, Side
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.evaluation.landmarks import Voxel, drilled_heart, lateral_canal
from napari_rpdl.events import Failed
from napari_rpdl.gui.camera import SLICED, View
from napari_rpdl.gui.colormaps import difference_labels
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import Mesh, joined
from napari_rpdl.gui.opening import Opened, Solids, open_case, ranked, regions_of, solids_of_case
from napari_rpdl.gui.palette import surgeon_color
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY, Session


class CaseCoordinator:
    """Opens datasets, loads bones, makes their surfaces."""

    def __init__(self, session: Session, layers: Layers, jobs: Jobs) -> None:
        self.consensus: Callable[[], Mask | None] = lambda: None
        self.first_of: Callable[[Dataset], str] = lambda dataset: dataset.case_ids[0]
        self._session, self._layers, self._jobs = session, layers, jobs
        self._structures: dict[int, Mesh] = {}
        self._framed = False
        self._view: View = "surgical"
        self._side: Side | None = None
        self._extent: object = None
        self._first = self._coming = ""
        self._flat = False
        layers.standpoint.when_turned(self._turn)

    # -- wishes -----------------------------------------------------------------------

    def open_dataset(self, folder: Path, case_id: str = "") -> None:
        """Open a dataset folder and show a bone, that of ``first_of`` where none is named."""
        self._first = case_id
        self._jobs.start("dataset", computing(Dataset.open, folder), self._hear_dataset)

    def show_case(self, case_id: str) -> None:
        """Load a bone and show it."""
        session = self._session
        if (dataset := session.dataset) is not None:
            session.busy, self._coming = f"Loading {case_id}…", case_id
            in_3d = self._layers.standpoint.is_3d if self._framed else session.view not in SLICED
            work = computing(open_case, dataset, case_id, session.surgeons, session.left_by, in_3d)
            self._jobs.start("case", work, self._hear_case, self._rest)

    def step(self, by: int) -> None:
        """Show the next (+1) or previous (-1) bone; after the last comes the first."""
        if (dataset := self._session.dataset) is not None and len(dataset):
            ids = dataset.case_ids
            here = ids.index(self._session.case_id) if self._session.case_id in ids else -by
            self.show_case(ids[(here + by) % len(ids)])

    def choose_surgeons(self, surgeons: tuple[str, ...]) -> None:
        """Show the regions of these surgeons."""
        self._session.surgeons = surgeons
        self._layers.show_differences(None)
        self._make_regions()
        self._load_again()

    def compare(self, one: str, other: str) -> None:
        """Show two surgeons, and colour in the slices where only one of them drilled."""
        case, dataset = self._session.case, self._session.dataset
        if case is None:
            return
        self.choose_surgeons((one, other))
        everyone = dataset.surgeons if dataset else case.surgeons
        colors = [surgeon_color(everyone.index(name)) for name in (one, other)]
        self._layers.show_differences(_differences(*case.masks(one, other)), difference_labels(*colors))

    def choose_left_by(self, who: str) -> None:
        """Show the bone as ``who`` left it."""
        self._session.left_by = who
        self._layers.uncover_cavity(who == BY_NETWORK)
        self.make_solids()
        self._load_again()

    def hide_structures(self, codes: frozenset[int]) -> None:
        """Leave structures out of the 3-D view."""
        self._session.hidden_structures = codes
        self._show_structures()

    def choose_opacity(self, opacity: float) -> None:
        """Make the bone more or less transparent."""
        self._session.bone_opacity = opacity
        self._layers.set_bone_opacity(opacity)

    def look(self, view: View) -> None:
        """Stand where a view stands, or slice where it slices."""
        case = self._session.case
        if case is None:
            return
        if view in SLICED:
            self._layers.standpoint.slice_through(SLICED[view], _landmark(case))
        else:
            self._view = view
            self._layers.standpoint.look(view, case)
        self._session.view = view

    def make_solids(self) -> None:
        """Make the surfaces of the bone as ``session.left_by`` left it, now or when it is next seen in 3-D."""
        case = self._session.case
        if case is None or case.structures is None:
            return
        if not self._layers.standpoint.is_3d:
            self._flat = True
            return
        self._session.busy = "Making the surface…"
        self._jobs.start(
            "solids",
            computing(solids_of_case, case, self.region_of(case, self._session.left_by)),
            self._hear_solids,
            self._rest,
        )

    def region_of(self, case: Case, who: str) -> Mask | None:
        """Return what a surgeon, the network or the consensus drilled of the bone in the viewer; None for nobody."""
        decision = self._session.decision
        if who == BY_CONSENSUS:
            return self.consensus()
        if who == BY_NETWORK:
            return decision.mask if decision is not None else None
        return None if who == BY_NOBODY else case.annotation(who).mask

    def renew(self, dataset: Dataset, case: Case) -> None:
        """Take in a dataset and a bone that have gained a region; everything else stays as it is shown."""
        self._session.dataset = dataset
        self._session.case = case
        self._jobs.start("agreement", _agreeing(case), self._hear_agreement)

    # -- results ----------------------------------------------------------------------

    def _hear_dataset(self, event: Made | Failed) -> None:
        if isinstance(event, Made):
            self._framed = False
            self._session.case = self._session.prediction = None
            self._session.decision = self._session.scores = None
            self._session.dataset = event.value
            self.show_case(self._first or self.first_of(event.value))

    def _hear_case(self, event: Made | Failed) -> None:
        if not isinstance(event, Made):
            return
        opened: Opened = event.value
        session, case = self._session, opened.case
        session.prediction = session.decision = session.scores = session.agreement = None
        session.left_by, session.surgeons = opened.left_by, opened.surgeons
        with self._layers.at_once():
            self._layers.uncover_cavity(False)
            self._layers.show_case(case)
            session.case = case
            self._show_solids(opened.solids)
            self._layers.show_regions(opened.regions.masks, opened.regions.mesh)
            self._frame(case)
        self._flat = opened.flat
        self._jobs.start("agreement", _agreeing(case), self._hear_agreement)

    def _frame(self, case: Case) -> None:
        """Choose a first view of a dataset, and step over to the other ear; else stay where the person stands."""
        if not self._framed or case.side != self._side:
            self._layers.standpoint.face(self._view, case)
        if not self._framed:
            self.look(self._session.view)
        extent = (case.grid.shape, case.grid.steps, case.grid.origin)
        if not self._framed or extent != self._extent:
            self._layers.standpoint.fit(drilled_heart(case))
        self._framed, self._side, self._extent = True, case.side, extent

    def _hear_solids(self, event: Made | Failed) -> None:
        if isinstance(event, Made) and self._session.shows(event.value.case_id):
            self._show_solids(event.value)

    def _show_solids(self, solids: Solids | None) -> None:
        """Show the surfaces of a bone, none where none were made."""
        self._structures = solids.structures if solids is not None else {}
        if solids is None:
            return
        self._show_structures()
        self._layers.show_bone(solids.bone)
        self._layers.set_bone_opacity(self._session.bone_opacity)

    def _show_structures(self) -> None:
        if self._session.case is not None:
            shown = [mesh for code, mesh in self._structures.items() if code not in self._session.hidden_structures]
            self._layers.show_structures(joined(shown))

    def _hear_regions(self, event: Made | Failed) -> None:
        if isinstance(event, Made) and self._session.shows(event.value.case_id):
            self._layers.show_regions(event.value.masks, event.value.mesh)

    def _hear_agreement(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value.case_id):
            self._session.agreement = event.value

    def _rest(self) -> None:
        self._session.busy = ""

    # -- helpers ----------------------------------------------------------------------

    def _make_regions(self) -> None:
        case, dataset = self._session.case, self._session.dataset
        if case is None:
            return
        masks = ranked(case, self._session.surgeons, dataset.surgeons if dataset else case.surgeons)
        in_3d = self._layers.standpoint.is_3d
        self._flat = self._flat or not in_3d
        self._jobs.start("regions", computing(regions_of, case, masks, in_3d), self._hear_regions)

    def _turn(self) -> None:
        """Note what is seen now, and make the surfaces that nobody saw in slices."""
        self._session.view = self._view if self._layers.standpoint.is_3d else "axial"
        if self._flat and self._layers.standpoint.is_3d:
            self._flat = False
            self.make_solids()
            self._make_regions()

    def _load_again(self) -> None:
        """Let a bone that is still being loaded come as the person wishes by now."""
        if self._jobs.running("case"):
            self.show_case(self._coming)


def _differences(one: Mask, other: Mask) -> NDArray[np.uint8]:
    """Return 1 where both are, 2 where only ``one`` is, 3 where only ``other`` is, else 0."""
    return np.select([one & other, one, other], [1, 2, 3], 0).astype(np.uint8)


def _landmark(case: Case) -> Voxel | None:
    """Return where to slice: at the lateral canal, else amid what was drilled."""
    canal = lateral_canal(case) if case.structures is not None else None
    return canal or drilled_heart(case)


def _agreeing(case: Case) -> Iterator[Made]:
    """Measure agreement where there are surgeons who can agree."""
    if len(case.annotations) > 1:
        yield Made(case_agreement(case))
