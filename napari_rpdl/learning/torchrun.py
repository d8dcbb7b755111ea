"""Whether torchrun started this process as one of several; no torch needed to know.

``torchrun --nproc-per-node 2 -m napari_rpdl train ...`` starts the same command several
times and says to each by the environment which one it is.
"""

import os
from collections.abc import Iterator
from typing import NamedTuple

from napari_rpdl.events import Event


class Place(NamedTuple):
    """Where a process stands among those that train together.

    Attributes:
        rank: 0 for the one that speaks and writes.
        processes: how many there are, on all machines.
        local_rank: the same on this machine, which is also the number of its GPU.
    """

    rank: int = 0
    processes: int = 1
    local_rank: int = 0

    @property
    def first(self) -> bool:
        """Whether this process speaks and writes."""
        return self.rank == 0


def place() -> Place:
    """Return where torchrun put this process; alone where torchrun did not start it."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return Place()  # other launchers use the same names for other things
    return Place(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), int(os.environ["LOCAL_RANK"]))


def spoken_by_the_first(events: Iterator[Event]) -> Iterator[Event]:
    """Hand on the events of the first process; let the others work in silence."""
    if place().first:
        yield from events
    else:
        for _ in events:
            pass
