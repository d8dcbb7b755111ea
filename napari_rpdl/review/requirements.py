"""What recording answers and analysing them need beyond the base installation."""

from importlib.util import find_spec

from napari_rpdl.errors import InputError

NEEDED = {"sqlalchemy": "SQLAlchemy", "statsmodels": "statsmodels"}


def check_requirements() -> None:
    """Raise an InputError that says what to install, without importing anything."""
    missing = [name for module, name in NEEDED.items() if find_spec(module) is None]
    if missing:
        msg = f"Grading studies need {', '.join(missing)}: pip install 'napari-rpdl[review]'."
        raise InputError(msg)
