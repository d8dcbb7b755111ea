"""Datasets in the making: finished, interrupted, refused."""

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

GRID = Grid.of_shape((4, 5, 6), (0.5, 0.6, 0.7))


def test_the_same_cases_give_the_same_bytes(folder, tmp_path, full_case, writer):
    with writer(tmp_path / "again") as dataset:
        dataset.add(full_case())
        dataset.add(full_case("c2", structures=None, ct=None, annotations=full_case().annotations[:1], side=None))
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(folder)).read_bytes()


def test_an_error_leaves_no_dataset_but_a_folder_to_start_over_in(tmp_path, full_case, writer):
    folder = tmp_path / "d"

    def interrupted():
        with writer(folder) as dataset:
            dataset.add(full_case())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not (folder / "dataset.json").exists()
    with pytest.raises(InputError, match="not finished"):
        Dataset.open(folder)
    with writer(folder) as again:
        assert again.restarted
        again.add(full_case("other"))
    assert Dataset.open(folder).case_ids == ("other",)
    assert sorted(path.name for path in folder.iterdir()) == ["cases", "dataset.json"]
    assert [path.name for path in (folder / "cases").iterdir()] == ["other"]


def test_folders_with_other_things_are_not_touched(folder, tmp_path, writer):
    with pytest.raises(InputError, match="holds cases"), writer(folder):
        pass
    assert len(Dataset.open(folder)) == 2
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    (mine / "cases").mkdir()
    with pytest.raises(InputError, match="holds cases"), writer(mine):
        pass
    (mine / "unfinished-import.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"thesis\.txt"), writer(mine):
        pass
    assert (mine / "thesis.txt").exists()


def test_a_crash_just_before_the_note_is_removed_does_no_harm(folder, writer):
    (folder / "unfinished-import.txt").write_text("", encoding="utf-8")
    assert len(Dataset.open(folder)) == 2
    with pytest.raises(InputError, match="empty or new folder"), writer(folder):
        pass


def test_a_dataset_without_cases_is_refused(tmp_path, writer):
    with pytest.raises(InputError, match="cases"), writer(tmp_path / "d"):
        pass
    assert not (tmp_path / "d" / "dataset.json").exists()


@pytest.mark.parametrize(
    "wrong", [{"name": "x" * 300}, {"surgeons": ("a", "A")}, {"surgeons": ("../a",)}, {"origin": "x" * 20_000}], ids=str
)
def test_wrong_descriptions_are_refused_before_any_work(wrong, tmp_path, writer):
    with pytest.raises(InputError, match=next(iter(wrong))):
        writer(tmp_path / "d", **wrong)
    assert not (tmp_path / "d").exists()


def test_wrong_cases_are_refused(tmp_path, full_case, writer):
    with writer(tmp_path / "d") as dataset:
        dataset.add(full_case())
        with pytest.raises(InputError, match="'C1' twice"):
            dataset.add(full_case("C1"))
        with pytest.raises(InputError, match=r"annotated by 'z', but the dataset's surgeons are: b, a"):
            dataset.add(full_case("c2", annotations=(Annotation("z", np.ones(GRID.shape, bool)),)))
        with pytest.raises(InputError, match=r"structures of c3 holds? codes \[99\]"):
            dataset.add(full_case("c3", structures=Volume(np.full(GRID.shape, 99, np.uint8), GRID)))
    assert Dataset.open(tmp_path / "d").case_ids == ("c1",)
