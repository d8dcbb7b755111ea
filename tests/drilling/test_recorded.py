"""A drilling that is kept: saved, replayed, continued, and part of the dataset at once."""

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import case_agreement
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import read_drill_log, region_hash
from napari_rpdl.drilling.journal import unsaved_drillings
from napari_rpdl.drilling.recorded import RecordedDrilling, region_of
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.learning.sampling import pack
from napari_rpdl.settings import TrainingSettings

HERE = np.array([[8.0, 6, 11], [8, 8, 10]])


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drilling(small_dataset, clock):
    case = small_dataset.case("bone_1")
    start = case.annotation("surgeon_2").mask
    folder = small_dataset.case_folder("bone_1")
    return RecordedDrilling.begin(Surroundings(case), "surgeon", "surgeon_2", start, folder, clock)


def drill(drilling, clock, way=HERE, seconds=2.0, **tool) -> None:
    drilling.begin_stroke(Tool(4.0, **tool))
    drilling.extend(way)
    clock.now += seconds
    drilling.end_stroke()


def test_a_saved_region_joins_the_dataset_at_once(drilling, clock, small_dataset):
    drill(drilling, clock, way=HERE + 3)
    saved = drilling.save(small_dataset.folder, "anna")
    dataset = Dataset.open(small_dataset.folder)
    assert dataset.surgeons == (*small_dataset.surgeons, "anna")
    case = dataset.case("bone_1")
    assert case.surgeons[-1] == "anna"
    assert np.array_equal(case.annotation("anna").mask, drilling.region.mask)
    assert rpmap_of(case.masks())[saved.mask].min() >= 1 / 4
    assert case_agreement(case).surgeons[-1] == "anna"
    learned = pack(case, TrainingSettings(grid=16), right_ears=True, surgeons=dataset.surgeons)
    assert learned.present == (0, 1, 2, 3)
    assert np.array_equal(np.unpackbits(learned.packed, axis=0)[3].astype(bool), saved.mask)
    for other in ("bone_2", "bone_3"):
        assert "anna" not in dataset.case(other).surgeons
    assert [entry.bone for entry in dataset.entries] == [entry.bone for entry in small_dataset.entries]


def test_the_log_tells_who_when_from_what_and_where_the_burr_was(drilling, clock, small_dataset):
    clock.now += 7
    drill(drilling, clock)
    clock.now += 500
    drill(drilling, clock, way=HERE - 2)
    drilling.undo()
    drilling.save(small_dataset.folder, "anna")
    kept = Dataset.open(small_dataset.folder).case("bone_1").annotation("anna")
    start = kept.log.header.start
    parent = small_dataset.case("bone_1").annotation("surgeon_2").mask
    assert (start.kind, start.name, start.sha256) == ("surgeon", "surgeon_2", region_hash(parent))
    assert [event.event for event in kept.log.events] == ["stroke", "stroke", "undo", "saved"]
    assert kept.log.minutes(60) == pytest.approx((7 + 2 + 2) / 60)
    assert kept.log.minutes(600) == pytest.approx((7 + 2 + 500 + 2) / 60)
    assert kept.burr_positions[0].tolist() == [8, 6, 11]
    assert kept.burr_positions[-1].tolist() == [8, 8, 10]
    assert kept.log.header.started_at.startswith("20")


def test_the_log_replays_to_the_same_region_bit_for_bit(drilling, clock, small_dataset):
    chance = np.random.default_rng(0)
    for _ in range(30):
        mode = "refill" if chance.random() < 0.3 else "drill"
        drill(drilling, clock, chance.uniform(0, 16, (3, 3)), mode=mode, spares_critical=bool(chance.random() < 0.5))
        if chance.random() < 0.3:
            drilling.undo()
        if chance.random() < 0.2:
            drilling.redo()
    drilling.save(small_dataset.folder, "anna")
    case = Dataset.open(small_dataset.folder).case("bone_1")
    kept = case.annotation("anna")
    again = region_of(Surroundings(case), kept.log.header, kept.log.events)
    assert np.array_equal(again.mask, kept.mask)


def test_saving_again_replaces_only_what_this_drilling_saved(drilling, clock, small_dataset):
    with pytest.raises(InputError, match=r"by surgeon_1 already.*surgeon_1_2"):
        drilling.save(small_dataset.folder, "surgeon_1")
    drill(drilling, clock)
    drilling.save(small_dataset.folder, "anna")
    drill(drilling, clock, way=HERE - 3)
    drilling.save(small_dataset.folder, "anna")
    dataset = Dataset.open(small_dataset.folder)
    assert dataset.surgeons.count("anna") == 1
    assert np.array_equal(dataset.case("bone_1").annotation("anna").mask, drilling.region.mask)
    with pytest.raises(InputError, match="upper and lower case"):
        drilling.save(small_dataset.folder, "ANNA")
    with pytest.raises(InputError, match="surgeon's name"):
        drilling.save(small_dataset.folder, "no/name")


def test_a_surgeon_of_the_dataset_may_drill_another_bone(drilling, clock, small_dataset):
    drill(drilling, clock)
    drilling.save(small_dataset.folder, "anna")
    other = small_dataset.case("bone_2")
    nothing = np.zeros(other.grid.shape, bool)
    second = RecordedDrilling.begin(Surroundings(other), "nothing", "", nothing, small_dataset.case_folder("bone_2"))
    with pytest.raises(InputError, match="Nothing is drilled"):
        second.save(small_dataset.folder, "anna")
    drill(second, clock)
    second.save(small_dataset.folder, "anna")
    assert Dataset.open(small_dataset.folder).case("bone_2").surgeons[-1] == "anna"


