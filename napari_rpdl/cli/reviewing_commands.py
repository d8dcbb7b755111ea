"""Verbs of grading studies: study plan, study export, study merge, study results."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError
from napari_rpdl.cli.printing import answer, duration, table
from napari_rpdl.errors import InputError
from napari_rpdl.settings.prediction import PredictionSettings
from napari_rpdl.settings.review import StudySettings

if TYPE_CHECKING:
    from napari_rpdl.review.gradebook import GradeBook
    from napari_rpdl.review.planning import Plan
    from napari_rpdl.review.study_folder import StudyFolder

_THRESHOLD = PredictionSettings().threshold
_SURGEONS = "surgeons"  # the method of all surgeons' drillings, as in review.study


@dataclass(frozen=True, kw_only=True)
class PlanStudy(Command):
    """Plan a blinded grading study: surgeons' drillings and predictions, mixed and under codes.

    A prediction method is LABEL=FOLDER; the folder holds a NIfTI file for each case,
    named after it (bone_9.nii.gz): a region, or probabilities that are cut at the
    threshold. Cases without a file of a method are shown without it.

    Example:
      napari-rpdl study plan my_dataset study key --graders ada ben --predictions rpdl=out/rpdl dice=out/dice

    What comes out: a study folder for the graders, a key folder that they must not see,
    the expected time, and what the study can prove at best.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    study: Positional[Path]
    """New or empty folder for what graders open."""
    key: Positional[Path]
    """Folder for the key that undoes the blinding; not inside the study's."""
    graders: tuple[str, ...]
    """Pseudonyms of the graders."""
    predictions: tuple[str, ...] = ()
    """LABEL=FOLDER of each prediction method."""
    without_surgeons: bool = False
    """Leave the surgeons' own drillings out."""
    cases: tuple[str, ...] = ()
    """Which cases; all if not given."""
    calibration_cases: tuple[str, ...] = ()
    """Cases that come first for practice and are left out of the results."""
    scale: str = "cm-end-product-provisional"
    """A shipped scale (cm-end-product-provisional, global-rating, pairwise-preference) or a scale file."""
    threshold: float = _THRESHOLD
    """Voxels of predicted probabilities at least this high are drilled."""
    settings: StudySettings = field(default_factory=StudySettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.review.planning import plan_study
        from napari_rpdl.review.scale import find_scale
        from napari_rpdl.review.sources import Sources
        from napari_rpdl.review.study_folder import write_study

        dataset = Dataset.open(self.dataset)
        folders = prediction_folders(self.predictions)
        sources = Sources(dataset, folders, not self.without_surgeons, self.cases, self.threshold)
        plan = plan_study(
            list(sources.candidates()),
            self.graders,
            find_scale(self.scale),
            self.settings,
            self.calibration_cases,
            dataset.origin,
        )
        follow(write_study(plan, dataset, sources.region_of, self.study, self.key))
        answer(_planned(self, plan), _plan_text(self, plan), as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class ExportStudy(Command):
    """Export the answers of a study as JSON and CSV with a data dictionary.

    Example:
      napari-rpdl study export study out --key key

    What comes out: answers.json, answers.csv, marks.csv and data_dictionary.csv; with
    the key also answers_unblinded.csv for statistics programs.
    """

    study: Positional[Path]
    """Study folder."""
    out: Positional[Path]
    """Folder for the files."""
    key: Path | None = None
    """Folder of the key, to unblind."""
    answers: str = ""
    """File of the answers, or postgresql:// address; the study's own file if not given."""

    @override
    def execute(self) -> None:
        book, _ = _opened(self.study, self.answers)
        from napari_rpdl.review.exchange import export_book
        from napari_rpdl.review.study_folder import read_key

        key = None if self.key is None else read_key(self.key, book.study)
        files = [str(path) for path in export_book(book, self.out, key)]
        answer({"files": files}, "\n".join(f"Wrote {name}" for name in files), as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class MergeStudy(Command):
    """Merge answers that graders gave on other computers into a study.

    Sources are grade books (grades.sqlite), answers.json, or folders of exported CSV
    files. Each answer has an id of its own: merging is exact and can be repeated.

    Example:
      napari-rpdl study merge study ada/grades.sqlite ben/answers.json

    What comes out: how many answers were new.
    """

    study: Positional[Path]
    """Study folder."""
    sources: Positional[tuple[Path, ...]]
    """Books, files or folders to take answers from; they stay as they are."""
    answers: str = ""
    """File of the answers, or postgresql:// address; the study's own file if not given."""

    @override
    def execute(self) -> None:
        book, _ = _opened(self.study, self.answers)
        from napari_rpdl.review.exchange import merge

        rows: list[dict[str, Any]] = []
        for source in self.sources:
            added = merge(book, source)
            rows.append({"source": str(source), "new": added.answers, "locks": added.marks, "known": added.known})
        said = table(
            ("source", "new answers", "new locks", "known rows"),
            [(r["source"], r["new"], r["locks"], r["known"]) for r in rows],
        )
        answer({"merged": rows, "answers": len(book.answers())}, said, as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class StudyResults(Command):
    """Unblind a study and write its results: methods compared, graders' reliability.

    Only locked presentations count; calibration is left out. What the number of bones
    cannot support is said.

    Example:
      napari-rpdl study results study key report

    What comes out: a page (index.html) with plots, results.json, and the main figures.
    """

    study: Positional[Path]
    """Study folder."""
    key: Positional[Path]
    """Folder of the key."""
    out: Positional[Path]
    """Folder for the report."""
    answers: str = ""
    """File of the answers, or postgresql:// address; the study's own file if not given."""
    corrections: Path | None = None
    """Dataset folder in which surgeons corrected predictions of the study's bones; what that cost is reported."""

    @override
    def execute(self) -> None:
        book, opened = _opened(self.study, self.answers)
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.drilling.effort import efforts
        from napari_rpdl.review.report import write_results
        from napari_rpdl.review.results import results
        from napari_rpdl.review.study_folder import read_key

        spent = () if self.corrections is None else efforts(Dataset.open(self.corrections))
        found = results(book, read_key(self.key, opened.study), spent)
        index = write_results(found, self.out)
        text = "\n".join([found.origin, "", *found.limits, "", f"Wrote {index}"])
        answer({"report": str(index), **found.as_json()}, text, as_json=self.json)


def prediction_folders(named: Sequence[str]) -> dict[str, Path]:
    """Return label -> folder of ``LABEL=FOLDER`` words.

    Raises:
        UsageError: no label, or one twice.
        InputError: there is no such folder.
    """
    folders: dict[str, Path] = {}
    for word in named:
        label, equals, folder = word.partition("=")
        if not (label and equals and folder) or label in {*folders, _SURGEONS}:
            msg = f'--predictions: expected LABEL=FOLDER, every label once and none "{_SURGEONS}", got {word!r}.'
            raise UsageError(msg)
        if not Path(folder).is_dir():
            msg = f"Expected a folder of predictions at {folder}, but there is none."
            raise InputError(msg)
        folders[label] = Path(folder)
    return folders


def _opened(folder: Path, answers: str) -> "tuple[GradeBook, StudyFolder]":
    from napari_rpdl.review.requirements import check_requirements
    from napari_rpdl.review.study_folder import StudyFolder

    check_requirements()
    from napari_rpdl.review.gradebook import GradeBook

    opened = StudyFolder.open(folder)
    return GradeBook(answers or opened.answers_file, opened.study), opened


def _planned(command: PlanStudy, plan: "Plan") -> dict[str, Any]:
    return {
        "study": str(command.study),
        "key": str(command.key),
        "study_id": plan.study.study_id,
        "presentations": {one.grader: len(one.presentations) for one in plan.study.graders},
        "minutes": list(plan.minutes),
        "same_bone_neighbours": plan.same_bone_neighbours,
        "can_support": plan.reach.sentences(),
    }


def _plan_text(command: PlanStudy, plan: "Plan") -> str:
    count = len(plan.study.graders[0].presentations)
    shortest, longest = (duration(60 * minutes) for minutes in plan.minutes)
    lines = [
        plan.study.origin,
        f"{count} presentations for each of {len(plan.study.graders)} graders, {shortest} to {longest} each.",
        *plan.reach.sentences(),
        f"Graders open {command.study}. Keep {command.key} from them until all answers are locked.",
    ]
    if plan.same_bone_neighbours:
        lines.append(f"{plan.same_bone_neighbours} times a bone follows itself; more bones would avoid it.")
    return "\n".join(lines)
