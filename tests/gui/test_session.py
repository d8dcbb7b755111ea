"""The desk's state without any window."""

from napari_rpdl.gui.session import Session


def test_results_of_another_bone_are_recognised(small_case) -> None:
    session = Session()
    assert not session.shows("bone_1")
    heard: list[object] = []
    session.events.case.connect(heard.append)
    session.case = small_case
    assert heard == [small_case]
    assert session.shows("bone_1")
    assert not session.shows("bone_2")
