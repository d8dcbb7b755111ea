"""``python -m napari_rpdl``: the same as the console script ``napari-rpdl``."""

import sys

from napari_rpdl.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
