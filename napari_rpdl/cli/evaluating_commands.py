"""The verb that scores predictions: evaluate."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.parsing import Command, checked
from napari_rpdl.cli.printing import answer, note, table
from napari_rpdl.errors import InputError
from napari_rpdl.settings import PredictionSettings, RPMapSettings

if TYPE_CHECKING:
    from napari_rpdl.evaluation.scoring import Scores

_MEANS = ("dice_mean", "rpd_mean", "oracle_dice", "fraction_of_oracle")
_THRESHOLD = PredictionSettings().threshold


@dataclass(frozen=True, kw_only=True)
class Evaluate(Command):
    """Score predictions against every surgeon who drilled the same bone.

    A prediction is a NIfTI file on the bone's grid: a region (0 and one other value), or
    probabilities from 0 to 1, which are cut at the threshold. The file's name without
    .nii.gz is its case; for other names, write CASE=FILE.

    Example:
      napari-rpdl evaluate my_dataset bone_9.nii.gz bone_8=old/result.nii.gz

    What comes out: Dice and RPD (mean and spread over the surgeons), beside the Dice of
    the oracle, the best any single prediction can reach.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    predictions: Positional[tuple[str, ...]]
    """Files, or CASE=FILE."""
    threshold: float = _THRESHOLD
    """Voxels at least this probable are drilled."""
    rpmap: RPMapSettings = field(default_factory=RPMapSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.data.regions import read_region
        from napari_rpdl.evaluation.scoring import score

        checked(PredictionSettings, threshold=self.threshold)
        dataset = Dataset.open(self.dataset)
        scored = []
        for case_id, path in [named(prediction, dataset.case_ids) for prediction in self.predictions]:
            case = dataset.case(case_id)
            scored.append((path, score(read_region(path, case.grid, self.threshold), case, self.rpmap)))
            note(f"scored {path}")
        result = {
            "dataset": dataset.name,
            "origin": dataset.origin,
            **{name: fmean(getattr(scores, name) for _, scores in scored) for name in _MEANS},
            "predictions": [{"file": str(path), **scores.as_json()} for path, scores in scored],
        }
        answer(result, _text(dataset.origin, [scores for _, scores in scored]), as_json=self.json)


def named(prediction: str, case_ids: Sequence[str]) -> tuple[str, Path]:
    """Return case and path of ``CASE=FILE``, or of a file that is named after its case.

    Raises:
        InputError: neither names a case of the dataset.
    """
    case_id, equals, file = prediction.partition("=")
    if equals and case_id in case_ids:
        return case_id, Path(file)
    stem = Path(prediction).name.removesuffix(".gz").removesuffix(".nii")
    if stem in case_ids:
        return stem, Path(prediction)
    msg = (
        f"Cannot tell which case {prediction} predicts: expected a file named after a case, such as "
        f"{case_ids[0]}.nii.gz, or CASE=FILE. Cases: {', '.join(case_ids[:20])}."
    )
    raise InputError(msg)


def _text(origin: str, scores: Sequence["Scores"]) -> str:
    rows: list[tuple[Any, ...]] = [
        (s.case_id, s.dice_mean, s.dice_sd, s.rpd_mean, s.rpd_sd, s.oracle_dice, s.fraction_of_oracle, s.volume_ratio)
        for s in scores
    ]
    headings = ("case", "Dice", "spread", "RPD", "spread", "oracle Dice", "of oracle", "volume ratio")
    touched = [
        f"{s.case_id}: {count} voxels inside {structure}"
        for s in scores
        for structure, count in s.critical_voxels.items()
        if count
    ]
    return "\n".join([origin, "", table(headings, rows), *touched])
