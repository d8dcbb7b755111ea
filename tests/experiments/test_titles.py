"""Names for people."""

from napari_rpdl.experiments.bone_table import Part
from napari_rpdl.experiments.titles import arm_of, loss_title, method_titles, network_title, part_title


def test_the_papers_names_are_used_where_it_is_trained_as_there(make_row):
    assert (network_title("paper", "vnet-published"), loss_title("dice")) == ("V-net", "DL")
    assert (network_title("default", "vnet-published"), loss_title("bce+dice")) == ("vnet-published", "bce+dice")


def test_methods_are_in_the_papers_order_and_name_the_preset_where_there_are_several(make_row):
    rows = [make_row(f"paper/unet-published/{loss}") for loss in ("rpdl", "dice", "wcel")] + [make_row("oracle")]
    assert list(method_titles(rows).values()) == ["U-net WCEL", "U-net DL", "U-net RPDL", "Oracle"]
    several = method_titles([*rows, make_row("default/unet/dice/wide")])
    assert several["default/unet/dice/wide"] == "unet DL (default, wide)"
    assert several["paper/unet-published/rpdl"] == "U-net RPDL (paper)"


def test_arms_names(make_row):
    assert arm_of(make_row("default/unet/bce+dice/no-mirror")) == ("default", "unet", "no-mirror")
    assert arm_of(make_row("default/unet/bce+dice")) == ("default", "unet", "")


def test_parts_in_words():
    assert part_title(Part("surgeons", "repaired", "tuned")) == (
        "Experiment 2 (leave one surgeon out), protocol repaired, tuned threshold"
    )
