"""Which bones a training must not see."""

from dataclasses import replace

import pytest
from qtpy.QtCore import Qt

from napari_rpdl.gui.held_out import HeldOut


@pytest.fixture
def held_out(qtbot, small_dataset) -> HeldOut:
    made = HeldOut()
    qtbot.addWidget(made)
    made.offer(small_dataset)
    return made


def tick(held_out: HeldOut, row: int, on: bool) -> None:
    held_out.item(row).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def test_the_last_bone_is_held_out_at_first_but_never_the_only_one(held_out, small_dataset) -> None:
    assert held_out.ticked() == ("bone_3",)
    held_out.offer(replace(small_dataset, folder=small_dataset.folder / "one", entries=small_dataset.entries[:1]))
    assert (held_out.ticked(), held_out.words()) == ((), "Learns from <b>1</b> of 1 bones of small; 0 held out.")


def test_bones_stay_held_out_when_a_region_joins_the_dataset(held_out, small_dataset) -> None:
    """Else the next training would learn from the bone that a person has just put aside, without a word."""
    tick(held_out, 0, True)
    tick(held_out, 2, False)
    held_out.offer(replace(small_dataset, surgeons=(*small_dataset.surgeons, "surgeon_new")))
    assert held_out.ticked() == ("bone_1",)
    other = replace(small_dataset, folder=small_dataset.folder / "other")
    held_out.offer(other)
    assert held_out.ticked() == ("bone_3",)
    tick(held_out, 2, False)
    held_out.offer(None)
    assert (held_out.ticked(), held_out.words()) == ((), "Open a dataset to train on.")
    held_out.offer(other)
    assert held_out.ticked() == ("bone_3",)


def test_a_bone_that_two_cases_show_is_counted_once_and_held_out_with_both(held_out, small_dataset) -> None:
    first, second, third = small_dataset.entries
    held_out.offer(
        replace(
            small_dataset,
            folder=small_dataset.folder / "twice",
            entries=(first, second, replace(third, bone=first.bone)),
        )
    )
    assert held_out.ticked() == ("bone_3",)
    assert held_out.words() == "Learns from <b>1</b> of 2 bones of small; 1 held out."
