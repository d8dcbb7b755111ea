"""The whole main job on one dataset: from bones and surgeons to a judged prediction and a report.

::

    <out>/  rpmaps/<case>.nii.gz                       what each voxel is worth
            run/                                       the training; resumed where it was stopped
            predictions/<case>.nii.gz                  the drilled region that the network proposes
            predictions/<case>_probabilities.nii.gz
            report/index.html                          what came of it
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from napari_rpdl.consensus.agreement import DatasetAgreement, measure_agreement
from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.experiments.methods import Answer, scored_answer, surgeons_among_each_other
from napari_rpdl.experiments.provenance import demo_command, machine, versions
from napari_rpdl.experiments.report import ReportContent, write_report
from napari_rpdl.learning.finishing import difference
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import PredictionSettings, TrainingSettings


@dataclass(frozen=True, slots=True)
class DemoEnded(Event):
    """The report is written.

    Attributes:
        report: path of its page.
        dice: mean Dice of the network's answer to the surgeons of the held-out bone.
        baseline: the same of the trivial answer, the mean vote map of the other bones.
        surgeons: mean Dice of these surgeons to each other; None for a single one.
        oracle: the highest mean Dice that any single answer can have.
    """

    report: str
    dice: float
    baseline: float
    surgeons: float | None
    oracle: float


def run_demo(dataset: Dataset, out: Path, settings: TrainingSettings, hold_out: str) -> Iterator[Event]:
    """Measure agreement, train, predict the held-out bone, compare, and write a report.

    Stopped at any time and started again with the same settings, it goes on where it
    was; a training that is complete is used again.

    Args:
        dataset: bones with structures that surgeons drilled.
        out: folder for everything that is written.
        settings: of the training.
        hold_out: name of the case that the training must not see and that is predicted.

    Raises:
        InputError: PyTorch is missing, the case is unknown or lacks structures or
            annotations, no other bone is there, or ``out`` holds another training.
    """
    check_requirements()
    case = _held_out(dataset, hold_out)
    folder = out / "run"
    state = _state(folder, dataset, settings, case)
    agreement = yield from _agreement(dataset)
    yield from _write_rpmaps(dataset, settings, out / "rpmaps")
    yield from _training(dataset, folder, settings, case, state)
    yield Said(f"Predicting {case.case_id}, which the network has never seen.")
    network = _predicted(folder, settings, case, out / "predictions")
    yield Said("Comparing with every surgeon, the trivial answer and the best possible; drawing the report.")
    content = _content(dataset, case, agreement, network, Run.open(folder), out)
    report = write_report(out / "report", content)
    yield DemoEnded(
        report=str(report),
        dice=network.scores.dice_mean,
        baseline=content.baseline.scores.dice_mean,
        surgeons=None if content.surgeons is None else content.surgeons.dice_mean,
        oracle=content.oracle.scores.dice_mean,
    )


def _held_out(dataset: Dataset, hold_out: str) -> Case:
    case = dataset.case(hold_out)
    if case.structures is None or not case.annotations:
        missing = "structures" if case.structures is None else "annotations"
        msg = f"Expected a bone with structures that surgeons drilled; {hold_out} has no {missing}. Hold out another."
        raise InputError(msg)
    return case


def _state(folder: Path, dataset: Dataset, settings: TrainingSettings, case: Case) -> str:
    """Return how far an earlier demo came: "empty", "resumable" or "complete".

    Raises:
        InputError: the folder holds a training that answers another question.
    """
    if not (folder / "run.json").is_file():
        return "empty"
    run = Run.open(folder)
    if run.state == "empty":
        return "empty"
    if what := difference(run, settings, dataset, [case.case_id], ()):
        msg = f"{folder} holds a training {what}. Choose another folder for this demo, or remove that one."
        raise InputError(msg)
    return run.state


def _agreement(dataset: Dataset) -> Generator[Event, None, DatasetAgreement]:
    yield Said(f"Measuring how far the surgeons of {dataset.name} agree.")
    agreement = measure_agreement(dataset)
    if agreement.dice_mean is not None:
        yield Said(
            f"Surgeons agree with Dice {agreement.dice_mean:.3f} ± {agreement.dice_sd:.3f}; the best single answers "
            f"would reach {agreement.oracle_dice:.3f}."
        )
    return agreement


def _write_rpmaps(dataset: Dataset, settings: TrainingSettings, folder: Path) -> Iterator[Event]:
    for done, case in enumerate(dataset, 1):
        if case.annotations:
            values = rpmap_of(case.masks(), settings.rpmap)
            write_volume(Volume(values, case.grid), folder / f"{case.case_id}.nii.gz")
        yield Progressed("Reward-penalty maps", done, len(dataset))


def _training(dataset: Dataset, folder: Path, settings: TrainingSettings, case: Case, state: str) -> Iterator[Event]:
    if state == "complete":
        yield Said(f"The training in {folder} is complete; its network is used again.")
    elif state == "resumable":
        yield Said(f"Going on with the training in {folder}.")
        yield from resume(dataset, folder)
    else:
        yield from train(settings, dataset, folder, [case.case_id])


def _predicted(run: Path, settings: TrainingSettings, case: Case, folder: Path) -> Answer:
    """Predict the case, write mask and probabilities into ``folder``, and score the mask."""
    prediction = predict(run, case)
    mask = prediction.mask(PredictionSettings().threshold)
    write_volume(Volume(mask, case.grid), folder / f"{case.case_id}.nii.gz")
    write_volume(Volume(prediction.probabilities, case.grid), folder / f"{case.case_id}_probabilities.nii.gz")
    return scored_answer("network", f"Network ({settings.loss.upper()})", mask, case)


def _content(
    dataset: Dataset, case: Case, agreement: DatasetAgreement, network: Answer, run: Run, out: Path
) -> ReportContent:
    """Put the network's answer beside the surgeons, the trivial answer and the bound."""
    return ReportContent(
        dataset=dataset,
        case=case,
        agreement=agreement,
        surgeons=surgeons_among_each_other(case),
        network=network,
        baseline=scored_answer("baseline", "Mean map of the other bones", _trivial_answer(dataset, case), case),
        oracle=scored_answer("oracle", "Best possible", exact_oracle(case.masks()).mask, case),
        history=run.history(),
        training_cases=run.record.training_cases,
        validation_cases=run.record.validation_cases,
        settings=run.settings,
        provenance={**machine(_device(run.settings)), **versions()},
        command=demo_command(dataset.folder, out, run.settings, case.case_id),
    )


def _trivial_answer(dataset: Dataset, case: Case) -> Mask:
    """Return the mean vote map of the other bones at its best threshold; only their annotations are kept in memory."""
    others = [replace(other, structures=None, ct=None) for other in dataset if other.bone != case.bone]
    return baseline_mask([other for other in others if other.annotations], case)


def _device(settings: TrainingSettings) -> str:
    from napari_rpdl.learning.devices import choose_device

    return str(choose_device(settings.device))
