import pytest
from matplotlib.figure import Figure

from napari_rpdl.review.plots import items_figure, points_figure, strengths_figure
from napari_rpdl.review.preference import Choice, bradley_terry
from napari_rpdl.review.results import results


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


@pytest.fixture
def found(book, plan, grade):
    grade(book, plan, {"surgeons": 4.0, "rpdl": 3.0, "dice": 2.0}, noise=0.3)
    return results(book, plan.key)


def test_every_bone_of_every_method_is_a_dot(found):
    figure = points_figure(found.measures[0])
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_ydata()) for line in dots] == [3, 3, 3]
    assert {"surgeons", "rpdl", "dice"} <= set(texts(figure))


def test_every_item_has_a_row_and_the_total_none(found):
    figure = items_figure(found.measures)
    shades = figure.axes[0].images[0].get_array()
    assert shades.shape == (5, 3)
    assert 0 <= shades.min() <= shades.max() <= 1
    assert not any("Total" in text for text in texts(figure))


def test_the_strongest_is_on_top():
    figure = strengths_figure(bradley_terry([Choice("a", "b", 1)] * 3 + [Choice("a", "b", 2)]))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["b", "a"]
