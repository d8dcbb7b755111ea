import pytest

pytest.importorskip("tensorboard", reason="TensorBoard is an extra")
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from napari_rpdl.errors import InputError
from napari_rpdl.learning import tensorboard
from napari_rpdl.learning.events import EpochEnded, StepEnded
from napari_rpdl.learning.training import resume, train


def curves(run):
    """Return what TensorBoard itself reads: name -> [(epoch, value)]."""
    found = EventAccumulator(str(run / "tensorboard"))
    found.Reload()
    return {name: [(point.step, point.value) for point in found.Scalars(name)] for name in found.Tags()["scalars"]}


def test_tensorboard_reads_a_point_of_every_curve_for_each_epoch_also_after_a_resume(
    tiny_settings, small_dataset, tmp_path
):
    settings = tiny_settings.model_copy(update={"tensorboard": True, "epochs": 3})
    events = train(settings, small_dataset, tmp_path / "run", [])
    epochs = []
    for event in events:
        epochs += [event] if isinstance(event, EpochEnded) else []
        if isinstance(event, StepEnded) and event.epoch == 2:
            events.close()
    epochs += [event for event in resume(small_dataset, tmp_path / "run") if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [1, 2, 3]
    found = curves(tmp_path / "run")
    assert set(found) == {"loss/training", "loss/validation", "dice/validation", "learning rate"}
    for name, field in (("loss/training", "training_loss"), ("dice/validation", "validation_dice")):
        assert found[name] == [(event.epoch, pytest.approx(getattr(event, field), rel=1e-6)) for event in epochs]


def test_without_validation_there_is_no_such_curve(tmp_path):
    written = tensorboard.Curves(tmp_path)
    written.add(EpochEnded(1, 1, 0.5, None, None, 1e-3, 1.0, 0.0, True))
    written.close()
    assert set(curves(tmp_path)) == {"loss/training", "learning rate"}


def test_it_says_what_to_install(tiny_settings, small_dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    settings = tiny_settings.model_copy(update={"tensorboard": True})
    with pytest.raises(InputError, match=r"pip install 'napari-rpdl\[tensorboard\]'"):
        list(train(settings, small_dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()
