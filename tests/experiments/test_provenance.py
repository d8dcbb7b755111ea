import platform
import shlex
from pathlib import Path

import pytest

from napari_rpdl.cli.parsing import parse
from napari_rpdl.cli.viewing_commands import Demo
from napari_rpdl.experiments.provenance import demo_command, machine, versions
from napari_rpdl.settings import DEMO, NetworkSettings, RPMapSettings, TrainingSettings

OTHER = TrainingSettings(
    loss="dice",
    rpmap=RPMapSettings(penalty=0.5, single_votes="zero"),
    network=NetworkSettings(channels=(4, 8), encoding="ordinal"),
    grid=16,
    epochs=3,
    steps_per_epoch=2,
    learning_rate=0.01,
    threads=1,
)


@pytest.mark.parametrize("settings", [DEMO, OTHER])
def test_the_command_line_reads_back_as_the_same_demo(settings):
    words = shlex.split(demo_command(Path("my data/set"), Path("o'ut"), settings, "bone_2"))
    assert words[:2] == ["napari-rpdl", "demo"]
    command = parse(Demo, "napari-rpdl demo", words[2:])
    assert command == Demo(dataset=Path("my data/set"), out=Path("o'ut"), hold_out="bone_2", training=settings)


def test_usual_settings_are_not_repeated():
    assert demo_command(Path("d"), Path("o"), DEMO, "b") == "napari-rpdl demo --dataset d --out o --hold-out b"


def test_where_it_ran_is_named():
    assert versions()["Python"] == platform.python_version()
    assert set(versions()) >= {"napari-rpdl", "torch", "numpy", "matplotlib"}
    assert machine("cpu")["Device of the network"] == "cpu"
    assert int(machine("cpu")["CPU cores"]) >= 1
