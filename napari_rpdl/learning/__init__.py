"""Losses, networks and training: the only sub-package that needs PyTorch. Imports nothing of it itself.

PyTorch's threads wait for each other in OpenMP. By default they spin meanwhile; on a computer
that also does something else, such as drawing the viewer, a spinning thread keeps the one that
it waits for from its core, and a step takes several times as long (``benchmarks/busy_cores.py``).
Here they sleep, unless the environment says otherwise or PyTorch was loaded before.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
