"""The program's front door: ``napari-rpdl``, and ``python -m napari_rpdl``."""

import sys

from napari_rpdl.cli.statuses import STOPPED


def main() -> int:
    """Run the program; return its exit status."""
    try:
        # Loading the verbs takes a while; who presses Ctrl-C meanwhile wants no traceback out of an import.
        from napari_rpdl.cli.app import main as program

        return program()
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
