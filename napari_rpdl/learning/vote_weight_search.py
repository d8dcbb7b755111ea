"""Learn what a voxel is worth by its votes: the paper's first future work, as a nested search.

The map of the paper is a function of the votes, so it is K + 1 numbers. Candidates are drawn
at random around c/K - D*/2, where a linear worth has its optimum at the best Dice (docs/losses.md).
Each is judged by leaving out every bone once: a network is trained with it on the others, and
predicts the one it never saw. Bones and surgeons that are held out have no say, so what is trained
with the winner can be judged on them. Needs no torch itself.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from napari_rpdl.consensus.decision import Curve, best_threshold, dice_by_threshold
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed
from napari_rpdl.learning.events import CandidateJudged, WeightsLearned
from napari_rpdl.learning.fingerprints import bone_fingerprint
from napari_rpdl.learning.finishing import finish, held_out_cases
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.learning.vote_weights import Judged, LearnedWeights, Weights, write_learned
from napari_rpdl.settings import AskingSettings, TrainingSettings, without_idle
from napari_rpdl.settings.vote_weights import LEARNED_LOSS, VoteWeightSettings


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the search.

    Attributes:
        dataset: bones without structures, or that nobody drilled, have no say.
        hold_out: names of cases or bones that must have no say.
        hold_out_surgeons: names of surgeons who must have none.
        search: how many candidates, and where they lie.
        training: of every training, but for loss, weights and seed.
    """

    dataset: Dataset
    hold_out: tuple[str, ...] = ()
    hold_out_surgeons: tuple[str, ...] = ()
    search: VoteWeightSettings = field(default_factory=VoteWeightSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)

    def trained_with(self, weights: Weights, repeat: int) -> TrainingSettings:
        """Return the settings of one training."""
        options = self.training.loss_options.model_copy(update={"vote_weights": weights})
        seed = self.training.seed + repeat
        changed = {"loss": LEARNED_LOSS, "loss_options": options, "seed": seed}
        return without_idle(self.training.model_copy(update=changed))


def candidates(surgeons: int, search: VoteWeightSettings) -> tuple[Weights, ...]:
    """Return the start, c/K - D*/2 for c = 0 .. K, then random weights around it.

    The worth of no vote takes a log-normal factor, and so does each step from c to c + 1: worth
    never falls with the votes. Weights that make nothing worth drilling are drawn again.
    """
    rng = np.random.default_rng(search.draw)
    start = np.arange(surgeons + 1) / surgeons - search.best_dice / 2
    drawn = [start]
    while len(drawn) < search.candidates:
        lowest = start[0] * rng.lognormal(0, search.scatter)
        steps = np.diff(start) * rng.lognormal(0, search.scatter, surgeons)
        weights = np.concatenate([[lowest], lowest + np.cumsum(steps)])
        if weights[-1] > 1e-3 and np.abs(weights).max() <= 1000:
            drawn.append(weights)
    return tuple(tuple(np.round(weights, 4).tolist()) for weights in drawn)


