import pytest

from napari_rpdl.events import Said
from napari_rpdl.learning.torchrun import Place, place, spoken_by_the_first


@pytest.fixture
def second(monkeypatch):
    for name, value in {"TORCHELASTIC_RUN_ID": "a", "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)


def test_torchrun_says_where_a_process_stands(second):
    assert place() == Place(5, 8, 1)
    assert not place().first


def test_others_use_the_same_names_for_other_things(second, monkeypatch):
    monkeypatch.delenv("TORCHELASTIC_RUN_ID")
    assert place() == Place()
    assert place().first


def test_only_the_first_speaks_but_all_work(second, monkeypatch):
    worked = []

    def events():
        for number in range(3):
            worked.append(number)
            yield Said(str(number))

    assert list(spoken_by_the_first(events())) == []
    assert worked == [0, 1, 2]
    monkeypatch.setenv("RANK", "0")
    assert [event.text for event in spoken_by_the_first(events())] == ["0", "1", "2"]
