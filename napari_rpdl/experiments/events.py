"""What an experiment says while it runs."""

from dataclasses import dataclass

from napari_rpdl.events import Event


@dataclass(frozen=True, slots=True)
class ArmPlanned(Event):
    """What the runs of one arm that are left will take.

    Attributes:
        method: name of the arm.
        runs: that are left.
        run_s: seconds of one run, scoring included, if it does not stop early.
        step_s: seconds of one step of training.
        bytes: disk for all of them.
    """

    method: str
    runs: int
    run_s: float
    step_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class ExperimentPlanned(Event):
    """What is left of an experiment, before it begins.

    Attributes:
        pieces: trainings and baselines of the whole.
        complete: of them.
        trainings: that are left.
        seconds: for these; baselines come on top.
        bytes: disk for these.
        free_bytes: on the disk of the results.
    """

    pieces: int
    complete: int
    trainings: int
    seconds: float
    bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class PieceStarted(Event):
    """A training, or the baselines of a fold, was begun; ``key`` is its folder in the results."""

    key: str


@dataclass(frozen=True, slots=True)
class PieceScored(Event):
    """A piece is complete: its scores are written; ``seconds`` since it was begun."""

    key: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PieceFailed(Event):
    """A piece could not be done; the others go on. ``text`` says why and what to do."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class ExperimentProgressed(Event):
    """``done`` of ``total`` pieces are complete; ``remaining_s`` is None until the first one of this start is."""

    done: int
    total: int
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class ExperimentEnded(Event):
    """Nothing is left to do.

    Attributes:
        folder: of the results.
        pieces: complete ones.
        rows: score rows in all of them.
        failed: keys of those that could not be done.
    """

    folder: str
    pieces: int
    rows: int
    failed: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "failed", tuple(self.failed))
