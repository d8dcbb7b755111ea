"""What can stand in a column of a comparison, and what it drilled of a bone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import read_mask
from napari_rpdl.errors import InputError
from napari_rpdl.gui.comparison import ORIGINAL, Source
from napari_rpdl.gui.palette import AGREED, NETWORK, OKABE_ITO, surgeon_color
from napari_rpdl.learning.decision import decide
from napari_rpdl.learning.runs import Run, checkpoint_path
from napari_rpdl.learning.seen import seen_by
from napari_rpdl.learning.thresholds import threshold_path
from napari_rpdl.settings import DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.prediction import Prediction

_SUFFIXES = (".nii", ".nii.gz")
_SURGEON, _RUN, _MASKS, ENSEMBLE = "surgeon:", "run:", "masks:", "ensemble"


SEEN = "seen in training"
CAUTION = "with a caution"
Written = tuple[int, ...]
"""When the files were written on which a network's answer depends."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What to know before trusting an answer: a few words for beneath the picture, and sentences."""

    lines: tuple[str, ...] = ()
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """How networks are asked, and how their answer becomes a region."""

    settings: PredictionSettings
    rules: DecisionSettings
    threshold: float


class CompareSources:
    """Surgeons of the dataset, runs that were chosen, masks that were dropped."""

    def __init__(self) -> None:
        self._runs: list[Path] = []
        self._masks: dict[str, dict[str, Path]] = {}
        self._predictions: dict[tuple[str, tuple[Path, ...], PredictionSettings], tuple[Written, Prediction]] = {}

    def know(self, runs: Sequence[Path]) -> None:
        """Offer runs from now on, each once."""
        self._runs += [run for run in dict.fromkeys(runs) if run not in self._runs]

    def forget(self) -> None:
        """Drop what belongs to the bones of the last dataset."""
        self._masks.clear()
        self._predictions.clear()

    def offered(self, surgeons: Sequence[str], together: Sequence[Path]) -> tuple[Source, ...]:
        """Return all sources.

        Args:
            surgeons: of the dataset.
            together: runs whose mean predicts in the viewer; offered as one where they are several.
        """
        everyone = [Source(_SURGEON + name, name, surgeon_color(rank), "surgeon") for rank, name in enumerate(surgeons)]
        networks = [Source(_RUN + str(run), run.name, NETWORK, str(run)) for run in self._runs]
        if len(together) > 1:
            networks.append(Source(ENSEMBLE, f"mean of {len(together)}", NETWORK, ", ".join(r.name for r in together)))
        masks = [
            Source(_MASKS + name, name, OKABE_ITO[-1 - rank % len(OKABE_ITO)], f"{len(found)} dropped file(s)")
            for rank, (name, found) in enumerate(self._masks.items())
        ]
        return (Source(ORIGINAL, "Original", "", "before drilling"), *everyone, *networks, *masks)

    def add(self, path: Path, case_id: str, known: Sequence[str]) -> str:
        """Take in a mask file, a folder of them named by bone, or the folder of a run; return its key.

        Args:
            path: what was dropped.
            case_id: the bone that a file belongs to whose name is no bone's.
            known: names of all bones.

        Raises:
            InputError: it is none of these.
        """
        if path.is_dir():
            return self._add_folder(path, known)
        if not path.name.lower().endswith(_SUFFIXES):
            msg = f"Expected a NIfTI mask (.nii, .nii.gz) or the folder of a run, got {path.name!r}."
            raise InputError(msg)
        bone, name = _stem(path), path.parent.name
        if bone not in known:
            bone, name = case_id, bone
        if not bone:
            msg = f"{path.name} is named after no bone of this dataset. Choose a bone, or drop it on a bone's row."
            raise InputError(msg)
        self._masks.setdefault(name, {})[bone] = path
        return _MASKS + name

    def region(self, key: str, case: Case, together: Sequence[Path], asking: Asking) -> Mask | None:
        """Return what a source drilled of a case, None for the original; may take long.

        Raises:
            InputError: nothing is known of this bone; the sentence says why.
        """
        if key == ORIGINAL:
            return None
        if key.startswith(_SURGEON):
            return case.annotation(key.removeprefix(_SURGEON)).mask
        if key.startswith(_MASKS):
            return self._mask(key.removeprefix(_MASKS), case)
        prediction = self._predicted(_runs_of(key, together), case, asking.settings)
        return decide(prediction, case, asking.rules, asking.threshold).mask

    def remarks(
        self, key: str, case: Case, dataset: Dataset | None, together: Sequence[Path], asking: Asking
    ) -> Remarks:
        """Return what to know of a network's answer, nothing for other sources; its region was made before.

        Raises:
            InputError: the folder of a run is damaged.
        """
        if not is_network(key):
            return Remarks()
        runs = _runs_of(key, together)
        said = self._predicted(runs, case, asking.settings).said
        known = seen_by(runs, case, dataset)
        lines = {SEEN: known.seen, CAUTION: said or (known.note and not known.seen)}
        return Remarks(tuple(line for line, due in lines.items() if due), " ".join(filter(None, (known.note, *said))))

    def written(self, together: Sequence[Path], settings: PredictionSettings) -> Written:
        """Return what changes when the answer of a run may have: it trained on, or its threshold was tuned."""
        return _written(dict.fromkeys((*self._runs, *together)), settings)

    def _add_folder(self, folder: Path, known: Sequence[str]) -> str:
        found = {_stem(path): path for path in folder.iterdir() if path.name.lower().endswith(_SUFFIXES)}
        masks = {bone: path for bone, path in found.items() if bone in known}
        if masks:
            self._masks.setdefault(folder.name, {}).update(masks)
            return _MASKS + folder.name
        self.know([Run.open(folder).folder])
        return _RUN + str(Run.open(folder).folder)

    def _mask(self, name: str, case: Case) -> Mask:
        path = self._masks.get(name, {}).get(case.case_id)
        if path is None:
            msg = f"No mask of {case.case_id} was dropped. Drop its file on this row."
            raise InputError(msg)
        mask: Mask = read_mask(path, on=case.grid).voxels
        return mask

    def _predicted(self, runs: tuple[Path, ...], case: Case, settings: PredictionSettings) -> "Prediction":
        from napari_rpdl.learning.prediction import predict

        asked = (case.case_id, runs, settings.model_copy(update={"threshold": 0.5}))
        written, known = _written(runs, settings), self._predictions.get(asked)
        if known is None or known[0] != written:
            known = self._predictions[asked] = written, predict(runs, case, settings)
        return known[1]


def surgeon_of(key: str) -> str:
    """Return the surgeon whom a key names, empty for other sources."""
    return key.removeprefix(_SURGEON) if key.startswith(_SURGEON) else ""


def is_network(key: str) -> bool:
    """Say whether a network answers for this source."""
    return key == ENSEMBLE or key.startswith(_RUN)


def _runs_of(key: str, together: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(together) if key == ENSEMBLE else (Path(key.removeprefix(_RUN)),)


def _written(runs: Iterable[Path], settings: PredictionSettings) -> Written:
    weights = [checkpoint_path(run, settings.checkpoint) for run in runs]
    files = [file for checkpoint in weights for file in (checkpoint, threshold_path(checkpoint))]
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


def region_color(source: Source) -> str:
    """Return the colour in which a source's region is outlined."""
    return source.color or AGREED


def _stem(path: Path) -> str:
    name = path.name
    for suffix in reversed(_SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
