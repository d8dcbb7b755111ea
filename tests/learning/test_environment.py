import subprocess
import sys

import torch

from napari_rpdl.learning.environment import git_state, read_environments, record_environment


def test_each_start_is_recorded(tmp_path):
    record_environment(tmp_path, "cpu", torch.get_num_threads())
    record_environment(tmp_path, "cpu", torch.get_num_threads())
    first, second = read_environments(tmp_path)
    assert first.started <= second.started
    assert first.versions["torch"] == torch.__version__
    assert first.python == sys.version.split()[0]
    assert first.device == "cpu"
    assert first.threads == torch.get_num_threads()


def test_a_damaged_file_is_begun_anew(tmp_path):
    (tmp_path / "environment.json").write_text("{")
    record_environment(tmp_path, "cpu", torch.get_num_threads())
    assert len(read_environments(tmp_path)) == 1


def test_a_run_without_one_has_none(tmp_path):
    assert read_environments(tmp_path) == []


def test_git_state_names_the_commit_and_says_whether_files_differ(tmp_path):
    def git(*words):
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        done = subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    assert git_state(tmp_path) is None
    git("init", "-q")
    (tmp_path / "file").write_text("a")
    git("add", "file")
    git("commit", "-q", "-m", "first")
    assert git_state(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("b")
    assert git_state(tmp_path) == git("rev-parse", "HEAD") + "+changes"
