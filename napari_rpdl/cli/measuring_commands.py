"""Verbs that look at a dataset: info, agreement, rpmap."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro
from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError
from napari_rpdl.cli.printing import answer, facts, figure, table
from napari_rpdl.events import Event, Progressed
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

if TYPE_CHECKING:
    from napari_rpdl.data.case import Case
    from napari_rpdl.data.dataset import Dataset

VariantName = Annotated[
    str, tyro.conf.arg(metavar="{" + ",".join(RPMAP_VARIANTS) + "}", help="A named variant instead of single settings.")
]


@dataclass(frozen=True, kw_only=True)
class Info(Command):
    """Tell what a dataset holds: cases, surgeons, structures, origin and licence.

    Every file is read, so that a damaged one is found.

    Example:
      napari-rpdl info my_dataset

    What comes out: a summary and a line for each case.
    """

    dataset: Positional[Path]
    """Dataset folder."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset

        opened = Dataset.open(self.dataset)
        cases: list[dict[str, Any]] = []
        follow(_described(opened, cases))
        result = {
            "name": opened.name,
            "folder": str(self.dataset),
            "bones": len({opened.bone_of(case_id) for case_id in opened.case_ids}),
            "surgeons": list(opened.surgeons),
            "structures": [structure.model_dump() for structure in opened.table.structures],
            "origin": opened.origin,
            "licence": opened.licence,
            "cases": cases,
        }
        answer(result, _info_text(opened, result), as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class MeasureAgreement(Command):
    """Measure how far the surgeons of a dataset agree, by the paper's protocol.

    Every surgeon is compared with each other surgeon of the same bone: Dice, and RPD by
    the reward-penalty map of the other surgeons. The oracle is the best single mask
    there can be; no prediction has a higher mean Dice.

    Example:
      napari-rpdl agreement my_dataset --json

    What comes out: foreground, Dice, RPD and oracle for the dataset and each case.
    """

    dataset: Positional[Path]
    """Dataset folder."""

    @override
    def execute(self) -> None:
        show_agreement(self.dataset, as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class WriteRPMap(Command):
    """Write the reward-penalty map of a bone: what each voxel is worth to a prediction.

    Voxels that surgeons drilled are worth their share of votes; voxels that nobody
    drilled cost a penalty (paper, Sec. III-B).

    Example:
      napari-rpdl rpmap my_dataset bone_1 bone_1_rpmap.nii.gz

    What comes out: a NIfTI file of decimal numbers on the bone's own grid.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    case: Positional[str]
    """Name of a case that surgeons drilled."""
    out: Positional[Path]
    """File to write, .nii or .nii.gz."""
    variant: VariantName = ""
    rpmap: RPMapSettings = field(default_factory=RPMapSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.consensus.rpmap import rpmap_of
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.data.nifti import write_volume
        from napari_rpdl.data.volume import Volume

        settings = _chosen(self.variant, self.rpmap)
        loaded = Dataset.open(self.dataset).case(self.case)
        values = rpmap_of(loaded.masks(), settings)
        write_volume(Volume(values, loaded.grid), self.out)
        result: dict[str, Any] = {
            "file": str(self.out),
            "case_id": loaded.case_id,
            "surgeons": list(loaded.surgeons),
            "settings": settings.model_dump(),
            "lowest": float(values.min()),
            "highest": float(values.max()),
            "rewarded": float((values > 0).mean()),
        }
        text = (
            f"Wrote {self.out}: {figure(result['lowest'])} to {figure(result['highest'])}, "
            f"{100 * result['rewarded']:.1f} % of the voxels rewarded, from {len(loaded.surgeons)} surgeons."
        )
        answer(result, text, as_json=self.json)


def show_agreement(folder: Path, *, as_json: bool) -> None:
    """Measure a dataset and print how far its surgeons agree."""
    from napari_rpdl.consensus.agreement import measure_agreement
    from napari_rpdl.data.dataset import Dataset

    dataset = Dataset.open(folder)
    result = {"dataset": dataset.name, "origin": dataset.origin, **measure_agreement(dataset).as_json()}
    answer(result, _agreement_text(result), as_json=as_json)


def _described(dataset: "Dataset", rows: list[dict[str, Any]]) -> Iterator[Event]:
    for number, case in enumerate(dataset, start=1):
        rows.append(_describe(case))
        yield Progressed("reading cases", number, len(dataset))


def _describe(case: "Case") -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "bone": case.bone,
        "side": case.side,
        "grid": list(case.grid.shape),
        "spacing_mm": case.grid.spacing_mm and list(case.grid.spacing_mm),
        "surgeons": list(case.surgeons),
        "has_structures": case.structures is not None,
        "has_ct": case.ct is not None,
        "has_burr_positions": any(annotation.burr_positions is not None for annotation in case.annotations),
    }


def _info_text(dataset: "Dataset", result: dict[str, Any]) -> str:
    head = facts(
        {
            "name": dataset.name,
            "cases": f"{len(dataset)} of {result['bones']} bones",
            "surgeons": ", ".join(dataset.surgeons),
            "structures": ", ".join(f"{s.code} {s.name}" for s in dataset.table.structures),
            "origin": dataset.origin,
            "licence": dataset.licence,
        }
    )
    rows = [
        (
            case["case_id"],
            case["bone"],
            case["side"] or "side unknown",
            " x ".join(map(str, case["grid"])),
            " x ".join(f"{step:.3g}" for step in case["spacing_mm"]) + " mm" if case["spacing_mm"] else "size unknown",
            len(case["surgeons"]),
        )
        for case in result["cases"]
    ]
    return f"{head}\n\n{table(('case', 'bone', 'side', 'grid (z y x)', 'voxel (z y x)', 'surgeons'), rows)}"


def _agreement_text(result: dict[str, Any]) -> str:
    rows = [
        (case["case_id"], case["foreground"], case["dice_mean"], case["rpd_mean"], case["oracle_dice"])
        for case in result["cases"]
    ]
    whole = ("all", result["foreground"], result["dice_mean"], result["rpd_mean"], result["oracle_dice"])
    lines = [
        result["origin"],
        "",
        table(("case", "foreground", "Dice", "RPD", "oracle Dice"), [*rows, whole]),
        "",
        f"Between surgeons (mean ± spread): Dice {_spread(result, 'dice')}, RPD {_spread(result, 'rpd')}.",
    ]
    if result["repeat_dice"] is not None:
        lines.append(
            f"A surgeon who drilled a bone again agrees with themselves by a Dice of {figure(result['repeat_dice'])}."
        )
    return "\n".join([*lines, *result["notes"]])


def _spread(result: dict[str, Any], name: str) -> str:
    return f"{figure(result[f'{name}_mean'])} ± {figure(result[f'{name}_sd'])}"


def _chosen(variant: str, settings: RPMapSettings) -> RPMapSettings:
    if not variant:
        return settings
    if variant not in RPMAP_VARIANTS:
        msg = f"--variant: expected one of {', '.join(RPMAP_VARIANTS)}, got {variant!r}."
        raise UsageError(msg)
    if settings != RPMapSettings():
        msg = "--variant names all settings of the map; give either it or single settings."
        raise UsageError(msg)
    return RPMAP_VARIANTS[variant]
