from dataclasses import replace

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.figures.surgeons_figure import surgeons_figure
from napari_rpdl.settings import SurgeonsFigureSettings

SMALL = {"width_mm": 60, "dpi": 72}


def captions(figure):
    return [text.get_text() for text in figure.texts if text.get_text().startswith("(")]


def test_the_original_and_all_surgeons_are_lettered(bone):
    figure = surgeons_figure(bone, SurgeonsFigureSettings(columns=2, **SMALL), "a note")
    assert captions(figure) == ["(a) Original", "(b) surgeon_1", "(c) surgeon_2", "(d) surgeon_3"]
    assert "a note" in [text.get_text() for text in figure.texts]
    rows = {round(axes.get_position().y0, 3) for axes in figure.axes}
    assert len(rows) == 2


def test_named_surgeons_come_in_their_order(bone):
    figure = surgeons_figure(bone, SurgeonsFigureSettings(surgeons=("surgeon_3", "surgeon_1"), **SMALL))
    assert captions(figure) == ["(a) Original", "(b) surgeon_3", "(c) surgeon_1"]


def test_unknown_surgeons_and_untouched_bones_are_refused(bone):
    with pytest.raises(InputError, match="it has: surgeon_1, surgeon_2, surgeon_3"):
        surgeons_figure(bone, SurgeonsFigureSettings(surgeons=("nobody",), **SMALL))
    with pytest.raises(InputError, match="no annotations"):
        surgeons_figure(replace(bone, annotations=()))
