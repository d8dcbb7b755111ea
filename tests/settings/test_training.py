"""Training settings are one flat set of flags, whatever they are grouped in."""

from collections import Counter

from napari_rpdl.settings import DEMO, Settings, TrainingSettings


def leaves(model: type[Settings]) -> list[str]:
    """Return the names of all fields below ``model`` that are no group themselves."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        grouped = isinstance(kind, type) and issubclass(kind, Settings)
        names += leaves(kind) if grouped else [name]
    return names


def test_no_two_groups_share_a_name_because_flags_are_flat() -> None:
    assert [name for name, count in Counter(leaves(TrainingSettings)).items() if count > 1] == []


def test_patience_and_decay_are_the_papers() -> None:
    settings = TrainingSettings()
    assert (settings.decay, settings.decay_patience, settings.stop_patience, settings.epochs) == (0.1, 10, 20, 200)


def test_the_demo_trains_what_the_project_is_about() -> None:
    assert DEMO.loss == "rpdl"
    assert DEMO.epochs * DEMO.steps_per_epoch == 320