def learn_weights(question: Question, folder: Path, out: Path) -> Iterator[Event]:
    """Judge every candidate on every bone that may have a say, and write the file of the best.

    Closing the iterator, or a kill, loses no finished training: called again with the same
    question and folder, it goes on where it was.

    Args:
        question: what to learn from, and how.
        folder: of the trainings; one run folder for each candidate, bone and repeat.
        out: file of the result, .json.

    Yields:
        All that the trainings say, a ``CandidateJudged`` for each candidate, ``WeightsLearned`` last.

    Raises:
        InputError: as ``training.train``; fewer than two bones may have a say; or ``out`` is a folder.
    """
    check_requirements()
    if out.is_dir():  # known now, not after days
        msg = f"Expected a file to write the weights to, but {out} is a folder. Name a file in it, e.g. weights.json."
        raise InputError(msg)
    kept = replace(question, dataset=question.dataset.keeping())
    bones = _bones(kept)
    surgeons = len([name for name in kept.dataset.surgeons if name not in kept.hold_out_surgeons])
    drawn = candidates(surgeons, kept.search)
    judged: list[Judged] = []
    for number, weights in enumerate(drawn, 1):
        curve = yield from _judge(kept, folder, bones, number, weights)
        one = Judged(weights=weights, dice=float(curve.max()), threshold=best_threshold(curve))
        judged.append(one)
        yield CandidateJudged(number, len(drawn), weights, one.dice, one.threshold)
    held_out = held_out_cases(kept.dataset, kept.hold_out)
    learned = LearnedWeights(
        candidates=tuple(judged),
        dataset_name=kept.dataset.name,
        bones=bones,
        held_out_bones=tuple(dict.fromkeys(map(kept.dataset.bone_of, held_out))),
        held_out_surgeons=kept.hold_out_surgeons,
        search=kept.search,
        training=kept.training,
        bone_fingerprints={case.case_id: bone_fingerprint(case) for case in _heard(kept)},
    )
    write_learned(learned, out)
    yield WeightsLearned(str(out), learned.best.weights, learned.best.dice, judged[0].dice, bones)


def _heard(question: Question) -> Iterator[Case]:
    """Yield the cases that networks of the search learned from."""
    held_out = held_out_cases(question.dataset, question.hold_out)
    for case_id in question.dataset.case_ids:
        case = question.dataset.case(case_id).without(question.hold_out_surgeons)
        if case_id not in held_out and case.annotations and case.structures is not None:
            yield case


def _bones(question: Question) -> tuple[str, ...]:
    """Return the bones that may have a say, in the dataset's order."""
    held_out = held_out_cases(question.dataset, question.hold_out)
    unknown = {*question.hold_out} - {name for e in question.dataset.entries for name in (e.case_id, e.bone)}
    usable = []
    for entry in question.dataset.entries:
        if entry.case_id not in held_out:
            case = question.dataset.case(entry.case_id).without(question.hold_out_surgeons)
            usable += [entry.bone] if _judges(case) else []
    bones = tuple(dict.fromkeys(usable))
    if unknown or len(bones) < 2:
        problem = f"{', '.join(sorted(unknown))} is no bone of it" if unknown else f"{len(bones)} may have a say"
        msg = (
            f"Expected at least two bones of {question.dataset.folder} to learn vote weights from, each judged by "
            f"networks that never saw it; {problem}. Hold out fewer, or check the names."
        )
        raise InputError(msg)
    return bones


def _judges(case: Case) -> bool:
    """Say whether a case tells good predictions from bad; where nobody drilled, the empty one would be best."""
    return case.structures is not None and any(mask.any() for mask in case.masks())


def _judge(
    question: Question, folder: Path, bones: Sequence[str], number: int, weights: Weights
) -> Generator[Event, None, Curve]:
    """Train for each bone and repeat without the bone; return the mean Dice on the bones at each threshold."""
    search, curves = question.search, []
    work = [(bone, repeat) for bone in bones for repeat in range(search.repeats)]
    for done, (bone, repeat) in enumerate(work):
        all_done = (number - 1) * len(work) + done
        yield Progressed("Candidates' trainings", all_done, search.candidates * len(work))
        run = folder / f"candidate_{number}" / bone / f"repeat_{repeat + 1}"
        settings = question.trained_with(weights, repeat)
        yield from finish(settings, question.dataset, run, (*question.hold_out, bone), question.hold_out_surgeons)
        curves.append(_curve(question, run, bone))
    mean: Curve = np.mean(curves, axis=0)
    return mean


def _curve(question: Question, run: Path, bone: str) -> Curve:
    """Return the mean Dice of a run on the cases of a bone at each threshold."""
    asking = AskingSettings(checkpoint=question.search.judged, device=question.training.device)
    curves = []
    for case_id in held_out_cases(question.dataset, [bone]):
        case = question.dataset.case(case_id).without(question.hold_out_surgeons)
        if _judges(case):
            curves.append(dice_by_threshold(predict(run, case, asking).probabilities, case.masks()))
    mean: Curve = np.mean(curves, axis=0)
    return mean
