"""What the import contracts cannot see: start-up weight, and a test for every module."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "monai", "napari", "qtpy", "vispy", "matplotlib.pyplot")


def loaded_after(statement: str, *heavy: str) -> list[str]:
    code = f"import sys; {statement}; print(*[m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "module",
    ["napari_rpdl", "napari_rpdl.data.case", "napari_rpdl.data.dataset", "napari_rpdl.consensus.rpmap"],
)
def test_the_core_loads_neither_torch_nor_qt_nor_napari(module: str) -> None:
    assert loaded_after(f"import {module}", *HEAVY) == []


def test_the_command_line_starts_without_torch_qt_or_napari() -> None:
    assert loaded_after("import napari_rpdl.cli.app", *HEAVY) == []


def test_the_package_itself_loads_nothing_at_all() -> None:
    assert loaded_after("import napari_rpdl", "numpy", "pydantic") == []


@pytest.mark.parametrize("module", ["workspace", "app", "contributions"])
def test_the_viewer_opens_without_torch(module: str) -> None:
    assert loaded_after(f"import napari_rpdl.gui.{module}", "torch", "monai") == []


@pytest.mark.parametrize("module", ["events", "runs", "process"])
def test_following_a_training_needs_no_torch(module: str) -> None:
    assert loaded_after(f"import napari_rpdl.learning.{module}", "torch", "monai") == []


def test_every_module_has_a_test_of_its_name() -> None:
    package = ROOT / "napari_rpdl"
    modules = [p for p in package.rglob("*.py") if p.name not in ("__init__.py", "__main__.py")]
    missing = [
        str(path.relative_to(package))
        for path in modules
        if not (ROOT / "tests" / path.relative_to(package).parent / f"test_{path.name}").is_file()
    ]
    assert missing == []


def test_no_module_is_a_drawer_for_leftovers() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert [p for p in (ROOT / "napari_rpdl").rglob("*.py") if p.name in drawers] == []
