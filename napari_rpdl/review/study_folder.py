"""A study on disk: what graders open, and apart from it the key.

::

    <study>/  study.json          plan and scale, codes only
              bones/              the original bones under codes, a dataset without drillings
              results/R-07.nii.gz the drilled regions under codes
              grades.sqlite       the answers, unless they go to a server
    <key>/    unblinding_key.json
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import ValidationError

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.case_folder import inside
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import read_mask, write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed
from napari_rpdl.files import read_text, write_text
from napari_rpdl.review.planning import Plan
from napari_rpdl.review.study import Candidate, KeyRow, Presentation, Study, UnblindingKey
from napari_rpdl.settings.base import Settings, explain

STUDY_FILE, KEY_FILE, ANSWERS_FILE = "study.json", "unblinding_key.json", "grades.sqlite"
_BONES, _RESULTS = "bones", "results"
_MAX_BYTES = 50_000_000
RegionOf = Callable[[Candidate, Case], Mask]
Model = TypeVar("Model", bound=Settings)


def write_study(plan: Plan, dataset: Dataset, region_of: RegionOf, folder: Path, key_folder: Path) -> Iterator[Event]:
    """Write a study and its key, one bone at a time; study.json comes last and makes it one.

    Air is taken out of every region: drillings and predictions differ in whether they
    count it, and that would tell them apart.

    Args:
        plan: what was planned.
        dataset: holds the cases.
        region_of: returns a candidate's drilled region, bool (z, y, x) on the case's grid.
        folder: new or empty, for what graders open.
        key_folder: for the key; not inside ``folder``.

    Yields:
        Progressed after each bone.

    Raises:
        InputError: ``folder`` is not empty, the key would lie in it, or cannot be written.
    """
    _check_apart(folder, key_folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"Expected a new or empty folder for the study, got {folder}. Choose another one."
        raise InputError(msg)
    key_file = key_folder / KEY_FILE
    if key_file.exists():
        msg = f"{key_file} is the key of another study. Choose another folder, so that it is not lost."
        raise InputError(msg)
    by_case: dict[str, list[KeyRow]] = {}
    for row in plan.key.rows:
        by_case.setdefault(row.candidate.case_id, []).append(row)
    # Written in the order of the codes, so that times of files tell nothing.
    cases = sorted(by_case, key=lambda case_id: by_case[case_id][0].bone_code)
    bones = DatasetWriter(
        folder / _BONES,
        name=plan.study.title,
        table=dataset.table,
        surgeons=(),
        origin=dataset.origin,
        licence=dataset.licence,
    )
    with bones:
        for number, case_id in enumerate(cases, start=1):
            case = dataset.case(case_id)
            code = by_case[case_id][0].bone_code
            bones.add(replace(case, case_id=code, bone=code, annotations=()))
            for row in by_case[case_id]:
                shown = _without_air(region_of(row.candidate, case), case)
                write_volume(Volume(shown, case.grid), folder / _RESULTS / f"{row.code}.nii.gz")
            yield Progressed("writing bones", number, len(cases))
    write_text(key_file, plan.key.model_dump_json(indent=1) + "\n")
    write_text(folder / STUDY_FILE, plan.study.model_dump_json(indent=1) + "\n")


def read_key(path: Path, study: Study) -> UnblindingKey:
    """Read the key of ``study`` from its folder or file.

    Raises:
        InputError: not readable, or the key of another study.
    """
    key = _read(path / KEY_FILE if path.is_dir() else path, UnblindingKey)
    key.check(study)
    return key


@dataclass(frozen=True)
class StudyFolder:
    """A study as graders open it.

    Attributes:
        folder: holds study.json.
        study: the plan.
    """

    folder: Path
    study: Study

    @classmethod
    def open(cls, folder: Path) -> "StudyFolder":
        """Read study.json; an InputError names what is wrong."""
        path = folder / STUDY_FILE
        if not path.is_file():
            msg = (
                f"Expected a study folder, but {folder} has no {STUDY_FILE}. Plan a study first, or choose its folder."
            )
            raise InputError(msg)
        return cls(folder, _read(path, Study))

    @property
    def answers_file(self) -> Path:
        """Where the answers are, unless they go to a server."""
        return self.folder / ANSWERS_FILE

    @cached_property
    def bones(self) -> Dataset:
        """The original bones under their codes."""
        return Dataset.open(self.folder / _BONES)

    def bone(self, presentation: Presentation) -> Case:
        """Load the original bone of a presentation."""
        return self.bones.case(presentation.bone)

    def region(self, code: str, bone: Case) -> Mask:
        """Load a drilled region, bool (z, y, x) on the bone's grid."""
        region: Mask = read_mask(self._file_of(code), bone.grid).voxels
        return region

    def data_hash(self, presentation: Presentation) -> str:
        """Return the SHA-256 of the regions' files, for the record."""
        digest = hashlib.sha256()
        for code in presentation.tiles:
            digest.update(self._file_of(code).read_bytes())
        return digest.hexdigest()

    def _file_of(self, code: str) -> Path:
        if code not in self.study.codes:
            msg = f"The study has no result {code!r}."
            raise InputError(msg)
        return inside(self.folder, self.folder / _RESULTS / f"{code}.nii.gz")


def _without_air(region: Mask, case: Case) -> Mask:
    if region.shape != case.grid.shape or region.dtype != np.bool_:
        msg = f"Expected a region of shape {case.grid.shape} for {case.case_id}, got {region.dtype} {region.shape}."
        raise InputError(msg)
    if case.structures is None:
        return region
    return region & ~case.table.mask_of(case.labels(), "air")


def _check_apart(folder: Path, key_folder: Path) -> None:
    study, key = folder.resolve(), key_folder.resolve()
    if key == study or study in key.parents:
        msg = f"The key must lie apart from what graders open: choose a folder outside of {folder} for it."
        raise InputError(msg)


def _read(path: Path, kind: type[Model]) -> Model:
    try:
        return kind.model_validate_json(read_text(path, _MAX_BYTES))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error
