"""Figures as files, opened by other programs."""

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import REWARD_PENALTY_COLORS, bare, new_figure, save_figure, surgeon_color


@pytest.fixture
def figure():
    figure = new_figure(2, 1)
    figure.add_subplot().plot([0, 1], label="Größe")
    figure.axes[0].legend()
    return figure


def test_a_figure_has_the_size_it_was_given(figure, tmp_path):
    png, svg = save_figure(figure, tmp_path / "fig.1")
    assert (png.name, svg.name) == ("fig.1.png", "fig.1.svg")
    with Image.open(png) as picture:
        width, height = picture.size
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert (width, height) == (320, 160), "2 x 1 inches of 160 dots"
    assert 'width="144pt" height="72pt"' in svg.read_text(encoding="utf-8"), "an inch has 72 points"


def test_words_stay_words_and_no_date_or_rule_is_left_behind(figure, tmp_path):
    before = dict(mpl.rcParams)
    text = save_figure(figure, tmp_path / "figure")[1].read_text(encoding="utf-8")
    assert ">Größe</text>" in text
    assert "dc:date" not in text
    assert dict(mpl.rcParams) == before


def test_a_second_figure_takes_the_place_of_the_first(figure, tmp_path):
    save_figure(new_figure(1, 1), tmp_path / "figure")
    save_figure(figure, tmp_path / "figure")
    assert Image.open(tmp_path / "figure.png").size == (320, 160)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure.png", "figure.svg"]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="write"):
        save_figure(figure, tmp_path / "file" / "figure")


def test_eight_surgeons_are_told_apart_then_colours_come_again():
    colors = [mpl.colors.to_rgb(surgeon_color(rank)) for rank in range(8)]
    differences = [np.abs(np.subtract(a, b)).max() for i, a in enumerate(colors) for b in colors[:i]]
    assert min(differences) > 0.15
    assert surgeon_color(8) == surgeon_color(0)


def test_reward_is_blue_penalty_warm_and_nothing_white():
    penalty, nothing, reward = REWARD_PENALTY_COLORS([0.0, 0.5, 1.0])[:, :3]
    assert reward[2] > reward[0]
    assert penalty[0] > penalty[2]
    np.testing.assert_allclose(nothing, 1, atol=0.01)


def test_bare_axes_draw_nothing():
    figure = new_figure(1, 1)
    axes = figure.add_subplot()
    assert bare(axes) is axes
    figure.canvas.draw()
    assert (np.asarray(figure.canvas.buffer_rgba()) == 255).all()
