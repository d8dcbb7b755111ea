"""What napari reads through us is what was written."""

from pathlib import Path
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest
from napari.layers import Labels, Layer
from npe2 import PluginManifest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui import contributions
from napari_rpdl.gui.contributions import get_reader, phantom_bone_1
from napari_rpdl.gui.space import grid_of

ROOT = Path(__file__).parents[2]


def read(path: Path | list[str]) -> list[tuple[object, dict, str]]:
    reader = get_reader(path if isinstance(path, list) else str(path))
    assert reader is not None
    return reader(path)


def test_everything_that_the_manifest_names_exists() -> None:
    PluginManifest.from_file(ROOT / "napari.yaml").validate_imports()


def test_a_dataset_folder_and_a_case_folder_open_as_structures_and_surgeons(small_dataset: Dataset) -> None:
    for folder in (small_dataset.folder, small_dataset.folder / "cases" / "bone_1"):
        layers = read(folder)
        assert [kind for _, _, kind in layers] == ["labels"] * 4
        case = small_dataset.case("bone_1")
        assert np.array_equal(layers[0][0], case.labels())
        assert np.array_equal(layers[1][0], case.masks()[0])
        assert all(isinstance(Layer.create(*layer), Labels) for layer in layers)


def test_a_bone_and_a_drilled_region_open_together(tmp_path: Path, small_case) -> None:
    region = Volume(small_case.masks()[0], small_case.grid)
    write_volume(small_case.structures, tmp_path / "bone.nii.gz")
    write_volume(region, tmp_path / "drilled.nii")
    layers = read([str(tmp_path / "bone.nii.gz"), str(tmp_path / "drilled.nii")])
    assert [meta["name"] for _, meta, _ in layers] == ["bone", "drilled"]
    assert np.array_equal(layers[1][0], region.voxels)


def test_intensities_open_as_an_image(tmp_path: Path) -> None:
    nibabel.Nifti1Image(np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32), np.eye(4)).to_filename(
        tmp_path / "ct.nii.gz"
    )
    assert read(tmp_path / "ct.nii.gz")[0][2] == "image"


def test_published_arrays_open_without_being_read_whole(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((4, 8, 8, 8), np.int8))
    data, meta, kind = read(tmp_path / "x.npy")[0]
    assert kind == "labels"
    assert isinstance(data, np.memmap)
    assert meta["axis_labels"][1:] == ("z", "y", "x")


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "evil.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError):
        read(tmp_path / "evil.npy")


def test_other_files_are_left_to_other_readers(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert get_reader(str(tmp_path / "notes.txt")) is None
    assert get_reader(str(tmp_path)) is None


def test_a_layer_without_millimetres_has_no_spacing() -> None:
    assert grid_of((2, 2, 2), {"scale": (1, 1, 1), "units": ("pixel",) * 3}).spacing_mm is None
    assert grid_of((2, 2, 2), {}).matches(Grid.of_shape((2, 2, 2)))


def test_the_sample_is_the_phantom() -> None:
    layers = phantom_bone_1()
    assert len(layers) == 8
    assert layers[0][1]["name"] == "bone_1 structures"


@pytest.mark.parametrize(
    "name", ["import_cm_arrays", "import_drilled_volumes", "import_recordings", "use_layers", "plan_study"]
)
def test_every_dialog_is_a_command_and_a_menu_entry(name: str) -> None:
    manifest = PluginManifest.from_file(ROOT / "napari.yaml")
    commands = {command.id for command in manifest.contributions.commands}
    entries = {item.command for item in manifest.contributions.menus["napari/file/io_utilities"]}
    assert f"napari-rpdl.{name}" in commands & entries
    assert callable(getattr(contributions, name))


def test_a_study_is_planned_from_the_open_dataset_and_asked_again_after_a_mistake(small_dataset, monkeypatch) -> None:
    told: list[str] = []
    written: list[tuple] = []
    monkeypatch.setattr("napari.utils.notifications.show_error", told.append)
    workspace = SimpleNamespace(
        session=SimpleNamespace(dataset=None, run=None),
        studies=SimpleNamespace(write=lambda *what: written.append(what)),
    )
    monkeypatch.setattr(contributions, "workspace_of", lambda _: workspace)
    contributions.plan_study(None)
    assert told == ["Open a dataset first: its surgeons' drillings and predictions for its bones are what is graded."]
    workspace.session.dataset = small_dataset
    answers = iter([InputError("Choose a folder for the study first."), ("events", "said")])

    class Dialog:
        DialogCode = SimpleNamespace(Accepted=1)

        def __init__(self, dataset, predictions, parent) -> None:
            assert (dataset, predictions, parent) == (small_dataset, None, workspace)

        def exec(self) -> int:
            return 1

        def events(self) -> tuple[str, str]:
            answer = next(answers)
            if isinstance(answer, InputError):
                raise answer
            return answer

    monkeypatch.setattr("napari_rpdl.gui.study_dialog.PlanStudyDialog", Dialog)
    contributions.plan_study(None)
    assert told[1] == "Choose a folder for the study first."
    assert written == [("events", "said")]
