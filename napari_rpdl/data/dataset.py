"""Dataset: the cases of a folder, read one at a time.

::

    <dataset>/  dataset.json    names, structure table, surgeons, origin, licence, cases
                cases/<case_id>/ ...    (case_folder.py)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from napari_rpdl.data.case import Annotation, Case, Side
from napari_rpdl.data.case_folder import (
    annotation_path,
    annotators,
    drill_log_path,
    grid_of_case,
    inside,
    read_case,
    write_annotation,
)
from napari_rpdl.data.dataset_file import CASES_FOLDER, DATASET_FILE, UNFINISHED_FILE, CaseRow, DatasetFile
from napari_rpdl.data.drill_log import read_drill_log
from napari_rpdl.data.structures import PUBLISHED_CM, StructureTable
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.files import only_one, read_text, write_text
from napari_rpdl.settings import explain

__all__ = ["CaseEntry", "Dataset", "read_case_folder", "write_annotation"]


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """What dataset.json tells of a case: its name, its bone and which ear it is."""

    case_id: str
    bone: str
    side: Side | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """The cases of a folder; only dataset.json is in memory, unless it is ``keeping`` them.

    Attributes:
        folder: holds dataset.json and cases/.
        name: for people.
        table: what the codes of the structures mean.
        surgeons: everyone who drilled; not everyone need have drilled every bone.
        origin: where the data come from.
        licence: under which terms.
        entries: the cases, in the file's order.
        kept: cases that were read already; None where each is read anew whenever it is asked for.
    """

    folder: Path
    name: str
    table: StructureTable
    surgeons: tuple[str, ...]
    origin: str
    licence: str
    entries: tuple[CaseEntry, ...]
    kept: dict[str, Case] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def open(cls, folder: Path) -> "Dataset":
        """Read dataset.json of ``folder``.

        Raises:
            InputError: the folder is no dataset, its import was not finished, or
                dataset.json is not as expected (the first wrong field is named).
        """
        path = folder / DATASET_FILE
        if not path.is_file():
            raise InputError(_why_no_dataset(folder))
        try:
            file = DatasetFile.model_validate_json(read_text(inside(folder, path)))
        except ValidationError as error:
            raise InputError(explain(error, str(path))) from error
        return cls(
            folder=folder,
            name=file.name,
            table=StructureTable(structures=file.structures),
            surgeons=file.surgeons,
            origin=file.origin,
            licence=file.licence,
            entries=tuple(CaseEntry(row.case_id, row.bone or row.case_id, row.side) for row in file.cases),
        )

    @property
    def synthetic(self) -> bool:
        """Whether its name or origin says that its bones are no real ones."""
        return says_synthetic(f"{self.name} {self.origin}")

    @property
    def caption(self) -> str:
        """Where its bones come from, for beneath a picture; synthetic ones are called so every time."""
        origin = self.origin.partition(". ")[0].rstrip(".")
        told = origin if origin.startswith(self.name) else "; ".join(filter(None, (self.name, origin)))
        return told if not self.synthetic or says_synthetic(told) else f"{told} – phantom (synthetic) data"

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The names of all cases, in the file's order."""
        return tuple(entry.case_id for entry in self.entries)

    def case(self, case_id: str) -> Case:
        """Load one case from disk, with the surgeons that the dataset had when it was opened.

        Raises:
            InputError: there is no such case, or one of its files is not as expected.
        """
        if self.kept is None:
            return self._case_on_disk(case_id)
        if case_id not in self.kept:
            self.kept[case_id] = self._case_on_disk(case_id)
        return self.kept[case_id]

    def case_folder(self, case_id: str) -> Path:
        """Return where a case's files lie; an InputError lists the cases there are."""
        return self.folder / CASES_FOLDER / self._entry(case_id).case_id

    def add_annotation(self, case_id: str, annotation: Annotation) -> None:
        """Write what a surgeon drilled of a case; a new surgeon joins dataset.json, which is read anew for it.

        dataset.json comes first: a surgeon without a file has just not drilled this bone,
        while a file by an unlisted surgeon would keep the case from opening. Only one
        program at a time does this.

        Raises:
            InputError: another region of this bone bears the surgeon's name already (the
                same drilling, told by its log, may be saved again), the name differs from
                a listed one only in upper and lower case, or the folder cannot be written.
        """
        entry = self._entry(case_id)
        folder, surgeon = self.folder / CASES_FOLDER / entry.case_id, annotation.surgeon
        with only_one(self.folder):
            now, grid = Dataset.open(self.folder), grid_of_case(folder)
            Volume(annotation.mask, grid)  # raises where they do not fit, before anything is written
            _check_is_free(folder, annotation)
            if surgeon not in now.surgeons:
                file = now._file((*now.surgeons, surgeon))
                write_text(self.folder / DATASET_FILE, file.model_dump_json(indent=2) + "\n")
            write_annotation(folder, annotation, grid)

    def keeping(self, *known: Case) -> "Dataset":
        """Return the dataset that keeps every case in memory once it was read; the files must not change meanwhile.

        Cases that are ``known`` already are not read at all.
        """
        return replace(self, kept={case.case_id: case for case in known})

    def bone_of(self, case_id: str) -> str:
        """Return which bone a case shows; an InputError lists the cases there are."""
        return self._entry(case_id).bone

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Case]:
        """Load the cases one after the other; none is kept."""
        return (self.case(case_id) for case_id in self.case_ids)

    def _read(self, case_id: str, surgeons: tuple[str, ...]) -> Case:
        entry = self._entry(case_id)
        folder = self.folder / CASES_FOLDER / entry.case_id
        return read_case(folder, self.folder, self.table, surgeons, bone=entry.bone, side=entry.side)

    def _file(self, surgeons: tuple[str, ...]) -> DatasetFile:
        """Return dataset.json with other surgeons."""
        try:
            return DatasetFile(
                format_version=1,
                name=self.name,
                structures=self.table.structures,
                surgeons=surgeons,
                origin=self.origin,
                licence=self.licence,
                cases=tuple(CaseRow(case_id=e.case_id, bone=e.bone, side=e.side) for e in self.entries),
            )
        except ValidationError as error:
            raise InputError(explain(error, f"The surgeon {surgeons[-1]!r}")) from error

    def _case_on_disk(self, case_id: str) -> Case:
        try:
            return self._read(case_id, self.surgeons)
        except InputError:
            if not annotators(self.case_folder(case_id)) - set(self.surgeons):
                raise
            case = self._read(case_id, Dataset.open(self.folder).surgeons)
            known = tuple(one for one in case.annotations if one.surgeon in self.surgeons)
            return replace(case, annotations=known)

    def _entry(self, case_id: str) -> CaseEntry:
        for entry in self.entries:
            if entry.case_id == case_id:
                return entry
        known = ", ".join(self.case_ids[:20]) + (" ..." if len(self) > 20 else "")
        msg = f"{self.folder} has no case {case_id!r}; it has: {known}."
        raise InputError(msg)


