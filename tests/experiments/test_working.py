import pytest

from napari_rpdl.experiments.events import PieceFailed, PieceScored, PieceStarted
from napari_rpdl.experiments.pieces import pieces_of
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.working import work
from napari_rpdl.learning.events import StepEnded, StillWaiting


@pytest.fixture
def some(small_dataset, tiny, tmp_path):
    """Results, and a baseline with the first run."""
    settings = tiny()
    pieces = pieces_of(small_dataset, settings)
    return Results.claim(tmp_path / "results", small_dataset, settings), [pieces[0], pieces[6]]


def keys(events, kind):
    return [event.key for event in events if isinstance(event, kind)]


def test_every_piece_is_done_once(some, small_dataset):
    results, pieces = some
    events = list(work(results, small_dataset, pieces, 1))
    assert keys(events, PieceStarted) == keys(events, PieceScored) == [piece.key for piece in pieces]
    assert all(results.complete(piece.key) for piece in pieces)
    assert list(work(results, small_dataset, pieces, 1)) == []


def test_a_piece_of_another_is_left_and_picked_up_when_it_is_given_up(some, small_dataset):
    results, pieces = some
    with results.working_on(pieces[0].key):
        events = []
        for event in work(results, small_dataset, pieces, 1):
            events.append(event)
            if isinstance(event, StillWaiting):
                break
    assert keys(events, PieceStarted) == [pieces[1].key]
    assert keys(work(results, small_dataset, pieces, 1), PieceStarted) == [pieces[0].key]


def test_a_failure_does_not_keep_the_others(some, small_dataset):
    results, pieces = some
    stranger = results.folder / pieces[1].key / "notes.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    events = list(work(results, small_dataset, pieces[::-1], 1))
    assert keys(events, PieceFailed) == [pieces[1].key]
    assert keys(events, PieceScored) == [pieces[0].key]
    assert stranger.read_text() == "mine"


def test_closing_stops_at_once_and_frees_the_piece(some, small_dataset):
    results, pieces = some
    events = work(results, small_dataset, pieces, 1)
    next(event for event in events if isinstance(event, StepEnded))
    events.close()
    with results.working_on(pieces[1].key) as mine:
        assert mine
