"""Plain data of drilling."""

from pathlib import Path

from napari_rpdl.gui.drill_state import StartChoice


def test_an_unsaved_drilling_knows_its_journal() -> None:
    assert StartChoice("unsaved", "a/b.jsonl").journal == Path("a/b.jsonl")