def test_what_was_not_saved_is_continued_after_a_crash(drilling, clock, small_dataset):
    drill(drilling, clock)
    before = drilling.region.mask.copy()
    folder = small_dataset.case_folder("bone_1")
    drilling._journal._file.close()  # as a dying program does
    (unsaved,) = unsaved_drillings(folder)
    again = RecordedDrilling.resume(Surroundings(small_dataset.case("bone_1")), unsaved)
    assert np.array_equal(again.region.mask, before)
    assert again.region.can_undo
    again.undo()
    again.close()
    assert len(unsaved_drillings(folder)) == 1


def test_nothing_is_left_behind_once_all_is_saved(drilling, clock, small_dataset):
    drill(drilling, clock)
    drilling.save(small_dataset.folder, "anna")
    drilling.close()
    folder = small_dataset.case_folder("bone_1")
    assert list((folder / "drillings" / "unsaved").iterdir()) == []
    assert read_drill_log(folder / "drillings" / "anna.jsonl").is_saved


def test_a_log_of_a_changed_bone_is_refused(drilling, clock, small_dataset):
    drill(drilling, clock)
    changed = small_dataset.case("bone_2")
    with pytest.raises(InputError, match="have changed"):
        region_of(Surroundings(changed), drilling.log.header, drilling.log.events)


def test_a_full_disk_costs_no_stroke(drilling, clock, small_dataset, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("napari_rpdl.drilling.journal.os.fsync", full)
        drill(drilling, clock)
        assert "No space left" in drilling.problem
    assert len(drilling.region.strokes) == 1
    drill(drilling, clock, way=HERE - 3)
    assert drilling.problem == ""
    drilling.close()
    assert len(unsaved_drillings(small_dataset.case_folder("bone_1"))[0].log.events) == 2


def test_what_changes_while_it_is_saved_is_not_taken_for_saved(drilling, clock, small_dataset):
    drill(drilling, clock)
    prepared = drilling.prepared("anna")
    drill(drilling, clock, way=HERE - 3)
    drilling.note_saved(prepared)
    assert not drilling.is_saved
    drilling.note_saved(drilling.prepared("anna"))
    assert drilling.is_saved


def test_a_lifted_burr_leaves_what_lies_between_alone(drilling):
    drilling.begin_stroke(Tool(1.0))
    drilling.extend(np.array([2.0, 2, 9]))
    drilling.extend(np.array([13.0, 2, 9]), lifted=True)
    assert len(drilling.end_stroke().positions) == 2
    assert drilling.region.difference() == (2, 0)


# -- kill -9 --------------------------------------------------------------------------


def drill_and_save_until_killed(home: Path, surgeon: str, acknowledged: int) -> None:
    dataset = Dataset.open(home)
    case, folder = dataset.case("bone_1"), dataset.case_folder("bone_1")
    found, around = unsaved_drillings(folder), Surroundings(case)
    if found:
        drilling = RecordedDrilling.resume(around, found[0])
    else:
        start = case.annotation("surgeon_2").mask
        drilling = RecordedDrilling.begin(around, "surgeon", "surgeon_2", start, folder)
    chance = np.random.default_rng()
    os.write(acknowledged, b"open 0 -\n")
    while True:
        act = chance.random()
        if act < 0.2:
            drilling.undo()
        elif act < 0.3:
            drilling.redo()
        else:
            drilling.begin_stroke(Tool(4.0, "refill" if act < 0.4 else "drill", spares_critical=act < 0.7))
            drilling.extend(chance.uniform(0, 16, (3, 3)))
            drilling.end_stroke()
        said = f"{len(drilling.events)} {region_hash(drilling.region.mask)}\n"
        os.write(acknowledged, f"kept {said}".encode())
        if act > 0.9:
            drilling.save(home, surgeon)
            os.write(acknowledged, f"saved {said}".encode())


def test_kill_9_at_any_moment_of_drilling_and_saving_loses_nothing_that_was_acknowledged(
    small_dataset, memory_folder, kills, killed
):
    chance, counted = random.Random(0), {"open": 0, "kept": 0, "saved": 0}
    for turn in range(kills):
        home = memory_folder / f"dataset_{turn // 10}"
        if turn % 10 == 0:
            shutil.copytree(small_dataset.folder, home)
        begun, after = b"open 0 -\n" if turn % 5 else b"", chance.uniform(0.0, 0.1)
        said = killed(drill_and_save_until_killed, home, f"anna_{turn}", after=after, begun=begun)
        whole = [line.split() for line in said]
        for word, _, _ in whole:
            counted[word] += 1
        assert_nothing_lost(home, f"anna_{turn}", {word: (int(count), told) for word, count, told in whole})
    assert counted["kept"] > kills // 5, counted  # a busy computer gets little done between two kills
    assert counted["saved"], counted


def assert_nothing_lost(home: Path, surgeon: str, last: dict[str, tuple[int, str]]) -> None:
    """Check what the dead program last said against what is on the disk, region by region."""
    dataset = Dataset.open(home)
    case = dataset.case("bone_1")
    around, unsaved = Surroundings(case), unsaved_drillings(dataset.case_folder("bone_1"))
    saved = case.annotation(surgeon) if surgeon in case.surgeons else None
    if "kept" in last:
        events, told = last["kept"]
        log = unsaved[0].log if unsaved else saved.log
        assert region_hash(region_of(around, log.header, log.events[:events]).mask) == told
    if "saved" in last:
        events, told = last["saved"]
        assert region_hash(region_of(around, saved.log.header, saved.log.events[:events]).mask) == told
    if saved is not None:
        assert np.array_equal(region_of(around, saved.log.header, saved.log.events).mask, saved.mask)
