"""The script for a GPU, on a CPU with tiny sizes: every part runs and prints its table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"
TINY = "--device cpu --grid 16 --batch 2 --steps 1 --epochs 1 --networks unet med3d --together 1"


@pytest.mark.timeout(900)  # three times the others': it starts processes that start processes
def test_every_part_prints_its_table():
    command = [sys.executable, str(SCRIPT), *TINY.split()]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    rows = {row.split("|")[1].strip(): row.split("|") for row in done.stdout.splitlines() if row.startswith("|")}
    assert "No GPU" in done.stdout
    assert float(rows["`unet`"][3]) > 0
    assert rows["`med3d`"][5].strip() == "needs another grid"
    assert "s for 1 epochs of 8 steps" in done.stdout
    assert float(rows["1"][2]) > 0
    assert "Kernels: are for CUDA alone." in done.stdout
    assert {"float32", "bfloat16"} <= rows.keys()
