"""Layers become a dataset, or it is said why they cannot."""

import numpy as np
import pytest
from napari.layers import Image, Labels

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.gui.hand_layers import HandLayer, use_layers

SPACING = (0.5, 0.6, 0.7)


def labels(voxels, name, scale=SPACING, units="mm") -> HandLayer:
    return HandLayer.of(Labels(voxels, name=name, scale=scale, units=(units,) * 3))


def test_layers_become_a_dataset_on_their_grid(small_case, tmp_path) -> None:
    bone = labels(small_case.labels(), "my bone")
    drilled = [labels(mask.astype(np.uint8) * 3, f"dr. {number}") for number, mask in enumerate(small_case.masks())]
    said = [*use_layers(bone, drilled, tmp_path / "out", side="left")]
    assert "3 drilled regions" in said[0].text
    case = Dataset.open(tmp_path / "out").case("my_bone")
    assert np.array_equal(case.labels(), small_case.labels())
    assert case.surgeons == ("dr._0", "dr._1", "dr._2")
    assert all(np.array_equal(one, other) for one, other in zip(case.masks(), small_case.masks(), strict=True))
    assert case.grid.spacing_mm == pytest.approx(SPACING)
    assert case.side == "left"


def test_a_unit_of_pixels_means_an_unknown_spacing_and_the_bone_may_be_missing(small_case, tmp_path) -> None:
    only = labels(small_case.masks()[0].astype(np.uint8), "anna", units="pixel")
    assert [*use_layers(None, [only], tmp_path / "out")]
    case = Dataset.open(tmp_path / "out").case("anna")
    assert (case.structures, case.grid.spacing_known) == (None, False)


def test_other_shapes_spacings_and_codes_are_refused_in_words(small_case, tmp_path) -> None:
    bone, mask = labels(small_case.labels(), "bone"), small_case.masks()[0].astype(np.uint8)
    for wrong, words in (
        (labels(mask[:9], "short"), r"'short' has \(9, 16, 16\)"),
        (labels(mask, "coarse", scale=(1, 1, 1)), "'coarse' has spacing 1 x 1 x 1 mm"),
        (labels(mask, "lost", units="pixel"), "'lost' has spacing unknown"),
    ):
        with pytest.raises(InputError, match=words):
            use_layers(bone, [wrong], tmp_path / "out")
    with pytest.raises(InputError, match="Is it an image"):
        use_layers(labels(np.full((4, 4, 4), 1200), "ct"), [], tmp_path / "out")
    with pytest.raises(InputError, match="each surgeon once"):
        use_layers(bone, [labels(mask, "anna"), labels(mask, "anna")], tmp_path / "out")
    with pytest.raises(InputError, match="Choose"):
        use_layers(None, [], tmp_path / "out")
    with pytest.raises(InputError, match="three axes"):
        HandLayer.of(Image(np.zeros((4, 4), np.float32), name="flat"))
    assert not (tmp_path / "out").exists()
