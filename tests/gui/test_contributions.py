"""What napari reads and writes through us comes back as it was."""

from pathlib import Path
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest
from napari.layers import Labels, Layer
from npe2 import PluginManifest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import read_volume, write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui import contributions
from napari_rpdl.gui.contributions import get_reader, phantom_bone_1, write_nifti
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


@pytest.mark.parametrize("axes", ["RAS", "LPS", "PIR", "SLA"])
def test_what_was_read_is_written_in_its_own_orientation(tmp_path: Path, axes: str) -> None:
    rng = np.random.default_rng(1)
    canonical = np.array([[0.4, 0.05, 0, -9], [-0.05, 0.5, 0, 4], [0, 0, 0.6, 7], [0, 0, 0, 1.0]])
    image = nibabel.Nifti1Image(rng.integers(0, 3, (5, 6, 7)).astype(np.uint8), canonical)
    image.header.set_xyzt_units("mm")
    turn = nibabel.orientations.ornt_transform(
        nibabel.orientations.axcodes2ornt("RAS"), nibabel.orientations.axcodes2ornt(axes)
    )
    before = image.as_reoriented(turn)
    before.to_filename(tmp_path / "in.nii.gz")
    layer = Layer.create(*read(tmp_path / "in.nii.gz")[0])
    data, meta, _ = layer.as_layer_data_tuple()
    assert write_nifti(str(tmp_path / "out.nii.gz"), data, meta) == [str(tmp_path / "out.nii.gz")]
    after = nibabel.load(tmp_path / "out.nii.gz")
    assert np.array_equal(np.asarray(after.dataobj), np.asarray(before.dataobj))
    assert np.allclose(after.affine, before.affine, atol=1e-5)


def test_a_drawn_layer_is_written_where_it_lies(tmp_path: Path) -> None:
    layer = Labels(np.ones((3, 4, 5), np.uint8), scale=(2, 1, 0.5), translate=(10, 20, 30), units=("mm",) * 3)
    data, meta, _ = layer.as_layer_data_tuple()
    write_nifti(str(tmp_path / "drawn"), data, meta)
    volume = read_volume(tmp_path / "drawn.nii.gz")
    assert volume.grid.spacing_mm == pytest.approx((2, 1, 0.5))
    assert volume.grid.origin == pytest.approx((10, 20, 30))


def test_a_layer_without_millimetres_has_no_spacing() -> None:
    assert grid_of((2, 2, 2), {"scale": (1, 1, 1), "units": ("pixel",) * 3}).spacing_mm is None
    assert grid_of((2, 2, 2), {}).matches(Grid.of_shape((2, 2, 2)))


def test_four_axes_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="three axes"):
        write_nifti(str(tmp_path / "x.nii.gz"), np.zeros((2, 2, 2, 2), np.uint8), {})


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
