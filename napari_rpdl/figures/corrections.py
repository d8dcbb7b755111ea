"""The part of a report page that tells what it cost surgeons to correct predictions."""

from collections.abc import Iterator, Sequence

from napari_rpdl.drilling.correction import Correction
from napari_rpdl.evaluation.paired import Interval
from napari_rpdl.figures import page

_COLUMNS = ("Method", "corrections", "bones", "voxels changed", "surface distance", "minutes")


def correction_parts(found: Sequence[Correction]) -> Iterator[str]:
    """Yield a heading, a row for each method, and how its figures came about; nothing where nobody corrected."""
    if not found:
        return
    yield page.heading("What it cost to correct predictions")
    yield page.table(_COLUMNS, (_row(one) for one in found))
    how = "Means over bones, with intervals from three bones; pauses are left out of the minutes."
    yield page.paragraph(how, "small")


def interval_in_words(found: Interval | None) -> str:
    """Return a mean with its interval, as far as there is one."""
    if found is None:
        return "–"
    ends = "" if found.low is None or found.high is None else f" ({found.low:.2f} to {found.high:.2f})"
    return f"{found.value:.2f}{ends}"


def _row(one: Correction) -> tuple[str, ...]:
    return (
        *(one.method, str(one.corrections), str(one.bones), interval_in_words(one.changed)),
        f"{interval_in_words(one.distance)} {one.unit}" if one.distance else "–",
        interval_in_words(one.minutes),
    )
