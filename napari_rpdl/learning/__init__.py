"""Losses, networks and training: the only sub-package that needs PyTorch. Imports nothing of it itself.

PyTorch's threads wait for each other in OpenMP, and spin meanwhile. On a computer that also does
something else, a spinning thread keeps the one that it waits for from its core, and a step may take
tens of times as long. Here they spin a moment only, then sleep, which costs nothing on an idle computer
(``benchmarks/busy_cores.py``); unless the environment says otherwise or PyTorch was loaded before.
"""

import os

if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
