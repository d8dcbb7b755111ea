"""What importing the package does, in processes that have not imported it yet."""

import os
import subprocess
import sys

import pytest

PROGRAM = "import os, sys, napari_rpdl.learning; print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules)"


@pytest.mark.parametrize(
    ("chosen", "found"),
    [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")],
)
def test_threads_spin_a_moment_only_unless_the_user_chose(chosen, found):
    ruled = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    environment = {name: value for name, value in os.environ.items() if name not in ruled} | chosen
    said = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [found, "False"]
