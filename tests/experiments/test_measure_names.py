"""Which rows each measure takes."""

import pytest

from napari_rpdl.experiments.bone_table import Part
from napari_rpdl.experiments.measure_names import DICE, RPD, map_of, measured, measures_in, of_oracle

PAPER = Part("bones", "paper", "fixed")


def test_measures_are_those_of_the_rows_with_their_units(make_row):
    metrics = ("hd95:voxels", "dice", "within_1mm:dura", "critical_voxels:dura", "critical_voxels:incus", "unheard of")
    found = measures_in([make_row(metric=metric) for metric in metrics])
    assert [measure.title for measure in found] == [
        "Dice",
        "HD95 (voxels)",
        "voxels in critical structures",
        "voxels within 1 mm of them",
    ]
    (surface,) = measures_in([make_row(metric="surface_dice:1mm")])
    assert (surface.title, surface.metric) == ("surface Dice (1 mm)", "surface_dice:1mm")
    assert surface.holds(make_row(metric="surface_dice:1mm"))
    assert not surface.holds(make_row(metric="surface_dice:1voxel"))


@pytest.mark.parametrize(
    ("experiment", "protocol", "rpmap"),
    [
        ("bones", "paper", "test"),
        ("surgeons", "paper", "training"),
        ("bones", "repaired", "others"),
        ("surgeons", "repaired", "others"),
    ],
)
def test_the_map_is_the_papers_in_the_papers_protocol(make_row, experiment, protocol, rpmap):
    part = Part(experiment, protocol, "fixed")
    assert map_of(part) == rpmap
    rows = [
        make_row(metric="rpd", rpmap=name, value=value)
        for name, value in zip(("test", "training", "others"), (1, 2, 3), strict=True)
    ]
    (value,) = measured(rows, RPD, part).by_bone("paper/unet-published/wcel").values()
    assert value == ("test", "training", "others").index(rpmap) + 1


def test_surgeons_have_the_map_of_the_others_where_there_is_no_other(make_row):
    rows = [make_row("surgeons", metric="rpd", rpmap="others", value=0.4), make_row(metric="rpd", rpmap="others")]
    table = measured(rows, RPD, PAPER)
    assert table.by_bone("surgeons") == {"bone_1": 0.4}
    assert table.methods == ("surgeons",)
    both = [*rows, make_row("surgeons", metric="rpd", rpmap="test", value=0.7)]
    assert measured(both, RPD, PAPER).by_bone("surgeons") == {"bone_1": 0.7}


def test_the_share_of_the_oracle_is_that_of_the_rows_else_a_quotient(make_row):
    rows = [
        make_row("oracle", value=0.8),
        make_row("surgeons", value=0.6),
        make_row(value=0.4),
        make_row(metric="fraction_of_oracle", surgeon="", value=0.55),
        make_row("oracle", bone="bone_2", value=0.0),
        make_row(bone="bone_2", value=0.4),
    ]
    shares = of_oracle(rows, PAPER)
    assert shares.by_bone("surgeons") == pytest.approx({"bone_1": 0.75})
    assert shares.by_bone("paper/unet-published/wcel") == {"bone_1": 0.55}
    assert shares.by_bone("oracle") == {"bone_1": 1.0}
    assert measured(rows, DICE, PAPER).by_bone("oracle") == {"bone_1": 0.8, "bone_2": 0.0}
