"""Bones beside each other, as surgeons left them and as networks would (paper, Fig. 4)."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.figures.grid_figure import GridRow, GridTile, draw_grid
from napari_rpdl.figures.score_lines import score_lines, surgeon_score_lines
from napari_rpdl.settings import ComparisonFigureSettings

Predictions = Mapping[str, Mapping[str, Mask]]
"""Name of a method -> name of a case -> bool (z, y, x) on the case's grid, what it would drill."""

_FEW = 3


def comparison_figure(
    cases: Sequence[Case],
    predictions: Predictions,
    settings: ComparisonFigureSettings | None = None,
    note: str = "",
) -> Figure:
    """Return a row for each bone: as it was, as surgeons left it, as each method would, with scores beneath.

    Args:
        cases: the bones; ``settings.cases`` is not looked at.
        predictions: what each method would drill; ``settings.predictions`` is not looked at.
        settings: which surgeons, the reference for colours, and how it is printed.
        note: a paragraph below everything.

    Raises:
        InputError: no cases, a surgeon who has not drilled one of them, a case that a
            method has not predicted, a mask of another grid, a method that is called like
            a surgeon, or a reference that is neither of the two.
    """
    settings = settings or ComparisonFigureSettings()
    for name in sorted(predictions.keys() & {surgeon for case in cases for surgeon in case.surgeons}):
        msg = f"A prediction and a surgeon are both called {name!r}. Give the prediction another name: NAME=FOLDER."
        raise InputError(msg)
    surgeons = settings.surgeons or common_surgeons(cases)[:_FEW]
    rows = [_row(case, surgeons, predictions, settings.reference) for case in cases]
    return draw_grid(rows, settings, reference_name=settings.reference, note=note)


def common_surgeons(cases: Sequence[Case]) -> tuple[str, ...]:
    """Return who drilled all of the cases, in the first one's order."""
    return tuple(name for name in (cases[0].surgeons if cases else ()) if all(name in case.surgeons for case in cases))


def _row(case: Case, surgeons: Sequence[str], predictions: Predictions, reference: str) -> GridRow:
    tiles = [GridTile("Original")]
    tiles += [GridTile(name, case.annotation(name).mask, surgeon_score_lines(name, case)) for name in surgeons]
    for name, predicted in predictions.items():
        mask = _predicted(name, predicted, case)
        tiles.append(GridTile(name, mask, score_lines(mask, case)))
    side = f" ({case.side})" if case.side else ""
    return GridRow(case, tuple(tiles), f"{case.case_id}{side}", _reference(reference, case, predictions))


def _reference(name: str, case: Case, predictions: Predictions) -> Mask | None:
    if not name:
        return None
    if name in predictions:
        return _predicted(name, predictions[name], case)
    if name in case.surgeons:
        return case.annotation(name).mask
    known = ", ".join([*case.surgeons, *predictions]) or "none"
    msg = f"The reference {name!r} is neither a surgeon of {case.case_id} nor a prediction; there are: {known}."
    raise InputError(msg)


def _predicted(name: str, predicted: Mapping[str, Mask], case: Case) -> Mask:
    if case.case_id not in predicted:
        known = ", ".join(predicted) or "none"
        msg = f"{name} has no prediction of {case.case_id}; it has: {known}. Predict it, or leave the case out."
        raise InputError(msg)
    return predicted[case.case_id]
