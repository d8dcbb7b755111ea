"""Holding the predicted region against a surgeon, the oracle or the baseline."""

from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.evaluation.scoring import Scores
from napari_rpdl.evaluation.yardsticks import Yardstick, baseline, oracle
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.colormaps import difference_labels
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import surface
from napari_rpdl.gui.palette import BASELINE, NETWORK, ORACLE, surgeon_color
from napari_rpdl.gui.session import Session
from napari_rpdl.learning.runs import Run

COLORS = {"oracle": ORACLE, "baseline": BASELINE}
_MOST_BYTES = 2 * 10**9
"""Larger datasets than this are not read only to average them."""


class YardstickCoordinator:
    """Makes oracle and baseline once a bone is scored, and shows what a row of the scores speaks of.

    Args:
        session: the desk.
        layers: of the viewer.
        jobs: the background.
        show_surgeons: shows the regions of these surgeons.
    """

    def __init__(
        self, session: Session, layers: Layers, jobs: Jobs, show_surgeons: Callable[[tuple[str, ...]], None]
    ) -> None:
        self._session, self._layers, self._jobs, self._show_surgeons = session, layers, jobs, show_surgeons
        self._run: Path | None = None
        session.events.case.connect(self._start_anew)
        session.events.scores.connect(self._make)
        session.events.decision.connect(lambda _: self._show_differences())
        session.events.surgeons.connect(self._let_go)

    def hold_against(self, who: str) -> None:
        """Show the prediction with a surgeon's region, a yardstick ("oracle", "baseline"), or alone ("")."""
        case = self._session.case
        if case is None:
            return
        self._session.held_against = ""  # what it was before must not answer the change of surgeons
        self._show_surgeons((who,) if who in case.surgeons else ())
        self._session.held_against = who
        self._show_yardstick()
        self._show_differences()

    # -- making -----------------------------------------------------------------------

    def _start_anew(self, _: Case | None) -> None:
        self._session.yardsticks = ()
        self._layers.show_yardstick(None)

    def _make(self, scores: Scores | None) -> None:
        """Make both once for a bone; the baseline anew for the answer of a run that learned from other bones."""
        session, run = self._session, self._answering()
        if scores is None or session.case is None or self._jobs.running("yardsticks"):
            return
        if session.yardsticks and run == self._run:
            return
        self._run = run
        kept = session.yardsticks = tuple(found for found in session.yardsticks if found.kind == "oracle")
        self._jobs.start("yardsticks", _making(session.case, session.dataset, run, not kept), self._hear)

    def _answering(self) -> Path | None:
        """Return the run whose answer is scored; another may have been chosen since."""
        prediction = self._session.prediction
        return prediction.runs[0] if prediction is not None and prediction.runs else self._session.run

    def _hear(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value.scores.case_id):
            self._session.yardsticks = (*self._session.yardsticks, event.value)
            if event.value.kind == self._session.held_against:
                self._show_yardstick()
                self._show_differences()

    # -- showing ----------------------------------------------------------------------

    def _let_go(self, surgeons: tuple[str, ...]) -> None:
        """Forget a surgeon who is no longer the only one shown."""
        held = self._session.held_against
        if held and held not in COLORS and surgeons != (held,):
            self._session.held_against = ""

    def _show_yardstick(self) -> None:
        case, yardstick = self._session.case, self._yardstick()
        if case is None or yardstick is None:
            self._layers.show_yardstick(None)
            return
        work = computing(surface, yardstick.mask, COLORS[yardstick.kind], lamp(case.side))
        self._jobs.start("yardstick", work, lambda event: self._hear_surface(yardstick, event))

    def _hear_surface(self, yardstick: Yardstick, event: object) -> None:
        if isinstance(event, Made) and self._yardstick() is yardstick:
            color = COLORS[yardstick.kind]
            self._layers.show_yardstick(yardstick.mask, event.value, color, yardstick.kind.capitalize())

    def _show_differences(self) -> None:
        """Colour in the slices what only the network (extra) or only the other (missed) drilled."""
        session, decision = self._session, self._session.decision
        reference, color = self._reference()
        if not session.held_against:
            self._layers.show_differences(None)
        elif decision is not None and reference is not None:
            self._layers.show_differences(_differences(decision.mask, reference), difference_labels(NETWORK, color))

    def _yardstick(self) -> Yardstick | None:
        held = self._session.held_against
        return next((found for found in self._session.yardsticks if found.kind == held), None)

    def _reference(self) -> tuple[Mask | None, str]:
        case, dataset, held = self._session.case, self._session.dataset, self._session.held_against
        if (yardstick := self._yardstick()) is not None:
            return yardstick.mask, COLORS[yardstick.kind]
        if case is None or held not in case.surgeons:
            return None, NETWORK
        everyone = dataset.surgeons if dataset else case.surgeons
        return case.annotation(held).mask, surgeon_color(everyone.index(held))


def _making(case: Case, dataset: Dataset | None, run: Path | None, oracle_too: bool) -> Iterator[Made]:
    """Make the oracle if it is wanted, then the baseline where there are other bones to average and memory for them."""
    if not case.annotations:
        return
    if oracle_too:
        yield Made(oracle(case))
    others = _others(case, dataset, run) if dataset is not None else ()
    bytes_each = prod(case.grid.shape) * (len(case.annotations) + 1)
    if dataset is None or not others or len(others) * bytes_each > _MOST_BYTES:
        return
    loaded = [other for other in map(dataset.case, others) if other.annotations]
    if loaded:
        yield Made(baseline(loaded, case))


def _others(case: Case, dataset: Dataset, run: Path | None) -> tuple[str, ...]:
    """Return the cases of other bones, only those that the network learned from where a run says so."""
    known = dataset.case_ids
    if run is not None and (run / "run.json").is_file():
        record = Run.open(run).record
        learned = (*record.training_cases, *record.validation_cases)
        known = tuple(name for name in known if name in learned) or known
    return tuple(name for name in known if dataset.bone_of(name) != case.bone)


def _differences(network: Mask, other: Mask) -> NDArray[np.uint8]:
    """Return 1 where both drill, 2 where only the network does, 3 where only the other does, else 0."""
    return np.select([network & other, network, other], [1, 2, 3], 0).astype(np.uint8)
