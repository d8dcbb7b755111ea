"""What is saved of layers is where it was in the file, and can be read again."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Layer, Surface
from npe2 import PluginManager
from vispy.io import read_mesh

from napari_rpdl.data.nifti import read_volume
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError
from napari_rpdl.gui.contributions import get_reader
from napari_rpdl.gui.meshes import surface
from napari_rpdl.gui.space import metadata_of, placement
from napari_rpdl.gui.writers import write_each, write_nifti, write_surface


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
    reader = get_reader(str(tmp_path / "in.nii.gz"))
    assert reader is not None
    layer = Layer.create(*reader(tmp_path / "in.nii.gz")[0])
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


def test_four_axes_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="three axes"):
        write_nifti(str(tmp_path / "x.nii.gz"), np.zeros((2, 2, 2, 2), np.uint8), {})


def test_several_layers_become_a_folder_of_files_named_after_them(tmp_path: Path) -> None:
    """By napari's own way to save, which finds the writer in the manifest."""
    PluginManager.instance().discover()
    viewer = ViewerModel()
    first, second = np.zeros((2, 3, 4, 5), np.uint8)
    first[0], second[1] = 1, 1
    viewer.add_layer(Labels(first, name="Drilled by a/b"))
    viewer.add_layer(Labels(second, name="../Drilled by c"))
    viewer.add_layer(Image(np.full((3, 4, 5), 0.5, np.float32), name="map"))
    viewer.add_layer(Surface((np.eye(3), np.array([[0, 1, 2]])), name="Bone"))
    viewer.add_layer(Surface((np.eye(3), np.zeros((0, 3), int)), name="nothing"))
    written = viewer.layers.save(str(tmp_path / "out"), plugin="napari-rpdl")
    names = ["Bone.obj", "Drilled by a_b.nii.gz", "_Drilled by c.nii.gz", "map.nii.gz"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(Path(one).name for one in written)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert np.array_equal(read_volume(tmp_path / "out" / "Drilled by a_b.nii.gz").voxels, first)


def test_names_that_would_be_one_file_are_numbered(tmp_path: Path) -> None:
    """``:`` may stand in a layer's name, not in a file's; some systems take A and a for one."""
    names = ["a/b", "a:b", "A_B", "a_b (2)"]
    layers = [Labels(np.full((2, 2, 2), at, np.uint8), name=name) for at, name in enumerate(names)]
    written = write_each(str(tmp_path), [layer.as_layer_data_tuple() for layer in layers])
    assert [Path(each).name for each in written] == [
        "a_b.nii.gz", "a_b (2).nii.gz", "A_B (3).nii.gz", "a_b (2) (2).nii.gz"
    ]  # fmt: skip
    assert [int(read_volume(Path(each)).voxels.max()) for each in written] == [0, 1, 2, 3]


def test_a_surface_is_written_outside_out_in_the_millimetres_of_the_file(tmp_path: Path) -> None:
    z, y, x = np.indices((16, 16, 16))
    mask = (z - 7) ** 2 + (y - 8) ** 2 + (x - 6) ** 2 <= 25
    mesh = surface(mask, "#ffffff", (0, 0, 1))
    grid = Grid(mask.shape, np.array([[0.5, 0, 0, -9], [0, 1, 0, 4], [0, 0, 2.0, 7], [0, 0, 0, 1]]), True)
    where = placement(grid) | {"metadata": metadata_of(grid)}
    layer = Surface((mesh.vertices, mesh.faces), **where)
    data, meta, _ = layer.as_layer_data_tuple()
    (written,) = write_surface(str(tmp_path / "cavity"), data, meta)
    vertices, faces, _, _ = read_mesh(written)
    corners = vertices[faces].astype(float)
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi * 125, rel=0.1)
    assert vertices.mean(axis=0) == pytest.approx((grid.affine @ (6, 8, 7, 1))[:3], abs=0.2)


def test_a_surface_of_nothing_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 triangles"):
        write_surface(str(tmp_path / "x.obj"), (np.zeros((3, 3)), np.zeros((0, 3), int)), {})
