"""A grader's whole way through a study, by the real keys in a real viewer."""

import gc
import re
import sqlite3
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from qtpy.QtCore import QAbstractItemModel, QAbstractListModel, QObject, QStringListModel, Qt
from qtpy.QtGui import QStandardItem, QStandardItemModel
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QWidget,
)

from napari_rpdl.errors import InputError
from napari_rpdl.gui.grading import GradingDesk, open_grading
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.study import UnblindingKey
from napari_rpdl.review.study_folder import StudyFolder, read_key
from napari_rpdl.settings.review import GradingSettings

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
DIGITS = {number: getattr(Qt.Key, f"Key_{number}") for number in range(10)}


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What messages said."""
    said: list[str] = []
    for name in ("show_info", "show_error"):
        monkeypatch.setattr(f"napari_rpdl.gui.grading.{name}", said.append)
    return said


@pytest.fixture
def sat(make_napari_viewer_proxy, qtbot, idle, told, monkeypatch):
    """Open the grading window for a grader and bring it to the front, so that keys arrive."""
    desks: list[GradingDesk] = []

    def open_desk(study: StudyFolder, grader: str = "ada", **settings: Any) -> GradingDesk:
        viewer = make_napari_viewer_proxy(show=True)
        monkeypatch.setattr(napari, "Viewer", lambda **_: viewer)
        monkeypatch.setattr("napari_rpdl.gui.grading.make_room", lambda viewer: viewer.window.resize(760, 460))
        _, desk = open_grading(study.folder, grader, settings=GradingSettings(**settings))
        window = desk.window()
        window.raise_()
        window.activateWindow()
        QApplication.setActiveWindow(window)
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        desk.viewer = viewer
        idle(desk.jobs)
        desks.append(desk)
        return desk

    yield open_desk
    for desk in desks:
        desk.jobs.close()


@pytest.fixture
def press(qtbot):
    """Press a key as a person does whose hand has just left the picture."""

    def key(desk: GradingDesk, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(desk.window().focusWidget() or desk.window(), key, modifier)

    return key


def grade_all(desk: GradingDesk, press, idle, scores) -> list[tuple[str, ...]]:
    """Answer everything with Alt+digit and lock with Ctrl+Enter; return the titles of what was shown."""
    seen = []
    while not desk.session.finished:
        seen.append(desk.session.progress.titles)
        locked = desk.session.progress.locked
        for digit in scores(desk):
            press(desk, DIGITS[digit], ALT)
        press(desk, Qt.Key.Key_Return, CTRL)
        assert desk.session.progress.locked == locked + 1, (
            desk.session.drafts,
            desk.session.told,
            desk.session.trouble,
        )
        idle(desk.jobs)
    return seen


def test_two_graders_go_through_a_whole_study_by_keys_and_the_results_tell_the_methods_apart(
    planned, sat, press, idle, told, tmp_path, monkeypatch, qtbot
) -> None:
    study = planned()
    key = read_key(tmp_path / "key", study.study)
    opened: list[str] = []
    monkeypatch.setattr("napari_rpdl.gui.coordinators.unblinding.webbrowser.open", opened.append)

    def scores(desk: GradingDesk) -> list[int]:
        """Grade the network worse than surgeons, the same at each look."""
        code = desk.session.progress.titles[1].split()[1]
        return [2, 2, 3, 2, 2] if key.row(code).candidate.kind == "prediction" else [4, 5, 4, 4, 5]

    for grader in ("ada", "ben"):
        desk = sat(study, grader)
        seen = grade_all(desk, press, idle, scores)
        assert len(seen) == 12
        assert len({titles[1] for titles in seen}) == 12
        assert told == []

    book = GradeBook(study.answers_file, study.study)
    assert [len(book.locked(grader)) for grader in ("ada", "ben")] == [12, 12]
    assert len(book.answers()) == 2 * 12 * 5

    desk = sat(study, "ben")
    assert desk.session.finished
    desk.review.key_chosen.emit(tmp_path / "key")
    idle(desk.jobs)
    assert len(desk.session.unblinded) == 12
    assert sum(bool(one.repeat_of) for one in desk.session.unblinded) == 2
    desk.review.results_asked.emit(tmp_path / "report")
    idle(desk.jobs)
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert opened == [(tmp_path / "report" / "index.html").as_uri()]
    assert "rpd_loss_fold3" in page
    from napari_rpdl.review.results import results

    found = results(book, key)
    assert found.progress == {"ada": (12, 12), "ben": (12, 12)}
    total = found.measures[0]
    means = dict(zip(total.comparison.methods, total.comparison.means, strict=True))
    assert means["rpd_loss_fold3"].value == pytest.approx(11 / 5)
    assert means["surgeons"].value == pytest.approx(22 / 5)
    assert total.within["ada"].icc is None or total.within["ada"].icc.single.value == pytest.approx(1)


# -- keys -----------------------------------------------------------------------------


def test_every_key_does_what_its_button_says(planned, sat, press, idle) -> None:
    desk = sat(planned())
    session, book = desk.session, desk.grading._sitting.book
    press(desk, Qt.Key.Key_4, CTRL)
    assert session.drafts["shape"].confidence == 4
    assert book.answers() == ()
    press(desk, Qt.Key.Key_5, ALT)
    assert (session.drafts["shape"].score, session.item) == (5, "depth")
    assert book.current("ada", 0)["shape"].confidence == 4
    press(desk, Qt.Key.Key_U)
    assert (session.drafts["depth"].score, session.item) == (None, "deficiency")
    press(desk, Qt.Key.Key_K)
    press(desk, Qt.Key.Key_K)
    assert session.item == "shape"
    press(desk, Qt.Key.Key_J)
    assert session.item == "depth"
    press(desk, Qt.Key.Key_7, ALT)  # no answer of this scale
    assert session.drafts["depth"].score is None
    press(desk, Qt.Key.Key_C)
    assert desk.form.comment.hasFocus()
    for letter in (Qt.Key.Key_N, Qt.Key.Key_J, Qt.Key.Key_P, Qt.Key.Key_U):
        press(desk, letter)
    press(desk, Qt.Key.Key_Escape)
    assert session.drafts["depth"].comment == "njpu"
    assert book.current("ada", 0)["depth"].comment == "njpu"
    press(desk, Qt.Key.Key_N)
    idle(desk.jobs)
    assert (session.progress.index, session.drafts) == (1, {})
    press(desk, Qt.Key.Key_N, SHIFT)
    idle(desk.jobs)
    assert (session.progress.index, session.item) == (0, "deficiency")
    press(desk, Qt.Key.Key_A, SHIFT)
    assert desk.viewer.dims.ndisplay == 2
    press(desk, Qt.Key.Key_L, SHIFT)
    assert desk.viewer.dims.ndisplay == 3
    press(desk, Qt.Key.Key_P)
    assert session.resting
    assert not any(layer.visible for layer in desk.viewer.layers)
    press(desk, Qt.Key.Key_3, ALT)
    assert "deficiency" not in session.drafts
    press(desk, Qt.Key.Key_P)
    assert not session.resting
    press(desk, Qt.Key.Key_3, ALT)
    assert session.drafts["deficiency"].score == 3


def test_what_is_not_complete_is_not_locked_and_what_is_locked_is_not_shown_again(planned, sat, press, idle, told):
    desk = sat(planned())
    press(desk, Qt.Key.Key_4, ALT)
    press(desk, Qt.Key.Key_Return, CTRL)
    assert "4 answers are missing" in told[-1]
    assert not desk.form.lock_button.isEnabled()
    for _ in range(4):
        press(desk, Qt.Key.Key_4, ALT)
    assert desk.form.lock_button.isEnabled()
    press(desk, Qt.Key.Key_Return, CTRL)
    idle(desk.jobs)
    assert desk.session.progress.index == 1
    assert not desk.form.previous_button.isEnabled()
    press(desk, Qt.Key.Key_N, SHIFT)
    assert desk.session.progress.index == 1


def test_preferences_show_two_results_and_take_left_right_or_neither(planned, sat, press, idle) -> None:
    desk = sat(planned("pairwise-preference"))
    assert [title.split()[0] for title in desk.session.progress.titles] == ["Original", "Left", "Right"]
    assert desk.viewer.canvas.grid.actual_shape(desk.viewer.layers) == (1, 3)
    seen = grade_all(desk, press, idle, lambda _: [2])
    book = desk.grading._sitting.book
    assert {answer.score for answer in book.answers()} == {2.0}
    assert len(seen) == desk.session.progress.count


def test_yes_and_no_and_the_mouse(planned, sat, press, qtbot) -> None:
    desk = sat(planned("cm-end-product-provisional", bones=1))
    press(desk, Qt.Key.Key_1, ALT)
    press(desk, Qt.Key.Key_0, ALT)
    ids = [item.id for item in desk.session.scale.items]
    assert [desk.session.drafts[name].score for name in ids[:2]] == [1, 0]
    question = desk.form.questions[ids[5]]
    qtbot.mouseClick(question.buttons[1.0], Qt.MouseButton.LeftButton)
    assert desk.session.drafts[ids[5]].score == 1
    assert question.buttons[1.0].isChecked()
    assert desk.session.item == ids[6]


def test_a_locked_record_is_told_at_once_and_the_answer_stays_until_it_is_saved(
    planned, sat, press, qtbot, monkeypatch
) -> None:
    study = planned()
    desk = sat(study)
    other = sqlite3.connect(study.answers_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    press(desk, Qt.Key.Key_2, ALT)
    assert "another program is writing" in desk.form.trouble.text()
    assert desk.form.trouble.isVisible()
    assert desk.form.questions["shape"].buttons[2.0].isChecked()
    assert desk.session.item == "shape"
    lost: list[int] = []
    monkeypatch.setattr("napari_rpdl.gui.grading.ask_whether_to_lose", lambda answers: bool(lost.append(answers)))
    assert not desk.window().close()
    assert lost == [1]
    assert desk.window().isVisible()
    other.rollback()
    other.close()
    qtbot.mouseClick(desk.form.save_button, Qt.MouseButton.LeftButton)
    assert not desk.form.trouble.isVisible()
    assert GradeBook(study.answers_file, study.study).current("ada", 0)["shape"].score == 2


def test_without_going_on_the_question_stays(planned, sat, press) -> None:
    desk = sat(planned(), go_on=False)
    press(desk, Qt.Key.Key_2, ALT)
    press(desk, Qt.Key.Key_3, ALT)
    assert desk.session.item == "shape"
    assert [answer.score for answer in desk.grading._sitting.book.answers()] == [2, 3]


@pytest.mark.parametrize(
    ("grader", "answers", "says"),
    [("eve", "", "no grader of this study; it has: ada, ben"), ("ada", "/nowhere/book", "an existing folder")],
)
def test_what_cannot_be_opened_leaves_no_window_behind(planned, monkeypatch, grader, answers, says) -> None:
    monkeypatch.setattr(napari, "Viewer", lambda **_: pytest.fail("a window was opened"))
    with pytest.raises(InputError, match=says):
        open_grading(planned(bones=1).folder, grader, answers)


# -- blinding -------------------------------------------------------------------------


def everything_said(desk: GradingDesk) -> str:
    """Return every text, tooltip, title and name that the window holds, shown or not."""
    viewer, said = desk.viewer, []
    for widget in [desk.window(), *desk.window().findChildren(QWidget)]:
        said += [widget.windowTitle(), widget.toolTip(), widget.statusTip(), widget.whatsThis()]
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.objectName()]
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            said.append(widget.text())
        if isinstance(widget, QLineEdit):
            said.append(widget.placeholderText())
        if isinstance(widget, QComboBox):
            said += [widget.itemText(index) for index in range(widget.count())]
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            said += model_texts(widget.model())
        if hasattr(widget, "toPlainText"):
            said.append(widget.toPlainText())
        said += [f"{action.text()} {action.toolTip()}" for action in widget.actions()]
    for child in desk.window().findChildren(QObject):
        said += [str(child.property(bytes(name).decode())) for name in child.dynamicPropertyNames()]
    for layer in viewer.layers:
        said += [layer.name, repr(layer.metadata), repr(layer.source), layer.help]
        said += [repr(getattr(layer, name, "")) for name in ("features", "properties", "text")]
    said += [viewer.title, str(viewer.status), viewer.help, viewer.canvas.overlays.text.text]
    said += [repr(viewer.window._qt_window.statusBar().currentMessage())]
    return "\n".join(str(one) for one in said)


def model_texts(model: QAbstractItemModel) -> list[str]:
    """Return what the cells of a model say; a list has one column, and Qt hides the count."""
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(columns)]
    return [str(model.data(cell, role)) for cell in cells for role in roles]


def test_the_search_reads_tables_and_lists_alike(qtbot) -> None:
    table = QStandardItemModel()
    table.appendRow([QStandardItem("left"), QStandardItem("right")])
    for model, words in ((table, {"left", "right"}), (QStringListModel(["one", "two"]), {"one", "two"})):
        assert set(model_texts(model)) - {"None"} == words


def assert_blinded(desk: GradingDesk, tmp_path: Path) -> None:
    said = everything_said(desk)
    names = ["surgeon_1", "surgeon_2", "surgeon_3", "rpd_loss_fold3", "unet_run_17", "small_dataset", str(tmp_path)]
    names += ["bone_1", "bone_2", "bone_3", ".nii", "grades.sqlite", "unblinding", "RPMap", "nterrater"]
    for name in names:
        assert name.lower() not in said.lower(), name
    assert not re.search(r"\bDice\b(?! Loss)", said), "Dice"
    shown = set(re.findall(r"[RB]-\d\d", said))
    assert shown == {code for title in desk.session.progress.titles for code in re.findall(r"[RB]-\d\d", title)}


def test_nothing_that_a_grader_can_read_tells_what_a_code_means(planned, sat, press, idle, tmp_path, qtbot) -> None:
    study = planned(bones=1)
    gc.collect()
    keys_before = sum(isinstance(one, UnblindingKey) for one in gc.get_objects())
    desk = sat(study)
    assert_blinded(desk, tmp_path)
    press(desk, Qt.Key.Key_4, ALT)
    press(desk, Qt.Key.Key_A, SHIFT)
    canvas = desk.viewer.window._qt_window.centralWidget()
    qtbot.mouseMove(canvas, canvas.rect().center())
    assert_blinded(desk, tmp_path)
    press(desk, Qt.Key.Key_P)
    assert_blinded(desk, tmp_path)
    press(desk, Qt.Key.Key_P)
    while not desk.session.finished:
        assert_blinded(desk, tmp_path)
        grade_one(desk, press, idle)
    gc.collect()
    assert sum(isinstance(one, UnblindingKey) for one in gc.get_objects()) <= keys_before
    assert desk.unblinding._key is None
    desk.review.key_chosen.emit(tmp_path / "key")
    idle(desk.jobs)
    assert "surgeon_1" in everything_said(desk)  # the search finds what is there to be found


def grade_one(desk: GradingDesk, press, idle) -> None:
    for _ in desk.session.scale.items:
        press(desk, Qt.Key.Key_3, ALT)
    press(desk, Qt.Key.Key_Return, CTRL)
    idle(desk.jobs)


def test_all_results_have_the_same_colours_and_only_the_codes_in_their_names(planned, sat, press, idle) -> None:
    desk = sat(planned(bones=1))
    looks = set()
    while not desk.session.finished:
        layers = list(desk.viewer.layers)
        looks.add(tuple((type(one).__name__, one.opacity, one.blending, repr(one.scale)) for one in layers))
        colors = {layer.colormap.color_dict[1].tobytes() for layer in layers if layer.name.endswith(", drilled")}
        assert len(colors) == 1
        for layer in layers:
            assert re.fullmatch(r"(Original B|Result R)-\d\d(,.*| *)", layer.name)
            assert layer.source.path is None
        grade_one(desk, press, idle)
    assert len(looks) == 1


def test_what_napari_shows_beside_the_picture_is_hidden(planned, sat) -> None:
    desk = sat(planned(bones=1))
    docks = {dock.objectName(): dock.isVisible() for dock in desk.window().findChildren(QDockWidget)}
    assert {name for name, visible in docks.items() if visible} == {"Grading"}
    assert "layer list" in docks


def test_the_key_is_refused_before_the_last_lock(planned, sat, tmp_path, told) -> None:
    desk = sat(planned(bones=1))
    desk.review.key_chosen.emit(tmp_path / "key")
    assert told == ["Codes are revealed when everything is locked."]
    assert desk.session.unblinded == ()


# -- after the last lock --------------------------------------------------------------


def test_hints_lead_to_the_voxels_that_they_come_from(planned, sat, press, idle, tmp_path) -> None:
    desk = sat(planned("cm-end-product-provisional", bones=1))
    grade_all(desk, press, idle, lambda desk: [1] * len(desk.session.scale.items))
    desk.review.key_chosen.emit(tmp_path / "key")
    idle(desk.jobs)
    judged = desk.session.judged
    row = next(place for place, one in enumerate(judged) if one.hint is not None and len(one.hint.voxels))
    desk.review.items.cellClicked.emit(row, 0)
    marks = [layer for layer in desk.viewer.layers if layer.name.endswith(", marks")]
    np.testing.assert_array_equal(np.argwhere(np.asarray(marks[1].data)), judged[row].hint.voxels)
    assert not np.asarray(marks[0].data).any()
    place = [round(at) for at in desk.viewer.dims.point]
    assert place in judged[row].hint.voxels.tolist()
    verdicts = {desk.review.items.item(at, 2).text() for at in range(desk.review.items.rowCount())}
    assert "below resolution" in verdicts
    desk.review.results.setCurrentCell(1, 0)
    idle(desk.jobs)
    assert desk.session.chosen == 1
    assert desk.session.unblinded[1].source in desk.viewer.layers[-1].name
