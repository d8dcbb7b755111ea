"""The report of a demo: a page that says what was learned, with pictures, tables and provenance.

::

    <folder>/  index.html     everything inside, opens without a network
               scores.csv     one number in a row
               figures/       every picture as PNG and SVG
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from napari_rpdl.consensus.agreement import DatasetAgreement
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.experiments.methods import Answer, MethodScores
from napari_rpdl.experiments.tables import write_scores
from napari_rpdl.figures import page
from napari_rpdl.figures.canvas import save_figure
from napari_rpdl.figures.curves import learning_curve_figure
from napari_rpdl.figures.grid_figure import GridRow, GridTile, draw_grid, wrapped
from napari_rpdl.figures.rpmap_figure import rpmap_figure
from napari_rpdl.figures.slices import slices_figure
from napari_rpdl.files import write_text
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.settings import TrainingSettings

_COLUMNS = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReportContent:
    """All that a report tells.

    Attributes:
        dataset: where the bones come from.
        case: the held-out bone.
        agreement: how far the surgeons of all bones agree.
        surgeons: how far those of the held-out bone agree; None for a single surgeon.
        network: what the network answered.
        baseline: the mean vote map of the other bones.
        oracle: the best single answer there is.
        history: the epochs of the training.
        training_cases: names of the cases that were trained on.
        validation_cases: names of the cases that watched the training.
        settings: of the training.
        provenance: what ran where, names and values as they are shown.
        command: what to type to repeat it.
    """

    dataset: Dataset
    case: Case
    agreement: DatasetAgreement
    surgeons: MethodScores | None
    network: Answer
    baseline: Answer
    oracle: Answer
    history: Sequence[EpochEnded]
    training_cases: tuple[str, ...]
    validation_cases: tuple[str, ...]
    settings: TrainingSettings
    provenance: Mapping[str, str]
    command: str

    @property
    def methods(self) -> tuple[MethodScores, ...]:
        """The lines of the comparison, from the surgeons to the bound."""
        answers = (self.baseline.scores, self.network.scores, self.oracle.scores)
        return answers if self.surgeons is None else (self.surgeons, *answers)

    @property
    def synthetic(self) -> bool:
        """Whether the dataset says that its bones are no real ones."""
        return self.dataset.synthetic


def write_report(folder: Path, content: ReportContent) -> Path:
    """Write the report into ``folder``, over an older one; return the path of its page.

    The page is written last, so that where it is there, all it links to is there too.

    Raises:
        InputError: the folder cannot be written.
    """
    pictures = {name: save_figure(figure, folder / "figures" / name)[0] for name, figure in _figures(content)}
    write_scores(content.methods, folder / "scores.csv")
    index = folder / "index.html"
    title = f"{content.case.case_id}: what a network learned from {len(content.case.surgeons)} surgeons"
    write_text(index, page.page(title, _parts(title, content, pictures)))
    return index


def _figures(content: ReportContent) -> Iterator[tuple[str, Figure]]:
    yield "bones", draw_grid(_rows(content))
    yield "slices", slices_figure(content.case, content.network.mask, "network")
    yield "rpmap", rpmap_figure(content.case, content.settings.rpmap)
    if content.history:
        yield "learning_curve", _learning_curve(content.history)


def _rows(content: ReportContent) -> list[GridRow]:
    answers = (
        (content.network.scores.title, content.network),
        ("Mean map", content.baseline),
        ("Best possible", content.oracle),
    )
    tiles = (GridTile("Original"), *(GridTile(caption, a.mask, _dice_line(a.scores)) for caption, a in answers))
    surgeons = tuple(
        GridTile(annotation.surgeon, annotation.mask, (f"network's Dice {dice:.3f}",))
        for annotation, dice in zip(content.case.annotations, content.network.scores.dice, strict=True)
    )
    return [
        GridRow(content.case, tiles, content.case.case_id),
        *wrapped(GridRow(content.case, surgeons, "surgeons"), _COLUMNS),
    ]


def _dice_line(scores: MethodScores) -> tuple[str, ...]:
    return (f"Dice {scores.dice_mean:.3f} ± {scores.dice_sd:.3f}",)


def _learning_curve(history: Sequence[EpochEnded]) -> Figure:
    best = [event.epoch for event in history if event.best]
    return learning_curve_figure(
        [event.epoch for event in history],
        [event.training_loss for event in history],
        [event.validation_loss for event in history],
        [event.validation_dice for event in history],
        best[-1] if best else None,
    )


def _parts(title: str, content: ReportContent, pictures: Mapping[str, Path]) -> Iterator[str]:
    if content.synthetic:
        yield page.badge("phantom (synthetic) data: no real bone, no real surgeon")
    yield page.heading(title, level=1)
    yield page.paragraph(_summary(content), "lead")
    yield page.cards(_key_figures(content), main=0)
    yield from _comparison(content, pictures)
    yield from _by_surgeon(content)
    yield from _details(content, pictures)
    yield from _data(content)
    yield from _provenance(content)


def _summary(content: ReportContent) -> str:
    network, baseline = content.network.scores, content.baseline.scores
    verdict = "beats" if network.dice_mean > baseline.dice_mean else "does not beat"
    return (
        f"The network never saw {content.case.case_id}. On it, its answer {verdict} the trivial one (where surgeons "
        f"drilled the other bones): mean Dice to the surgeons {network.dice_mean:.3f} against "
        f"{baseline.dice_mean:.3f}. No single answer can do better than {content.oracle.scores.dice_mean:.3f}, "
        f"because the surgeons differ; the network reaches {network.fraction_of_oracle:.0%} of that."
    )


def _key_figures(content: ReportContent) -> list[tuple[str, str]]:
    figures = [(f"{content.network.scores.dice_mean:.3f}", "Dice of the network to the surgeons")]
    if content.surgeons is not None:
        figures.append((f"{content.surgeons.dice_mean:.3f}", "Dice of the surgeons to each other"))
    figures.append((f"{content.baseline.scores.dice_mean:.3f}", "Dice of the mean map of the other bones"))
    figures.append((f"{content.oracle.scores.dice_mean:.3f}", "Dice of the best single answer there is"))
    return figures


def _comparison(content: ReportContent, pictures: Mapping[str, Path]) -> Iterator[str]:
    yield page.heading("The bone, and what was drilled")
    yield page.picture(
        pictures["bones"],
        "The held-out bone from the lateral side, untouched, as methods answer and as each surgeon left it",
        "Seen as in surgery, from the lateral side: front up, ear canal on top, mastoid below. "
        "First row: the bone, and the bone as each method would leave it, with its mean Dice to all surgeons "
        "(± spread between surgeons). Below: as each surgeon left it.",
    )
    yield page.heading("Methods beside each other")
    columns = ("Method", "Dice", "RPD", "of the best possible", "volume / surgeons", "voxels in critical structures")
    rows = [
        (
            method.title,
            f"{method.dice_mean:.3f} ± {method.dice_sd:.3f}",
            f"{method.rpd_mean:.3f} ± {method.rpd_sd:.3f}",
            f"{method.fraction_of_oracle:.1%}",
            "–" if method.volume_ratio is None else f"{method.volume_ratio:.2f}",
            critical_text(method.critical_voxels),
        )
        for method in content.methods
    ]
    yield page.table(columns, rows, main=content.network.scores.title)
    yield page.paragraph(
        "± is the spread between surgeons, not the uncertainty of the mean; this is one bone. RPD uses the paper's "
        "reward-penalty map of all surgeons of the bone for every line. Voxels in critical structures of the "
        "surgeons' line are a mean over surgeons. The best possible is the mask with the highest mean Dice to the "
        "surgeons; it needs their answers, so it is a bound and no method.",
        "small",
    )


def critical_text(voxels: Mapping[str, float]) -> str:
    """Return how many voxels lie in which critical structures, such as "3 (incus 1, dura 2)"."""
    touched = ", ".join(f"{name} {count:.3g}" for name, count in voxels.items() if count)
    return f"{sum(voxels.values()):.4g}" + (f" ({touched})" if touched else "")


def _by_surgeon(content: ReportContent) -> Iterator[str]:
    yield page.heading("Surgeon by surgeon")
    columns = ["Compared with"]
    for method in content.methods:
        columns += [f"{method.title}: Dice", "RPD"]
    rows = []
    for rank, surgeon in enumerate(content.case.surgeons):
        cells = [f"{value:.3f}" for method in content.methods for value in (method.dice[rank], method.rpd[rank])]
        rows.append((surgeon, *cells))
    yield page.table(columns, rows)
    if content.surgeons is not None:
        yield page.paragraph("Surgeons among each other: the mean of what the others reach with this one.", "small")
    yield page.link("scores.csv", "All figures as CSV")


def _details(content: ReportContent, pictures: Mapping[str, Path]) -> Iterator[str]:
    yield page.heading("In slices")
    yield page.picture(
        pictures["slices"],
        "Three planes with the outlines of all surgeons and of the network",
        "The layers in which the surgeons drilled most. A front, P back, S crown, I foot, R and L the patient's sides.",
    )
    yield page.heading("From surgeons to a reward-penalty map")
    yield page.picture(
        pictures["rpmap"],
        "Outlines of the surgeons, the vote map and the reward-penalty map of one layer",
        "What the loss rewards (blue) and punishes (red-brown) on this bone; zero is white. "
        "The network was trained on the maps of the other bones.",
    )
    if "learning_curve" in pictures:
        yield page.heading("How the training went")
        yield page.picture(
            pictures["learning_curve"],
            "Loss and validation Dice over the epochs",
            f"{len(content.history)} epochs in {sum(event.seconds for event in content.history):.0f} s. The dashed "
            "line marks the epoch whose weights are used.",
        )


def _data(content: ReportContent) -> Iterator[str]:
    agreement = content.agreement
    yield page.heading("The data")
    dataset = {
        "Dataset": content.dataset.name,
        "Origin": content.dataset.origin or "not stated",
        "Licence": content.dataset.licence or "not stated",
        "Size": f"{len(content.dataset)} cases, {len(content.dataset.surgeons)} surgeons",
        "Drilled share of the voxels": f"{agreement.foreground:.2%}",
        "Surgeons' Dice, all bones": _plus_minus(agreement.dice_mean, agreement.dice_sd),
        "Surgeons' RPD, all bones": f"{_plus_minus(agreement.rpd_mean, agreement.rpd_sd)} (map of the others)",
        "Best possible Dice, all bones": "-" if agreement.oracle_dice is None else f"{agreement.oracle_dice:.3f}",
        "Held out": content.case.case_id,
        "Trained on": ", ".join(content.training_cases),
        "Watched by": ", ".join(content.validation_cases) or "no bone kept apart",
    }
    yield page.facts(dataset)


def _provenance(content: ReportContent) -> Iterator[str]:
    yield page.heading("How to repeat it")
    yield page.code(content.command)
    yield page.facts(content.provenance)
    yield page.heading("Settings of the training")
    yield page.code(content.settings.model_dump_json(indent=2))
    yield page.paragraph("Research software. Not for decisions about patients.", "small")


def _plus_minus(mean: float | None, spread: float | None) -> str:
    return "–" if mean is None else f"{mean:.3f} ± {spread:.3f}"
