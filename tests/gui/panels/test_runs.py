"""The queue and the earlier runs, by their buttons."""

from pathlib import Path

import pytest

from napari_rpdl.gui.panels.runs import RunsPanel
from napari_rpdl.gui.training_state import Queued, TrainingState, TrainingWish
from napari_rpdl.learning.events import TrainingEnded
from napari_rpdl.learning.run_history import RunsFound, find_runs
from napari_rpdl.settings import TrainingSettings


@pytest.fixture
def panel(qtbot, session) -> RunsPanel:
    made = RunsPanel(session)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def found(make_run, tmp_path) -> RunsFound:
    make_run(tmp_path / "first", (2.0, 1.5), loss="dice")
    make_run(tmp_path / "second", (3.0, 1.0, 2.0), loss="wcel")
    make_run(tmp_path / "third", (), loss="rpdl")
    return find_runs([tmp_path])


def row_of(panel: RunsPanel, name: str) -> int:
    return next(row for row in range(panel.table.rowCount()) if panel.table.item(row, 0).text() == name)


def queued(loss: str, hold_out: tuple[str, ...] = ()) -> Queued:
    return Queued(TrainingWish(TrainingSettings(loss=loss, epochs=7), None, hold_out, own_process=True), Path("bones"))


def test_what_waits_is_told_apart_by_the_bones_held_out(panel, session) -> None:
    folds = [("bone_1",), ("bone_2", "bone_3", "bone_4", "bone_5", "bone_6")]
    session.queue = tuple(queued("dice", held) for held in folds)
    assert [panel.queue.item(row).text() for row in (0, 1)] == [
        "dice, unet, grid 64, 7 epochs, without bone_1",
        "dice, unet, grid 64, 7 epochs, without bone_2, bone_3, bone_4 and 2 more",
    ]


def test_the_queue_is_shown_only_where_something_waits_and_is_reordered(panel, session, heard) -> None:
    assert panel.queue_section.isHidden()
    session.queue = (queued("dice"), queued("wcel"))
    assert not panel.queue_section.isHidden()
    assert panel.queue.item(0).text() == "dice, unet, grid 64, 7 epochs"
    moved, dropped = heard(panel.moved), heard(panel.dropped)
    assert "next already" in panel.up_button.toolTip()
    panel.down_button.click()
    panel.queue.setCurrentRow(1)
    assert "last already" in panel.down_button.toolTip()
    panel.up_button.click()
    panel.drop_button.click()
    assert (moved, dropped) == ([(0, 1), (1, -1)], [1])


def test_runs_are_listed_with_what_made_them_and_how_well(panel, session, found) -> None:
    session.found = found
    row = row_of(panel, "second")
    texts = [panel.table.item(row, column).text() for column in range(7)]
    assert texts == ["second", "wcel", "unet", "3/200", "1.000", "0.500", "can go on"]
    assert "bone_9" in panel.table.item(row, 0).toolTip()
    assert panel.table.item(row_of(panel, "third"), 6).text() == "no epoch yet"


def test_a_search_leaves_what_holds_every_word(panel, session, found) -> None:
    session.found = found
    panel.search.setText("wcel bone_9")
    assert [panel.table.isRowHidden(row_of(panel, name)) for name in ("first", "second", "third")] == [
        True,
        False,
        True,
    ]
    panel.search.clear()
    assert not panel.table.isRowHidden(row_of(panel, "first"))


def test_what_a_search_hides_is_neither_used_nor_drawn_and_comes_back_selected(panel, session, found, qtbot) -> None:
    session.found = found
    panel.table.selectRow(row_of(panel, "first"))
    qtbot.keyClicks(panel.search, "wcel")
    assert panel.selected() == ()
    assert not panel.predict_button.isEnabled()
    assert panel.curves.isHidden()
    session.found = found
    panel.search.clear()
    assert [run.folder.name for run in panel.selected()] == ["first"]
    assert panel.predict_button.isEnabled()


def test_a_long_name_leaves_room_for_the_other_columns(panel, session, make_run, tmp_path, qtbot) -> None:
    make_run(tmp_path / "_".join(["a_very_long_name_of_a_dataset"] * 4))
    session.found = find_runs([tmp_path])
    panel.resize(440, 900)
    panel.show()
    header = panel.table.horizontalHeader()
    assert header.sectionSize(0) < 200
    assert panel.table.item(0, 0).toolTip().startswith(str(tmp_path / "a_very_long")), (
        "the whole name is in the tooltip"
    )


def test_two_selected_runs_share_one_picture_of_curves(panel, session, found, qtbot, heard) -> None:
    session.found = found
    assert panel.curves.isHidden()
    panel.table.setSelectionMode(panel.table.SelectionMode.MultiSelection)
    for name in ("first", "second"):
        panel.table.selectRow(row_of(panel, name))
    thick = [line for line in panel.curves.figure.axes[0].lines if line.get_linewidth() > 1]
    drawn = {line.get_label(): list(line.get_ydata()) for line in thick}
    assert drawn == {"first": [2.0, 1.5], "second": [3.0, 1.0, 2.0]}
    assert len({line.get_color() for line in thick}) == 2
    assert "Select one" in panel.resume_button.toolTip()
    used = heard(panel.predict_asked)
    assert panel.predict_button.text() == "Predict with them"
    panel.predict_button.click()
    assert [{run.name for run in runs} for runs in used] == [{"first", "second"}]
    session.found = found
    assert len(panel.selected()) == 2, "a new look keeps what was selected"


def test_a_run_is_used_or_goes_on_where_it_can(panel, session, found, heard, tmp_path) -> None:
    session.found = found
    used, resumed = heard(panel.predict_asked), heard(panel.resume_asked)
    panel.table.selectRow(row_of(panel, "first"))
    panel.predict_button.click()
    panel.resume_button.click()
    assert (used, resumed) == ([(tmp_path / "first",)], [tmp_path / "first"])
    session.training = TrainingState(running=True)
    assert "runs already" in panel.resume_button.toolTip()
    panel.table.clearSelection()
    panel.table.selectRow(row_of(panel, "third"))
    assert "No epoch" in panel.predict_button.toolTip()
    session.training = TrainingState()
    panel.resume_button.click()
    assert resumed == [tmp_path / "first", tmp_path / "third"], "it was stopped early, and begins anew"


def test_a_complete_run_has_nowhere_to_go(panel, session, found, make_run, tmp_path) -> None:
    make_run(tmp_path / "fourth", (2.0,)).append(TrainingEnded("finished", 1, 1, 2.0, "fourth"))
    session.found = find_runs([tmp_path])
    panel.table.selectRow(row_of(panel, "fourth"))
    assert not panel.resume_button.isEnabled()
    assert "complete" in panel.resume_button.toolTip()


def test_what_cannot_be_read_is_named(panel, session) -> None:
    assert panel.troubles.isHidden()
    session.found = RunsFound((), {Path("runs/torn"): "torn is cut short"})
    assert "torn" in panel.troubles.text()
    assert "cut short" in panel.troubles.toolTip()
