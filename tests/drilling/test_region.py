"""Strokes, refills, undo and redo, against a region that is drilled anew every time."""

import numpy as np
import pytest

from napari_rpdl.drilling.burr import swept
from napari_rpdl.drilling.region import DrilledRegion, Tool
from napari_rpdl.errors import InputError


def make(region, tool, way, at_s=0.0):
    region.begin(tool, at_s)
    for place in way:
        region.extend(place)
    return region.end(at_s + 1)


def drilled_anew(around, start, strokes):
    """The same strokes by the definition, position by position, on whole arrays."""
    labels, table, steps = around.case.labels(), around.case.table, around.case.grid.steps
    mask = start.copy()
    whole = tuple(slice(0, size) for size in labels.shape)
    for stroke in strokes:
        locked = around.locked(whole, stroke.margin) if stroke.spares_critical else np.zeros(labels.shape, bool)
        for position in stroke.positions:
            ball = np.zeros(labels.shape, bool)
            found = swept(np.array([position]), stroke.diameter, steps, labels.shape)
            if found is not None:
                ball[found.box] = found.voxels
            if stroke.mode == "refill":
                mask &= ~ball
            else:
                mask |= ball & around.drillable & ~locked
    assert table is around.case.table
    return mask


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("undo_bytes", [0, 2000, 10**9])
def test_any_sequence_leaves_what_the_strokes_that_count_would_leave(around, random_strokes, seed, undo_bytes):
    chance = np.random.default_rng(seed)
    start = (chance.random(around.case.grid.shape) < 0.1) & around.drillable
    region = DrilledRegion(around, start, undo_bytes)
    waiting = random_strokes(25, seed)
    made, undone = [], []
    for _ in range(80):
        action = chance.random()
        if action < 0.45 and waiting:
            stroke = make(region, *waiting.pop())
            if stroke is not None:
                made.append(stroke)
                undone = []
        elif action < 0.75:
            region.undo()
            if made:
                undone.append(made.pop())
        else:
            region.redo()
            if undone:
                made.append(undone.pop())
        assert region.strokes == made
        assert (region.can_undo, region.can_redo) == (bool(made), bool(undone))
    assert np.array_equal(region.mask, drilled_anew(around, start, made))
    assert region.undo_bytes <= max(undo_bytes, 60_000)
    while region.can_undo:
        region.undo()
    assert np.array_equal(region.mask, start)


def test_strokes_in_pieces_and_repeated_are_the_same_to_the_voxel(around, random_strokes):
    region = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
    strokes = [make(region, tool, way) for tool, way in random_strokes(30, 5)]
    again = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
    for stroke in filter(None, strokes):
        again.repeat(stroke)
    assert np.array_equal(region.mask, again.mask)


def test_what_changed_lies_in_the_box_that_is_told(around, random_strokes):
    region = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
    for tool, way in random_strokes(20, 2):
        before = region.mask.copy()
        region.begin(tool, 0)
        boxes = [region.extend(place) for place in way]
        region.end(1)
        changed = before != region.mask
        for box in filter(None, boxes):
            changed[box] = False
        assert not changed.any()


def test_the_lock_holds_and_the_air_outside_is_never_drilled(around, bone):
    region = DrilledRegion(around, np.zeros(bone.grid.shape, bool))
    make(region, Tool(40.0), np.array([[12.0, 10, 8]]))
    labels = bone.labels()
    assert set(np.unique(labels[region.mask]).tolist()) == {0, 1}  # bone, and the cell inside it
    assert region.mask[16:18, 12:14, 6:8].all()
    assert not region.mask[..., 13:].any()
    region.undo()
    make(region, Tool(40.0, spares_critical=False), np.array([[12.0, 10, 8]]))
    assert set(np.unique(labels[region.mask]).tolist()) == {0, 1, 5, 7}
    region.undo()
    make(region, Tool(40.0, margin=1.0), np.array([[12.0, 10, 8]]))
    assert not region.mask[9, 4, 5]  # half a millimetre above the nerve
    assert region.mask[6, 4, 5]


def test_a_stroke_in_the_air_is_none(around):
    region = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
    assert make(region, Tool(1.0), np.array([[5.0, 5, 15], [6, 6, 15]])) is None
    assert not region.can_undo


def test_misuse_is_told(around):
    region = DrilledRegion(around, np.zeros(around.case.grid.shape, bool))
    with pytest.raises(InputError, match="have begun"):
        region.extend(np.zeros(3))
    region.begin(Tool(1.0), 0)
    with pytest.raises(InputError, match="end before"):
        region.begin(Tool(1.0), 0)
    assert region.undo() is None
    assert region.redo() is None
    with pytest.raises(InputError, match="to start from"):
        DrilledRegion(around, np.zeros((2, 2, 2), bool))
