"""Main memory as the system tells it, and less where a container or a cluster's job gets less."""

import builtins
import os

import psutil
import pytest

from napari_rpdl.learning import main_memory as module
from napari_rpdl.learning.main_memory import in_gigabytes, main_memory


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Control groups: limits by folder, and this program in the innermost, "job/step"."""

    def make(limits, membership="0::/job/step\n"):
        for name, text in limits.items():
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / name / "memory.max").write_text(text, encoding="ascii")
        (tmp_path / "membership").write_text(membership, encoding="ascii")
        monkeypatch.setattr(module, "_GROUPS", tmp_path)
        monkeypatch.setattr(module, "_MEMBERSHIP", tmp_path / "membership")

    return make


def test_without_a_limit_it_is_all_of_the_machine(groups):
    groups({"job/step": "max\n"})
    memory = main_memory()
    assert memory.total == psutil.virtual_memory().total
    assert 0 < memory.free < memory.total


@pytest.mark.parametrize(
    "limits",
    [{"job/step": "1000000\n"}, {"job/step": "max\n", "job": "1000000\n"}, {"job/step": "2000000", "job": "1000000"}],
)
def test_the_smallest_limit_of_this_program_and_those_around_it_counts(limits, groups):
    groups(limits)
    assert main_memory() == (1_000_000, 1_000_000)


def test_the_limit_of_another_program_does_not_count(groups):
    groups({"other": "1000000\n"})
    assert main_memory().total == psutil.virtual_memory().total


def test_where_there_are_no_control_groups_it_is_all_of_the_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_MEMBERSHIP", tmp_path / "missing")
    assert main_memory().total == psutil.virtual_memory().total


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="Windows tells it through psutil alone")
def test_without_psutil_posix_is_asked(monkeypatch, groups):
    groups({})
    total, load = psutil.virtual_memory().total, builtins.__import__

    def without_psutil(name, *args):
        if name == "psutil":
            raise ImportError
        return load(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_psutil)
    assert main_memory() == (total, None)


@pytest.mark.parametrize(("count", "words"), [(8_100_000_000, "8.1 GB"), (79_600_000_000, "80 GB"), (0, "0.0 GB")])
def test_bytes_are_told_in_gigabytes(count, words):
    assert in_gigabytes(count) == words
