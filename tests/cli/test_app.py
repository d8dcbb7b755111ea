import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from napari_rpdl.cli import app
from napari_rpdl.cli.parsing import Command
from napari_rpdl.errors import InputError

HEAVY = ("torch", "monai", "napari", "qtpy", "vispy", "matplotlib", "skimage", "scipy", "nibabel")


def program(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "napari_rpdl", *words], capture_output=True, text=True, timeout=120, **options
    )


def test_help_names_every_verb_and_loads_nothing_heavy():
    code = f"""
import sys
from napari_rpdl.cli.app import main
status = main(["--help"])
print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules])
sys.exit(status)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"
    for verb in app.VERBS:
        assert f"\n  {verb} " in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="closes a POSIX pipe")
def test_whoever_stops_reading_a_manual_hears_no_complaint():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "napari_rpdl", "train", "--help"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=120)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_runs_as_a_module():
    done = program("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("napari-rpdl ")


@pytest.mark.skipif(os.name != "posix", reason="presses Ctrl-C by a POSIX signal")
@pytest.mark.parametrize("loading", ["napari_rpdl.cli.app", "tyro"])
def test_ctrl_c_while_the_program_is_loading_ends_it_without_a_word(loading):
    code = f"""
import os, runpy, signal, sys

class Pressing:
    def find_spec(self, name, path=None, target=None):
        if name == {loading!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressing())
sys.argv = ["napari-rpdl", "--version"]
runpy.run_module("napari_rpdl", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_reader_that_leaves_early_is_no_crash(small_dataset):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "napari_rpdl", "info", small_dataset.folder], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("verb", app.VERBS)
def test_every_verb_has_a_manual_with_an_example_and_what_comes_out(run, verb):
    status, out, _ = run(*verb.split(), "--help")
    assert status == 0
    assert f"\n  napari-rpdl {verb} " in out
    assert "What comes out:" in out
    assert "--json" in out


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["trian"], 2, 'Did you mean "train"?'),
        (["import", "driled"], 2, 'Did you mean "import drilled"?'),
        (["info"], 2, "DATASET"),
        (["info", "a", "--nothing"], 2, "--nothing"),
        (["train", "a", "b", "--epochs", "0"], 2, "--epochs: Input should be greater than or equal to 1, got 0."),
        (["train", "a", "b", "--channels", "4"], 2, "--channels"),
        (["train", "a", "b", "--epochs", "many"], 2, "--epochs"),
        (["info", "nowhere"], 1, "nowhere"),
    ],
)
def test_mistakes_are_told_without_a_traceback(run, words, status, says):
    got, out, err = run(*words)
    assert got == status
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def test_a_folder_in_place_of_a_verb_is_recognised(run, tmp_path):
    status, _, err = run(tmp_path)
    assert status == 2
    assert f'napari-rpdl view {tmp_path}"' in err


def test_a_group_of_verbs_lists_its_members(run):
    status, out, _ = run("import", "--help")
    assert status == 0
    assert "import cm-arrays" in out
    assert "agreement" not in out
    assert run("import")[0] == 2


@dataclass(frozen=True, kw_only=True)
class Failing(Command):
    """Fail."""

    error: type[BaseException] = InputError

    def execute(self):
        msg = "the reason"
        raise self.error(msg)

    def how_to_go_on(self):
        return "Go on like this."


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [(InputError, 1, "napari-rpdl: the reason\n"), (KeyboardInterrupt, 130, "\nStopped. Go on like this.\n")],
)
def test_failures_and_ctrl_c_end_with_one_clear_line(run, monkeypatch, error, status, says):
    monkeypatch.setattr(app, "parse", lambda *_: Failing(error=error))
    assert run("info", "a") == (status, "", says)


def test_without_a_verb_the_viewer_opens(run, monkeypatch):
    opened = []
    monkeypatch.setattr(app.View, "execute", lambda self: opened.append(self.dataset))
    assert run()[0] == 0
    assert opened == [None]
