"""The manifest and the sample data at the repository's root reach an installed plugin."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from npe2 import PluginManifest
from setuptools import find_packages

ROOT = Path(__file__).parents[1]
DATA_ONLY = ["napari_rpdl_manifest", "napari_rpdl_sample_data"]


def test_the_package_list_is_complete() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(find_packages(str(ROOT), include=["napari_rpdl*"]) + DATA_ONLY)


def test_no_python_file_lies_at_the_root_where_the_manifest_package_would_take_it() -> None:
    assert list(ROOT.glob("*.py")) == []


def test_the_installed_manifest_is_the_one_at_the_root() -> None:
    installed = PluginManifest.from_distribution("napari-rpdl")
    written = PluginManifest.from_file(ROOT / "napari.yaml")
    assert installed.contributions == written.contributions
    written.validate_imports()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    source = out / "source"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source)], check=True)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check"]
    subprocess.run([*build, "-o", str(out), str(source)], check=True, capture_output=True)
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_holds_manifest_and_sample_data_but_no_tests(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "napari_rpdl_manifest/napari.yaml" in names
    assert "napari_rpdl_sample_data/dataset.json" in names
    assert sum(name.startswith("napari_rpdl_sample_data/") and name.endswith(".nii.gz") for name in names) == 9 * 8
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_program_is_entered_by_the_door_that_knows_ctrl_c(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "napari-rpdl = napari_rpdl.__main__:main" in wheel.read(name).decode().splitlines()


def test_the_wheel_holds_the_shipped_scales(wheel: zipfile.ZipFile) -> None:
    scales = [name for name in wheel.namelist() if name.startswith("napari_rpdl/review/scales/")]
    assert len(scales) == len(list((ROOT / "napari_rpdl" / "review" / "scales").glob("*.json"))) == 3


def test_the_wheel_holds_the_papers_figures(wheel: zipfile.ZipFile) -> None:
    assert "napari_rpdl/experiments/paper_tables.csv" in wheel.namelist()


def test_the_sample_data_stays_small() -> None:
    total = sum(p.stat().st_size for p in (ROOT / "sample_data").rglob("*") if p.is_file())
    assert 0 < total < 5_000_000
