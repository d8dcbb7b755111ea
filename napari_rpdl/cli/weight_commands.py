"""The verb that learns what a voxel is worth by its votes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, make_dataclass
from pathlib import Path

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError, word_after
from napari_rpdl.cli.printing import PROGRAM, answer
from napari_rpdl.learning.events import WeightsLearned
from napari_rpdl.settings import PresetName, TrainingSettings, preset_named
from napari_rpdl.settings.vote_weights import LEARNED_LOSS, VoteWeightSettings


@dataclass(frozen=True, kw_only=True)
class LearnWeights(Command):
    """Learn what a voxel is worth by its votes: the map of the loss vote-utility, searched at random.

    Needs PyTorch. Every candidate trains a network for each bone without that bone, and is
    judged by the bone: candidates x bones x repeats trainings, so begin small. Bones after
    --hold-out have no say, and a network trained with the result can be judged on them.
    Stop with Ctrl-C at any time, or after a crash, and give the same command again: finished
    trainings are taken up.

    Example:
      napari-rpdl learn-weights my_dataset weights.json --hold-out bone_9 --candidates 4 --epochs 20
      napari-rpdl train my_dataset my_run --hold-out bone_9 --learned-weights weights.json

    What comes out: a JSON file with all candidates and how each did; beside it, in a folder of
    the same name with "_runs", the trainings.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    out: Positional[Path]
    """File to write, .json."""
    hold_out: tuple[str, ...] = ()
    """Cases or bones that must have no say, for they will be judged on."""
    hold_out_surgeons: tuple[str, ...] = ()
    """Surgeons who must have no say."""
    preset: PresetName = "default"
    """What the settings of the trainings start from; their loss is always vote-utility."""
    search: VoteWeightSettings = field(default_factory=VoteWeightSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)

    @classmethod
    @override
    def for_words(cls, words: Sequence[str]) -> type[Command]:
        if word_after("--loss", words) not in ("", LEARNED_LOSS):
            msg = f"--loss: the weights are those of {LEARNED_LOSS}, so no other loss can learn them. Leave out --loss."
            raise UsageError(msg)
        start = preset_named(word_after("--preset", words), word_after("--name", words), LEARNED_LOSS)
        started = field(default_factory=lambda: start)
        return make_dataclass(
            cls.__name__, [("training", TrainingSettings, started)], bases=(cls,), frozen=True, kw_only=True
        )

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.vote_weight_search import Question, learn_weights

        if self.training.loss_options.vote_weights:
            msg = "--vote-weights: these are what is learned. Leave them out."
            raise UsageError(msg)
        question = Question(
            Dataset.open(self.dataset), self.hold_out, self.hold_out_surgeons, self.search, self.training
        )
        last = follow(learn_weights(question, self.out.with_name(f"{self.out.stem}_runs"), self.out))
        assert isinstance(last, WeightsLearned)
        answer(asdict(last), _text(last), as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return "Every finished epoch is kept. Run the same command to go on."


def _text(learned: WeightsLearned) -> str:
    gain = learned.dice - learned.start_dice
    return (
        f"Worth of 0 to {len(learned.weights) - 1} votes: {' '.join(f'{weight:g}' for weight in learned.weights)}. "
        f"Dice {learned.dice:.3f} on {len(learned.bones)} bones that its networks never saw, {gain:+.3f} against the "
        "start; the best of several is partly luck.\n"
        f"Train with it: {PROGRAM} train DATASET RUN --learned-weights {learned.file}"
    )
