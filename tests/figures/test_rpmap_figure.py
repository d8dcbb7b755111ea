from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.figures.rpmap_figure import rpmap_figure
from napari_rpdl.settings import RPMapSettings


def shown(figure, panel):
    return figure.axes[panel].images[0]


def test_votes_and_map_are_those_of_the_paper(bone):
    figure = rpmap_figure(bone)
    votes, values = shown(figure, 1).get_array(), shown(figure, 2).get_array()
    counted = sum(mask.astype(int) for mask in bone.masks())
    layer = int(np.argmax(counted.sum(axis=(1, 2))))
    expected = counted[layer, ::-1, ::-1]
    np.testing.assert_array_equal(votes, expected)
    np.testing.assert_allclose(values, np.where(expected > 0, expected / 3, -1), atol=1e-6)


def test_zero_is_white(bone):
    picture = shown(rpmap_figure(bone, RPMapSettings(penalty=2)), 2)
    assert picture.norm.vmin == -picture.norm.vmax == -2
    np.testing.assert_allclose(picture.cmap(picture.norm(0.0))[:3], 1, atol=0.01)


@pytest.mark.parametrize("settings", [RPMapSettings(normalisation="none"), RPMapSettings(single_votes="zero")])
def test_variants_say_what_they_are(bone, settings):
    steps = " ".join(text.get_text() for axes in rpmap_figure(bone, settings, "coronal").axes for text in axes.texts)
    assert ("/ K" in steps) == (settings.normalisation == "surgeons")
    assert ("single votes 0" in steps) == (settings.single_votes == "zero")


def test_a_bone_that_nobody_drilled_is_refused(bone):
    with pytest.raises(InputError, match="right_bone has no annotations"):
        rpmap_figure(replace(bone, annotations=()))
