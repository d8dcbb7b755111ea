"""Broken files and folders, opened as people open them: a message each, and a viewer that goes on."""

import gzip
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from qtpy.QtCore import QTimer

from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.contributions import get_reader, use_layers
from napari_rpdl.gui.dialogs import UseLayersDialog
from napari_rpdl.gui.workspace import Workspace

NOISE = np.random.default_rng(0).bytes(2000)


def truncated_nifti(folder: Path) -> Path:
    nibabel.Nifti1Image(np.ones((20, 20, 20), np.uint8), np.eye(4)).to_filename(folder / "whole.nii")
    (folder / "half.nii").write_bytes((folder / "whole.nii").read_bytes()[:900])
    return folder / "half.nii"


def four_dimensions(folder: Path) -> Path:
    nibabel.Nifti1Image(np.zeros((4, 4, 4, 4), np.uint8), np.eye(4)).to_filename(folder / "four.nii.gz")
    return folder / "four.nii.gz"


def written(name: str, content: bytes):
    def write(folder: Path) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path if "/" not in name else path.parent

    return write


BROKEN = {
    "noise.nii": written("noise.nii", NOISE),
    "noise.nii.gz": written("noise.nii.gz", NOISE),
    "zipped noise": written("zipped.nii.gz", gzip.compress(NOISE)),
    "empty.nii": written("empty.nii", b""),
    "truncated": truncated_nifti,
    "4-D": four_dimensions,
    "noise.npy": written("noise.npy", NOISE),
    "empty.npy": written("empty.npy", b""),
    "dataset of noise": written("dataset/dataset.json", NOISE),
    "dataset of a list": written("dataset/dataset.json", b"[]"),
    "dataset without cases": written("dataset/dataset.json", b'{"format_version": 1}'),
    "case of noise": written("case/structures.nii.gz", NOISE),
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN.keys())
def test_a_reader_refuses_in_words(tmp_path, make) -> None:
    path = make(tmp_path)
    reader = get_reader(str(path))
    assert reader is not None
    with pytest.raises(InputError) as refused:
        reader(str(path))
    assert len(str(refused.value)) > 30


def test_a_viewer_tells_of_broken_files_and_goes_on(make_napari_viewer_proxy, qtbot, tmp_path, small_case) -> None:
    viewer = make_napari_viewer_proxy()
    with notification_manager:
        for name in ("noise.nii.gz", "noise.npy", "dataset of noise", "case of noise"):
            path, before = BROKEN[name](tmp_path), len(notification_manager.records)
            QTimer.singleShot(0, lambda path=path: viewer.open(str(path), plugin="napari-rpdl"))
            qtbot.waitUntil(lambda before=before: len(notification_manager.records) > before, timeout=5000)
            assert str(notification_manager.records[-1].severity) == "error"
    assert len(viewer.layers) == 0
    write_volume(small_case.structures, tmp_path / "bone.nii.gz")
    viewer.open(str(tmp_path / "bone.nii.gz"), plugin="napari-rpdl")
    assert [layer.name for layer in viewer.layers] == ["bone"]


def test_files_that_are_none_of_ours_stay_with_napari(tmp_path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "noise.bin").write_bytes(NOISE)
    assert get_reader(str(tmp_path / "folder")) is None
    assert get_reader(str(tmp_path / "noise.bin")) is None
    assert get_reader([]) is None


# -- the workspace goes on ----------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", NOISE, b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_broken_checkpoint_is_told_and_the_next_wish_counts(
    opened, idle, errors, make_run, tmp_path, content
) -> None:
    run = make_run(tmp_path / "run")
    run.checkpoint("best").write_bytes(content)
    opened.predict.run_chosen.emit(run.folder)
    opened.predict.predict_button.click()
    idle(opened.jobs)
    assert len(errors) == 1
    assert "checkpoint" in errors[0]
    assert opened.session.prediction is None
    assert not opened.session.predicting
    assert opened.predict.predict_button.isEnabled()
    opened.bones.next_button.click()
    idle(opened.jobs)
    assert opened.session.case_id == "bone_2"


def test_a_dataset_that_moves_while_open_leaves_the_bone_in_sight(
    opened, idle, errors, tmp_path, small_dataset
) -> None:
    moved = small_dataset.folder.rename(tmp_path / "moved")
    opened.bones.next_button.click()
    idle(opened.jobs)
    assert len(errors) == 1
    assert "bone_2" in errors[0]
    assert opened.session.case_id == "bone_1"
    assert opened.session.busy == ""
    opened.surgeons.left_by.setCurrentIndex(1)
    idle(opened.jobs)
    assert len(errors) == 1, "what is in memory can still be looked at"
    opened.open_dataset(moved)
    idle(opened.jobs)
    assert opened.session.dataset.folder == moved


