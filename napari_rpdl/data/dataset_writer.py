"""DatasetWriter: a dataset comes to be case by case, and is one only when all of them are there."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from napari_rpdl.data.case import Case
from napari_rpdl.data.case_folder import write_case
from napari_rpdl.data.dataset_file import CASES_FOLDER, DATASET_FILE, UNFINISHED_FILE, About, CaseRow, DatasetFile
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.errors import InputError
from napari_rpdl.files import write_text
from napari_rpdl.settings import explain

_NOTE = "This import is not finished: there is no dataset.json yet. Run it again; it starts over in this folder.\n"


class DatasetWriter:
    """Writes a dataset case by case; dataset.json comes last and makes it one.

    A context manager. If the block raises or the process dies, the folder keeps a note
    that the import is unfinished and no dataset.json; the next writer on that folder
    removes the cases and starts over.

    Attributes:
        restarted: True where an unfinished import was removed.
    """

    def __init__(
        self, folder: Path, *, name: str, table: StructureTable, surgeons: Sequence[str], origin: str, licence: str
    ) -> None:
        self.folder = folder
        self.restarted = False
        self._table = table
        self._rows: dict[str, CaseRow] = {}
        try:
            self._about = About(
                format_version=1,
                name=name,
                structures=table.structures,
                surgeons=tuple(surgeons),
                origin=origin,
                licence=licence,
            )
        except ValidationError as error:
            raise InputError(explain(error, f"The dataset for {folder}")) from error

    def __enter__(self) -> "DatasetWriter":
        """Claim the folder.

        Raises:
            InputError: it holds something that is not an unfinished import of ours.
        """
        present = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        if UNFINISHED_FILE in present and DATASET_FILE not in present:
            self._remove_unfinished(present)
        elif present:
            msg = f"Expected an empty or new folder, but {self.folder} holds {min(present)}. Choose another one."
            raise InputError(msg)
        write_text(self.folder / UNFINISHED_FILE, _NOTE)
        return self

    def add(self, case: Case) -> None:
        """Write one case to disk.

        Raises:
            InputError: a case of that name was added already, a surgeon is not listed, a
                structure code is not in the table, or the disk is full.
        """
        if case.case_id.casefold() in self._rows:
            msg = f"Expected each case once (upper and lower case count as the same), got {case.case_id!r} twice."
            raise InputError(msg)
        strangers = sorted(set(case.surgeons) - set(self._about.surgeons))
        if strangers:
            listed = ", ".join(self._about.surgeons) or "nobody"
            msg = f"{case.case_id} is annotated by {strangers[0]!r}, but the dataset's surgeons are: {listed}."
            raise InputError(msg)
        if case.structures is not None:
            self._table.check(case.structures.voxels, f"The structures of {case.case_id}")
        write_case(self.folder / CASES_FOLDER / case.case_id, case)
        self._rows[case.case_id.casefold()] = CaseRow(case_id=case.case_id, bone=case.bone, side=case.side)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write dataset.json if all went well."""
        if kind is None:
            self._finish()

    def _finish(self) -> None:
        try:
            file = DatasetFile(**dict(self._about), cases=tuple(self._rows.values()))
        except ValidationError as error:
            raise InputError(explain(error, str(self.folder / DATASET_FILE))) from error
        write_text(self.folder / DATASET_FILE, file.model_dump_json(indent=2) + "\n")
        (self.folder / UNFINISHED_FILE).unlink()

    def _remove_unfinished(self, present: set[str]) -> None:
        foreign = sorted(name for name in present - {UNFINISHED_FILE, CASES_FOLDER} if not name.startswith(".writing-"))
        if foreign:
            msg = f"{self.folder} holds an unfinished import and {foreign[0]}. Move that away or choose another folder."
            raise InputError(msg)
        if CASES_FOLDER in present:
            shutil.rmtree(self.folder / CASES_FOLDER)
        self.restarted = True
