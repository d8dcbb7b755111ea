import pytest

from napari_rpdl.data import sample
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.errors import InputError


def test_the_installed_sample_is_a_dataset_of_phantom_bones():
    dataset = Dataset.open(sample_dataset_folder())
    assert len(dataset) == 9
    assert len(dataset.surgeons) == 7
    assert "phantom (synthetic)" in dataset.origin


def test_an_installation_without_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sample, "_PACKAGE", "napari_rpdl_sample_data_that_is_not_installed")
    with pytest.raises(InputError, match="not installed"):
        sample_dataset_folder()
