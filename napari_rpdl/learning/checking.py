"""What can be known to fail before a run has a folder: contradictions of settings, and settings that suit no bone."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from napari_rpdl.consensus.rpmap import reward_table
from napari_rpdl.errors import InputError
from napari_rpdl.learning.devices import choose_device
from napari_rpdl.learning.group import check_group
from napari_rpdl.learning.losses import make_loss, make_start_loss
from napari_rpdl.learning.networks import check_network
from napari_rpdl.learning.plan import make_plan
from napari_rpdl.learning.runs import RunRecord
from napari_rpdl.learning.sampling import PackedCase
from napari_rpdl.learning.step_memory import check_memory
from napari_rpdl.learning.tensorboard import check_tensorboard
from napari_rpdl.settings import TrainingSettings, check_effect


def check_settings(settings: TrainingSettings) -> None:
    """Raise an InputError for what can be known to fail, or to have no effect, before any bone is read.

    Only new trainings are checked: a run goes on with the settings that it began with.
    """
    choose_device(settings.device)
    check_group(settings)
    check_effect(settings)
    make_start_loss(settings)
    check_network(settings.network, settings.grid)
    if settings.tensorboard:
        check_tensorboard()


def check_cases(settings: TrainingSettings, cases: Mapping[str, PackedCase], record: RunRecord) -> None:
    """Raise an InputError for what bones and their surgeons make impossible.

    That is an RPMap with another number of worths than votes, or that rewards nothing; training bones that
    are drilled nowhere, or everywhere; too few samples to set some apart; and a network that is
    too large for the memory.
    """
    training, watching = ([cases[c] for c in ids] for ids in (record.training_cases, record.validation_cases))
    _check_rewards(settings, training, watching)
    make_loss(settings, foreground_of(training))
    make_plan([case.present for case in training], settings)
    check_memory(settings, record)


def check_watching(cases: Mapping[str, PackedCase], record: RunRecord) -> None:
    """Raise an InputError if whole bones watch a new training and nobody drilled any of them.

    The best epoch would be the one that drills least. A run that began so goes on.
    """
    watching = [cases[case_id] for case_id in record.validation_cases]
    if watching and foreground_of(watching) == 0:
        names = ", ".join(record.validation_cases)
        msg = (
            f"Nobody's region holds a voxel on what watches the training ({names}), so the best network would be the "
            "one that drills least. Correct the masks, hold that bone out, choose another seed, which draws others, "
            "or set validation_bones to 0."
        )
        raise InputError(msg)


def foreground_of(cases: Sequence[PackedCase]) -> float:
    """Return the share of drilled voxels, every annotation counted alike."""
    return float(np.average([case.foreground() for case in cases], weights=[len(case.present) for case in cases]))


def _check_rewards(settings: TrainingSettings, training: Iterable[PackedCase], watching: Iterable[PackedCase]) -> None:
    if "rpdl" not in settings.loss:
        return
    learned, watched = ({len(case.present) for case in cases} for cases in (training, watching))
    tables = {surgeons: reward_table(surgeons, settings.rpmap, surgeons) for surgeons in learned | watched}
    if all(tables[surgeons].max() <= 0 for surgeons in learned):
        msg = (
            f"The reward-penalty map of bones that at most {max(learned)} surgeon(s) drilled rewards nothing, so the "
            "network would learn to drill nothing. Count single votes (rpmap: single votes keep), add surgeons, or "
            "give a worth above 0."
        )
        raise InputError(msg)
