import json

import pytest

from napari_rpdl.cli.app import main


@pytest.fixture
def run(capsys):
    """Run the program in this process; return its exit status, standard output and standard error."""

    def call(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def result(run):
    """Run a command that must succeed, with --json; return what it prints."""

    def call(*words):
        status, out, err = run(*words, "--json")
        assert status == 0, err
        return json.loads(out)

    return call
