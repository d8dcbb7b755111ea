"""What the person at the viewer is working on: evented state, no Qt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from psygnal import SignalGroupDescriptor

from napari_rpdl.consensus.agreement import CaseAgreement
from napari_rpdl.consensus.implication import Implication
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import Mode
from napari_rpdl.evaluation.cavity import Extent
from napari_rpdl.evaluation.hot_spots import HotSpot
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.evaluation.probe import Probe
from napari_rpdl.evaluation.scoring import Scores
from napari_rpdl.evaluation.surfaces import unit_of
from napari_rpdl.evaluation.wall_safety import WallSafety
from napari_rpdl.evaluation.yardsticks import Yardstick
from napari_rpdl.gui.camera import View
from napari_rpdl.gui.cut import WHOLE, Cut
from napari_rpdl.gui.drill_state import DrillState, ReplayState, StartChoice
from napari_rpdl.gui.training_state import NOT_STARTED, Queued, TrainingState
from napari_rpdl.learning.events import TimeEstimated
from napari_rpdl.learning.hardware import Device
from napari_rpdl.learning.run_history import NO_RUNS, RunsFound
from napari_rpdl.learning.seen import UNKNOWN, Seen
from napari_rpdl.settings import RPMAP_VARIANTS, DecisionSettings, DrillingSettings, RPMapSettings

if TYPE_CHECKING:
    from napari_rpdl.drilling.replay import Course
    from napari_rpdl.drilling.surroundings import BurrDistance
    from napari_rpdl.learning.decision import Decision
    from napari_rpdl.learning.prediction import Prediction

PAPER = RPMAP_VARIANTS["paper"]
PAPER_RULES = DecisionSettings()
BURR = DrillingSettings()
Wish = Callable[[Any, Callable[..., None]], None]
"""Lets what a panel's signal wishes be done by a function; what goes wrong is told to the person."""
BY_NOBODY = ""
BY_NETWORK = "the network"
BY_CONSENSUS = "the consensus"
"""Who else than a surgeon can have drilled the bone that is shown (no surgeon's name holds a space)."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the table of bones tells of one: how many drilled it, predicted it, and had their results graded."""

    surgeons: int
    predictions: int
    graded: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small picture of a bone, uint8 (side, side, 3)."""

    case_id: str
    pixels: NDArray[np.uint8]


@dataclass(eq=False)
class Session:
    """One person's desk. Panels watch ``session.events.<field>``; coordinators set the fields.

    Attributes:
        dataset: the open dataset.
        facts: what is known of its cases, by name.
        thumbnail: the picture that was made last.
        case: the bone in the viewer, None while none is loaded.
        surgeons: whose drilled regions are shown, in the order ticked.
        left_by: the surgeon (or ``BY_NETWORK``) whose cavity is cut out of the bone in 3-D.
        hidden_structures: codes of the structures left out in 3-D.
        bone_opacity: of the bone's surface, 0 to 1.
        view: from where the bone is seen in 3-D, or along which axis it is sliced.
        cut: where bones are cut open in 3-D.
        cursor: the voxel (z, y, x) in which the three slices cross; None while there is no bone.
        rpmap: settings of the reward-penalty map.
        rpmap_shown: whether the map lies over the bone.
        rpmap_range: smallest and largest value of the map that is shown.
        left_out: surgeons whose regions do not count in the map and the consensus.
        consensus: what at least so many surgeons drilled is shown; nothing for 0.
        implication: what the votes look like, and what the map makes of them.
        probe: what is known about the voxel that was clicked.
        measured: whose region is measured; ``BY_NOBODY`` for none.
        safety: how close its wall comes to each critical structure.
        wall_shown: whether that wall is coloured in 3-D.
        agreement: what the surgeons of ``case`` agree on.
        hot_spots: where they disagree most.
        extents: by surgeon, how much and how deep; empty until it is measured.
        training: the training that runs or ran last.
        queue: trainings that start one after another once it has ended.
        live: whether the network that is being trained predicts the bone in the viewer meanwhile.
        found: the runs on this machine, as far as they were looked for.
        devices: what can compute here; empty before PyTorch was asked.
        estimate: how long the training in the form will take; None where nobody knows.
        run: the run folder whose network predicts.
        more_runs: run folders whose networks predict along with it; the mean counts.
        prediction: what the network says about ``case``; None before it was asked.
        seen: what the trainings of the networks that made it know of this bone.
        spread_shown: whether it is shown where the networks' answers differ.
        threshold: voxels at least this probable count as drilled.
        head: the surgeon whose own prediction is shown; everyone's mean where empty or unknown to the network.
        faded: whether probabilities fade where the networks' answers differ.
        predicts_on: whether every bone is predicted as soon as it is shown.
        predicting: whether a network is being asked.
        rules: how the prediction becomes one region.
        decision: that region; None before it was decided, and where the rules cannot decide.
        undecided: why the rules cannot decide; empty where they can, and before they were asked.
        scores: the decided region against every surgeon.
        yardsticks: oracle and baseline of ``case``, as far as they are made.
        held_against: the surgeon or the kind of yardstick that is shown with the prediction; empty for none.
        burr: what the burr is and must not touch.
        burr_mode: whether it drills or refills.
        burr_lifted: whether the mouse moves the picture as usual, and not the burr.
        burr_distance: how far it is from the closest critical structure; None where that is not known.
        drill_starts: the regions that drilling can start from.
        drilling: how far the drilling is; None while nobody drills.
        replayable: the surgeons of the bone whose drilling was recorded.
        replay: where the replay is; None while none is open.
        course: what is played; None while nothing is.
        busy: what the background is doing, for the status line; empty when idle.
        told: the last sentence meant for the person, shown once.
    """

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    dataset: Dataset | None = None
    facts: Mapping[str, CaseFacts] = field(default_factory=dict)
    thumbnail: Thumbnail | None = None
    case: Case | None = None
    surgeons: tuple[str, ...] = ()
    left_by: str = BY_NOBODY
    hidden_structures: frozenset[int] = frozenset()
    bone_opacity: float = 1.0
    view: View = "surgical"
    cut: Cut = WHOLE
    cursor: Voxel | None = None
    rpmap: RPMapSettings = PAPER
    rpmap_shown: bool = False
    rpmap_range: tuple[float, float] | None = None
    left_out: frozenset[str] = frozenset()
    consensus: int = 0
    implication: Implication | None = None
    probe: Probe | None = None
    measured: str = BY_NOBODY
    safety: tuple[WallSafety, ...] = ()
    wall_shown: bool = False
    agreement: CaseAgreement | None = None
    hot_spots: tuple[HotSpot, ...] = ()
    extents: Mapping[str, Extent] = field(default_factory=dict)
    training: TrainingState = NOT_STARTED
    queue: tuple[Queued, ...] = ()
    live: bool = False
    found: RunsFound = NO_RUNS
    devices: tuple[Device, ...] = ()
    estimate: TimeEstimated | None = None
    run: Path | None = None
    more_runs: tuple[Path, ...] = ()
    prediction: "Prediction | None" = None
    seen: Seen = UNKNOWN
    spread_shown: bool = False
    threshold: float = 0.5
    head: str = ""
    faded: bool = False
    predicts_on: bool = False
    predicting: bool = False
    rules: DecisionSettings = PAPER_RULES
    decision: "Decision | None" = None
    undecided: str = ""
    scores: Scores | None = None
    yardsticks: tuple[Yardstick, ...] = ()
    held_against: str = ""
    burr: DrillingSettings = BURR
    burr_mode: Mode = "drill"
    burr_lifted: bool = False
    burr_distance: "BurrDistance | None" = None
    drill_starts: tuple[StartChoice, ...] = ()
    drilling: DrillState | None = None
    replayable: tuple[str, ...] = ()
    replay: ReplayState | None = None
    course: "Course | None" = None
    busy: str = ""
    told: str = ""

    @property
    def case_id(self) -> str:
        """Name of the bone in the viewer, empty where there is none."""
        return self.case.case_id if self.case else ""

    @property
    def unit(self) -> str:
        """Unit of lengths in the bone in the viewer, empty where there is none."""
        return unit_of(self.case.grid) if self.case else ""

    def shows(self, case_id: str) -> bool:
        """Say whether a result for ``case_id`` still belongs to the bone in the viewer."""
        return self.case is not None and self.case.case_id == case_id
