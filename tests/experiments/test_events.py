from napari_rpdl.events import event_from_json, event_to_json
from napari_rpdl.experiments.events import (
    ArmPlanned,
    ExperimentEnded,
    ExperimentPlanned,
    ExperimentProgressed,
    PieceFailed,
    PieceScored,
    PieceStarted,
)


def test_events_travel_between_processes():
    for event in (
        ArmPlanned("default/unet/dice", 3, 1.5, 0.1, 1000),
        ExperimentPlanned(9, 3, 6, 12.5, 3000, 10**12),
        PieceStarted("runs/a"),
        PieceScored("runs/a", 1.5),
        PieceFailed("runs/a", "Why."),
        ExperimentProgressed(1, 3, None),
        ExperimentEnded("results", 2, 10, ("runs/a",)),
    ):
        assert event_from_json(event_to_json(event)) == event
