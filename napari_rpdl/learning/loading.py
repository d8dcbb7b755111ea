"""Cases from the disk to what a training keeps in memory."""

from collections.abc import Generator, Sequence

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.learning.sampling import PackedCase, pack
from napari_rpdl.settings import TrainingSettings


def load_cases(
    dataset: Dataset,
    case_ids: Sequence[str],
    settings: TrainingSettings,
    right_ears: bool,
    hold_out_surgeons: Sequence[str] = (),
) -> Generator[Event, None, dict[str, PackedCase]]:
    """Read cases one at a time and return them by name; leave out, and say so, what cannot be trained on.

    Surgeons whose region holds no voxel are named, for they are often a mistake in the files.
    """
    cases = {}
    surgeons = [name for name in dataset.surgeons if name not in hold_out_surgeons]
    for done, case_id in enumerate(case_ids, 1):
        case = dataset.case(case_id).without(hold_out_surgeons)
        if case.annotations and case.structures is not None:
            cases[case_id] = packed = pack(case, settings, right_ears, surgeons)
            if empty := packed.undrilled():
                yield Said(_empty(case_id, [surgeons[index] for index in empty], len(packed.present), settings.grid))
        else:
            yield Said(f"{case_id} is left out: it has no {'structures' if case.annotations else 'annotations'}.")
        yield Progressed("Loading bones", done, len(case_ids))
    return cases


def _empty(case_id: str, surgeons: Sequence[str], present: int, grid: int) -> str:
    names = ", ".join(surgeons)
    if len(surgeons) == present:
        return (
            f"{case_id}: nobody's region holds a voxel on the grid of {grid} ({names}), so the network learns to drill "
            "nothing there. If that is a mistake, correct the masks, take a finer grid, or hold the bone out."
        )
    return (
        f"{case_id}: the region of {names} holds no voxel on the grid of {grid} and counts as a vote against every "
        "voxel. If that is a mistake, correct the mask, take a finer grid, or hold the surgeon out."
    )
