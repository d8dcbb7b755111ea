"""The process that asks PyTorch for devices: ``python -m napari_rpdl.learning.hardware_look`` prints them as JSON."""

import json
import os
import sys
from dataclasses import asdict

import torch

from napari_rpdl.learning.hardware import Device
from napari_rpdl.learning.main_memory import main_memory


def devices() -> list[Device]:
    """Return what can compute here; the setting "auto" takes the first."""
    found = []
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        found.append(Device("cuda", torch.cuda.get_device_name(), total, free))
    memory = main_memory()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found.append(Device("cpu", f"the CPU, {cores} core{'' if cores == 1 else 's'}", *(memory or (None, None))))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple's GPU, which shares the main memory", None, None))
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(device) for device in devices()]))