def says_synthetic(text: str) -> bool:
    """Say whether the name or origin of data tells that bones are no real ones."""
    return any(word in text.lower() for word in ("phantom", "synthetic"))


def read_case_folder(folder: Path, table: StructureTable | None = None) -> Case:
    """Return the case of one folder on its own.

    Args:
        folder: its name is the case's name.
        table: what its codes mean. Where None, the case is read as its dataset describes
            it if it lies in one, else codes 0-13 are air and "structure 1" to "structure 13".

    Raises:
        InputError: as ``Dataset.case``.
    """
    home = folder.absolute().parent.parent
    if table is None and folder.absolute().parent.name == CASES_FOLDER and (home / DATASET_FILE).is_file():
        return Dataset.open(home).case(folder.name)
    if not folder.is_dir():
        msg = f"Expected a case folder at {folder}, but there is no such folder."
        raise InputError(msg)
    return read_case(folder.absolute(), folder.absolute(), table or PUBLISHED_CM)


def _check_is_free(folder_of_case: Path, annotation: Annotation) -> None:
    """Raise an InputError where a region of that name is there that another drilling made."""
    surgeon = annotation.surgeon
    if not annotation_path(folder_of_case, surgeon).exists():
        return
    log = drill_log_path(folder_of_case, surgeon)
    if (
        annotation.log is not None
        and log.is_file()
        and read_drill_log(log).header.log_id == annotation.log.header.log_id
    ):
        return
    msg = f"{folder_of_case.name} has a region by {surgeon} already. Choose another name, for example {surgeon}_2."
    raise InputError(msg)


def _why_no_dataset(folder: Path) -> str:
    if (folder / UNFINISHED_FILE).exists():
        return f"The import into {folder} was not finished. Run it again; it starts over in the same folder."
    return (
        f"Expected a dataset folder (dataset.json beside cases/<case>/structures.nii.gz and "
        f"cases/<case>/annotations/<surgeon>.nii.gz), but {folder} has no dataset.json. "
        f"Choose the folder that holds it, or import your data first."
    )
