"""How "train" takes up what "learn-weights" found."""

from collections.abc import Sequence
from pathlib import Path

from napari_rpdl.cli.parsing import UsageError
from napari_rpdl.cli.printing import note
from napari_rpdl.errors import InputError
from napari_rpdl.settings import TrainingSettings, without_idle
from napari_rpdl.settings.vote_weights import LEARNED_LOSS


def with_learned(path: Path, start: TrainingSettings, loss: str) -> TrainingSettings:
    """Return where the flags of a training start: as ``start``, with the loss vote-utility and the learned weights.

    Raises:
        UsageError: the file is not one of ours, or another loss was named, which has no such weights.
    """
    from napari_rpdl.learning.vote_weights import read_learned

    if loss not in ("", LEARNED_LOSS):
        msg = f"--loss: learned weights are those of {LEARNED_LOSS}. Leave out --loss, or --learned-weights."
        raise UsageError(msg)
    try:
        weights = read_learned(path).best.weights
    except InputError as error:
        msg = f"--learned-weights: {error}"
        raise UsageError(msg) from error
    options = start.loss_options.model_copy(update={"vote_weights": weights})
    return without_idle(start.model_copy(update={"loss": LEARNED_LOSS, "loss_options": options}))


def check_learned(
    path: Path, training: TrainingSettings, dataset: Path, hold_out: Sequence[str], hold_out_surgeons: Sequence[str]
) -> None:
    """Raise an InputError where what is held out had a say in the weights, a UsageError where flags changed them.

    Where a name alone speaks for that, it is told on standard error.
    """
    from napari_rpdl.data.dataset import Dataset
    from napari_rpdl.learning.vote_weights import check_had_no_say, read_learned

    learned = read_learned(path)
    if training.loss_options.vote_weights != learned.best.weights:
        msg = "--vote-weights: give either these or --learned-weights."
        raise UsageError(msg)
    opened = Dataset.open(dataset).keeping()
    if alike := check_had_no_say(learned, opened, hold_out, hold_out_surgeons):
        note(
            f"In a dataset called {opened.name}, {', '.join(alike)} had a say in these vote weights, but held "
            "something else. If a bone was only corrected or resampled since, scores on it would be too good."
        )
