"""TensorBoard is an extra, so a stand-in records what would be written."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning import tensorboard
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.training import train


@pytest.fixture
def written(monkeypatch):
    """Replace the writer; what it is given, by folder."""
    points: dict[str, list[tuple[str, float, int]]] = {}

    def writer(folder: str):
        mine = points.setdefault(folder, [])
        return SimpleNamespace(
            add_scalar=lambda name, value, epoch: mine.append((name, value, epoch)),
            flush=lambda: None,
            close=lambda: mine.append(("closed", 0, 0)),
        )

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: object())
    return points


def test_each_epoch_is_a_point_of_every_curve(written, tiny_settings, small_dataset, tmp_path):
    settings = tiny_settings.model_copy(update={"tensorboard": True, "epochs": 2})
    events = list(train(settings, small_dataset, tmp_path / "run", []))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    (points,) = written.values()
    assert list(written) == [str(tmp_path / "run" / "tensorboard")]
    assert [(value, epoch) for name, value, epoch in points if name == "loss/validation"] == [
        (event.validation_loss, event.epoch) for event in epochs
    ]
    assert {name for name, _, _ in points} == {
        "loss/training", "loss/validation", "dice/validation", "learning rate", "closed",
    }  # fmt: skip


def test_without_validation_there_is_no_such_curve(written, tmp_path):
    curves = tensorboard.Curves(tmp_path)
    curves.add(EpochEnded(1, 1, 0.5, None, None, 1e-3, 1.0, 0.0, True))
    (points,) = written.values()
    assert [name for name, _, _ in points] == ["loss/training", "learning rate"]


def test_it_says_what_to_install(tiny_settings, small_dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    settings = tiny_settings.model_copy(update={"tensorboard": True})
    with pytest.raises(InputError, match=r"pip install 'napari-rpdl\[tensorboard\]'"):
        list(train(settings, small_dataset, tmp_path / "run", []))
    assert not (tmp_path / "run").exists()
