"""With which status the program ends."""

import signal
import subprocess
import sys

from napari_rpdl.cli.statuses import FAILED, FINISHED, MISUSED, STOPPED


def test_scripts_can_tell_every_end_from_the_others() -> None:
    assert len({FINISHED, FAILED, MISUSED, STOPPED}) == 4
    assert FINISHED == 0
    assert STOPPED == 128 + signal.SIGINT, "as shells say it of a program that Ctrl-C has ended"


def test_they_are_known_before_anything_heavy_is_loaded() -> None:
    heavy = "[name for name in ('numpy', 'pydantic', 'tyro', 'torch') if name in sys.modules]"
    code = f"import sys; import napari_rpdl.cli.statuses; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
