"""Curves show the epochs they were given."""

from napari_rpdl.gui.curves import Curves, RunCurves
from napari_rpdl.learning.events import EpochEnded


def test_curves_follow_the_epochs_and_mark_the_best(qtbot) -> None:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.show()
    epochs = [EpochEnded(n, 3, 1 / n, (0.9, 0.5, 0.7)[n - 1], 0.5, 1e-3, 0.1, 5.0, n < 3) for n in (1, 2, 3)]
    curves.show_epochs(epochs)
    (axes,) = curves.figure.axes
    training, validation, best = (line.get_xydata().tolist() for line in axes.lines)
    assert training == [[1, 1], [2, 0.5], [3, 1 / 3]]
    assert validation == [[1, 0.9], [2, 0.5], [3, 0.7]]
    assert best == [[2, 0.5]]
    qtbot.waitUntil(lambda: axes.get_xlim()[1] < 5, timeout=30_000)


def test_the_curves_of_another_training_go_before_the_first_epoch_of_the_next(qtbot, monkeypatch) -> None:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.show()
    drawn: list[int] = []
    monkeypatch.setattr(curves, "draw_idle", lambda: drawn.append(len(curves.figure.axes[0].lines[0].get_xdata())))
    curves.show_epochs([EpochEnded(1, 1, 0.4, None, None, 1e-3, 0.1, 0.0, True)])
    qtbot.waitUntil(lambda: drawn == [1], timeout=30_000)
    curves.show_epochs([])
    qtbot.waitUntil(lambda: drawn == [1, 0], timeout=30_000)


def test_a_training_without_validation_is_judged_by_its_own_loss(qtbot) -> None:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.show_epochs([EpochEnded(1, 1, 0.4, None, None, 1e-3, 0.1, 0.0, True)])
    _, validation, best = (line.get_xydata().tolist() for line in curves.figure.axes[0].lines)
    assert (validation, best) == ([], [[1, 0.4]])


def test_curves_of_runs_share_a_picture_and_one_without_epochs_is_left_out(qtbot) -> None:
    curves = RunCurves()
    qtbot.addWidget(curves)
    watched = [EpochEnded(n, 3, 2.0 / n, 3.0 / n, 0.5, 1e-3, 0.1, 0.0, True) for n in (1, 2, 3)]
    unwatched = [EpochEnded(n, 3, 4.0 / n, None, None, 1e-3, 0.1, 0.0, True) for n in (1, 2)]
    curves.show_runs([("a", watched), ("nothing yet", ()), ("b", unwatched)])
    lines = {line.get_label(): line for line in curves.figure.axes[0].lines if line.get_linewidth() > 1}
    assert list(lines) == ["a", "b"]
    assert list(lines["a"].get_ydata()) == [3.0, 1.5, 1.0]
    assert list(lines["b"].get_ydata()) == [4.0, 2.0], "without validation the training is all there is"
    curves.show_runs([])
    assert curves.figure.axes[0].lines[:] == []
