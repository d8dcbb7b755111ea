"""Where the drilled regions of a study come from: surgeons of a dataset, and folders of predictions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.case_folder import annotators, drill_log_path
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import read_drill_log
from napari_rpdl.data.regions import read_region
from napari_rpdl.errors import InputError
from napari_rpdl.review.study import SURGEONS, Candidate
from napari_rpdl.settings.prediction import PredictionSettings

_THRESHOLD = PredictionSettings().threshold
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Sources:
    """What can take part in a study.

    Attributes:
        dataset: holds the bones and the surgeons' drillings.
        folders: label of a prediction method -> folder with a NIfTI file for each case,
            named after it (bone_9.nii.gz): a region, or probabilities.
        with_surgeons: whether the surgeons' own drillings take part.
        cases: which cases; all when empty.
        threshold: predicted probabilities at least this high are drilled.
    """

    dataset: Dataset
    folders: Mapping[str, Path] = field(default_factory=dict)
    with_surgeons: bool = True
    cases: tuple[str, ...] = ()
    threshold: float = _THRESHOLD

    def __post_init__(self) -> None:
        for label, folder in self.folders.items():
            if not label or label == SURGEONS:
                msg = f'Expected a label for every prediction method, and none "{SURGEONS}", got {label!r}.'
                raise InputError(msg)
            if not folder.is_dir():
                msg = f"Expected a folder of predictions at {folder}, but there is none."
                raise InputError(msg)

    def candidates(self) -> Iterator[Candidate]:
        """Return every region there is; cases without a file of a method come without it."""
        for case_id in self.cases or self.dataset.case_ids:
            where = {"case_id": case_id, "bone": self.dataset.bone_of(case_id)}
            if self.with_surgeons:
                for surgeon in self._surgeons(case_id):
                    method = self._method_of(case_id, surgeon)
                    yield Candidate(**where, method=method, source=surgeon, kind="surgeon")
            for label, folder in self.folders.items():
                if _file_of(folder, case_id).is_file():
                    yield Candidate(**where, method=label, source=label, kind="prediction")

    def _surgeons(self, case_id: str) -> list[str]:
        drilled = annotators(self.dataset.case_folder(case_id))
        return [surgeon for surgeon in self.dataset.surgeons if surgeon in drilled]

    def _method_of(self, case_id: str, surgeon: str) -> str:
        """Return "surgeons" for a region of a surgeon's own; a corrected prediction or consensus is a method apart."""
        log = drill_log_path(self.dataset.case_folder(case_id), surgeon)
        if not log.is_file():
            return SURGEONS
        start = read_drill_log(log).header.start
        own = start.kind in ("nothing", "surgeon")
        return SURGEONS if own else f"corrected {start.name or start.kind}"[:_LONGEST_NAME]

    def region_of(self, candidate: Candidate, case: Case) -> Mask:
        """Return a candidate's region, bool (z, y, x); an InputError where its file is broken."""
        if candidate.kind == "surgeon":
            return case.annotation(candidate.source).mask
        return read_region(_file_of(self.folders[candidate.source], case.case_id), case.grid, self.threshold)


def _file_of(folder: Path, case_id: str) -> Path:
    compressed = folder / f"{case_id}.nii.gz"
    return compressed if compressed.is_file() else folder / f"{case_id}.nii"
