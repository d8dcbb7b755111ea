"""What the process prints."""

from napari_rpdl.learning.hardware_look import devices


def test_the_cpu_is_always_there_with_its_cores() -> None:
    cpu = next(device for device in devices() if device.kind == "cpu")
    assert "core" in cpu.name
    assert cpu.memory_bytes > 10**8
