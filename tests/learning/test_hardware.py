"""Devices are told as PyTorch and the system see them."""

import subprocess

import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning import hardware
from napari_rpdl.learning.devices import choose_device
from napari_rpdl.learning.hardware import Device, find_devices
from napari_rpdl.learning.main_memory import main_memory


def test_the_first_device_is_what_auto_takes() -> None:
    found = find_devices()
    assert found[0].kind == choose_device("auto").type
    cpu = next(device for device in found if device.kind == "cpu")
    assert cpu.memory_bytes == main_memory().total
    assert 0 < cpu.free_bytes < cpu.memory_bytes
    assert ("cuda" in {device.kind for device in found}) == torch.cuda.is_available()


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (Device("cuda", "NVIDIA H100", 80_000_000_000, 75_400_000_000), "NVIDIA H100 (80 GB memory, 75 GB free)"),
        (Device("cpu", "the CPU, 2 cores", 8_100_000_000, None), "the CPU, 2 cores (8.1 GB memory)"),
        (Device("mps", "Apple's GPU", None, None), "Apple's GPU"),
    ],
)
def test_devices_are_told_in_words(device, words) -> None:
    assert device.words == words


def test_silence_is_explained(monkeypatch) -> None:
    def run(command: object, **__: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(hardware.subprocess, "run", run)
    with pytest.raises(InputError, match="Choose the device 'cpu'"):
        find_devices()
