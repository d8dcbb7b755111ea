"""The results of a study as a page: plots, tables, and what the numbers cannot support.

::

    <folder>/  index.html    everything inside, opens without a network
               results.json  every figure
               figures/      every picture as PNG and SVG
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from napari_rpdl.data.dataset import says_synthetic
from napari_rpdl.figures import page
from napari_rpdl.figures.canvas import save_figure
from napari_rpdl.figures.corrections import correction_parts, interval_in_words
from napari_rpdl.files import write_text
from napari_rpdl.review.agreement import Agreement
from napari_rpdl.review.plots import items_figure, points_figure, strengths_figure
from napari_rpdl.review.results import MeasureResult, PreferenceResult, Results

_AGREEMENT_COLUMNS = ("results", "same", "kappa", "AC1", "ICC(2,1)", "ICC(2,k)", "Kendall's W")


def write_results(results: Results, folder: Path) -> Path:
    """Write the report into ``folder``, over an older one; return the path of its page.

    Raises:
        InputError: the folder cannot be written.
    """
    pictures = {name: save_figure(figure, folder / "figures" / name)[0] for name, figure in _figures(results)}
    write_text(folder / "results.json", json.dumps(results.as_json(), indent=1, allow_nan=False) + "\n")
    index = folder / "index.html"
    write_text(index, page.page(f"{results.title}: results", _parts(results, pictures)))
    return index


def _figures(results: Results) -> Iterator[tuple[str, Figure]]:
    if results.measures and results.measures[0].points:
        yield "points", points_figure(results.measures[0])
        yield "items", items_figure(results.measures)
    for one in results.preferences:
        if one.preference.strengths:
            yield f"strengths_{one.measure.id}", strengths_figure(one.preference)


def _parts(results: Results, pictures: Mapping[str, Path]) -> Iterator[str]:
    name, version, citation = results.scale
    yield page.heading(f"{results.title}: results", 1)
    if says_synthetic(results.origin):
        yield page.badge("phantom (synthetic)")
    origin = results.origin.rstrip(".") or "origin not stated"
    yield page.paragraph(f"{name}, version {version}. Bones: {origin}.", "lead")
    yield page.heading("What these numbers cannot support, and what they can")
    yield from (page.paragraph(limit) for limit in results.limits)
    yield page.table(
        ("Grader", "locked", "planned"),
        ((grader, str(done), str(planned)) for grader, (done, planned) in results.progress.items()),
    )
    if results.measures:
        yield from _methods(results.measures, pictures)
    for one in results.preferences:
        yield from _preferences(one, pictures)
    yield from correction_parts(results.corrections)
    yield from _reliability([*results.measures, *results.preferences])
    yield page.heading("About the scale")
    yield page.paragraph(citation)
    yield page.link("results.json", "All figures as JSON")
    yield page.paragraph("Research software. Not for decisions about patients.", "small")


def _methods(measures: tuple[MeasureResult, ...], pictures: Mapping[str, Path]) -> Iterator[str]:
    main = measures[0]
    yield page.heading(f"Methods: {main.measure.title}")
    if "points" in pictures:
        yield page.picture(
            pictures["points"],
            "Score of every method on every bone, with means and intervals",
            "Each dot is a bone, a mean over graders. Bars: mean over the bones that have every method, with its 95 % "
            "bootstrap interval over bones (from three bones).",
        )
    if main.comparison is not None and main.comparison.omnibus is not None:
        omnibus = main.comparison.omnibus
        how = "all arrangements counted" if omnibus.exact else "9999 random arrangements"
        yield page.paragraph(f"Friedman: chi² = {omnibus.statistic:.3f}, p = {_p(omnibus.p)} ({how}).")
    if main.comparison is not None and main.comparison.pairs:
        yield page.table(
            ("Pair", "median difference", "p (Wilcoxon)", "p (Holm)"),
            (
                (f"{pair.first} - {pair.second}", f"{pair.difference:+.3g}", _p(pair.p), _p(pair.p_holm))
                for pair in main.comparison.pairs
            ),
        )
    yield page.heading("Item by item")
    if "items" in pictures:
        yield page.picture(
            pictures["items"],
            "Mean score of every item for every method",
            "Means over bones; the darker, the better within the item's range.",
        )
    yield _items_table(measures)


def _items_table(measures: tuple[MeasureResult, ...]) -> str:
    methods = sorted({method for one in measures for method in one.points})
    rows = []
    for one in measures:
        means = dict(zip(one.comparison.methods, one.comparison.means, strict=True)) if one.comparison else {}
        friedman = one.comparison.omnibus.p if one.comparison and one.comparison.omnibus else None
        cells = [interval_in_words(means.get(method)) for method in methods]
        rows.append((one.measure.title, *cells, "–" if friedman is None else _p(friedman)))
    return page.table(("Item", *methods, "p (Friedman)"), rows, main=measures[0].measure.title)


def _preferences(result: PreferenceResult, pictures: Mapping[str, Path]) -> Iterator[str]:
    found = result.preference
    yield page.heading(f"Preferences: {result.measure.title}")
    if found.note:
        yield page.paragraph(found.note)
    name = f"strengths_{result.measure.id}"
    if name in pictures:
        yield page.picture(
            pictures[name],
            "Strength of every method",
            "Bradley-Terry log-strengths with ties (Davidson), mean 0; intervals resample bones (from three bones).",
        )
        yield page.paragraph(f"Bias for the left tile: {found.left_bias:+.2f} (log-odds). Ties: nu = {found.ties:.2f}.")
    yield page.table(
        ("Preferred to", *found.methods),
        ((method, *map(str, row)) for method, row in zip(found.methods, found.wins, strict=True)),
    )
    yield page.paragraph(f"{found.no_difference} times no difference.", "small")


def _reliability(measured: Iterable[MeasureResult | PreferenceResult]) -> Iterator[str]:
    told = list(measured)
    yield page.heading("Agreement between graders")
    rows = ((one.measure.title, *_agreement(one.between)) for one in told)
    yield page.table(("Measure", *_AGREEMENT_COLUMNS), rows)
    yield page.paragraph(
        "Kappa: Cohen's for two graders (weights: square of the distance), Fleiss' for more on yes/no items, else the "
        "mean over pairs. AC1 (Gwet) stands where nearly everything passes and kappa collapses.",
        "small",
    )
    yield page.heading("Agreement of graders with themselves (hidden repeats)")
    repeated = (
        (f"{one.measure.title}: {grader}", *_agreement(agreement))
        for one in told
        for grader, agreement in one.within.items()
    )
    yield page.table(("Measure and grader", *_AGREEMENT_COLUMNS), repeated)


def _agreement(found: Agreement) -> tuple[str, ...]:
    return (
        str(found.things),
        "–" if found.same is None else f"{found.same:.0%}",
        _figure(found.kappa),
        _figure(found.ac1),
        interval_in_words(found.icc.single if found.icc else None),
        interval_in_words(found.icc.average if found.icc else None),
        _figure(found.w),
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.0001 else "< 0.0001"