def test_a_bone_by_one_surgeon_without_structures_or_without_anybody(workspace, idle, errors, small_case, tmp_path):
    one, nobody = small_case.annotations[:1], ()
    cases = [
        replace(small_case, case_id="one_surgeon", bone="a", annotations=one),
        replace(small_case, case_id="nobody", bone="b", annotations=nobody),
        replace(small_case, case_id="only_drilled", bone="c", structures=None, annotations=one),
    ]
    with DatasetWriter(
        tmp_path / "odd", name="odd", table=small_case.table, surgeons=("surgeon_1",), origin="", licence=""
    ) as writer:
        for case in cases:
            writer.add(case)
    workspace.open_dataset(tmp_path / "odd")
    for case in cases:
        workspace.cases.show_case(case.case_id)
        idle(workspace.jobs)
        assert workspace.session.case_id == case.case_id
        workspace.rpmap.show_box.setChecked(not workspace.rpmap.show_box.isChecked())
        for button in (workspace.surgeons.all_button, workspace.bones.views["axial"], workspace.bones.solid_button):
            button.click()
        idle(workspace.jobs)
    workspace.bones.search.setText("1 surgeons")
    shown = [row for row in range(3) if not workspace.bones.bones.isRowHidden(row)]
    assert (errors, shown) == ([], [0, 2])


def test_layers_by_hand_are_checked_and_opened(
    workspace, viewer, idle, errors, small_case, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("napari_rpdl.gui.contributions.workspace_of", lambda _: workspace)
    monkeypatch.setattr("napari.utils.notifications.show_error", errors.append)
    assert workspace.hand_layers() == []
    use_layers(viewer)
    assert "no labels layer" in errors[0]
    viewer.add_labels(small_case.labels(), name="bone", units=("mm",) * 3)
    viewer.add_labels(small_case.masks()[0].astype(np.uint8), name="anna", units=("mm",) * 3)
    viewer.add_labels(small_case.masks()[1].astype(np.uint8)[:9], name="short", units=("mm",) * 3)
    wanted = iter([("anna", "short"), ("anna",)])

    def answer(dialog: UseLayersDialog) -> int:
        by_name = {layer.name: layer for layer in workspace.hand_layers()}
        dialog.bone.value = by_name["bone"]
        dialog.drilled.value = [by_name[name] for name in next(wanted)]
        dialog.out.value = tmp_path / "by_hand"
        return dialog.DialogCode.Accepted

    monkeypatch.setattr(UseLayersDialog, "exec", answer)
    use_layers(viewer)
    idle(workspace.jobs)
    assert "'short' has (9, 16, 16)" in errors[1]
    assert len(errors) == 2
    assert workspace.session.case.surgeons == ("anna",)
    assert np.array_equal(workspace.session.case.masks()[0], small_case.masks()[0])
    assert [layer.name for layer in workspace.hand_layers()] == ["bone", "anna", "short"]


def test_safety_without_structures_or_by_one_surgeon_goes_on(workspace, idle, errors, small_case, tmp_path) -> None:
    one = small_case.annotations[:1]
    with DatasetWriter(
        tmp_path / "odd", name="odd", table=small_case.table, surgeons=("surgeon_1",), origin="", licence=""
    ) as writer:
        writer.add(replace(small_case, case_id="one", bone="a", annotations=one))
        writer.add(replace(small_case, case_id="bare", bone="b", structures=None, annotations=one))
        writer.add(replace(small_case, case_id="nobody", bone="c", annotations=()))
    workspace.open_dataset(tmp_path / "odd")
    idle(workspace.jobs)
    panel, session = workspace.inspect, workspace.session
    panel.region.setCurrentIndex(panel.region.findData("surgeon_1"))
    panel.wall_box.click()
    idle(workspace.jobs)
    assert session.safety
    assert all(row.surgeons is None for row in session.safety)
    for case_id in ("bare", "nobody"):
        workspace.cases.show_case(case_id)
        idle(workspace.jobs)
        assert session.case_id == case_id
        assert session.safety == ()
        assert not panel.wall_box.isEnabled() or not session.case.annotations
    assert session.hot_spots == ()
    assert errors == []


def test_a_run_that_vanishes_from_the_list_is_told(opened, idle, errors, make_run, tmp_path) -> None:
    run = make_run(tmp_path / "runs" / "gone").folder
    opened.learning.preparing.find_runs()
    idle(opened.jobs)
    opened.runs.table.selectRow(0)
    run.rename(tmp_path / "elsewhere")
    opened.runs.predict_button.click()
    opened.runs.resume_button.click()
    assert len(errors) == 2
    assert all("run.json" in error for error in errors)
    assert opened.session.run is None


def test_two_viewers_show_two_bones_of_one_dataset(
    make_napari_viewer_proxy, opened, small_dataset, idle, errors
) -> None:
    second = Workspace(make_napari_viewer_proxy())
    try:
        second.open_dataset(small_dataset.folder, "bone_3")
        idle(second.jobs)
        opened.surgeons.all_button.click()
        second.surgeons.left_by.setCurrentIndex(2)
        idle(opened.jobs)
        idle(second.jobs)
        assert (opened.session.case_id, second.session.case_id) == ("bone_1", "bone_3")
        assert (opened.session.left_by, second.session.surgeons) == ("", ())
        assert errors == []
    finally:
        second.jobs.close()
