"""The work behind a comparison."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import dice, rpd
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed
from napari_rpdl.gui.comparison import Source
from napari_rpdl.gui.coordinators.compare_sources import Remarks
from napari_rpdl.gui.coordinators.compare_tiles import TileMade, TileMaker, Wanted, captions
from napari_rpdl.gui.cut import WHOLE, Cut
from napari_rpdl.gui.solids import Flat

ORIGINAL, ONE, TWO = Source("original", "Original"), Source("surgeon:surgeon_1", "1"), Source("surgeon:surgeon_2", "2")


@pytest.fixture
def maker(small_dataset) -> TileMaker:
    loaded = {case_id: small_dataset.case(case_id) for case_id in small_dataset.case_ids}

    def region_of(key, case):
        if key == "broken":
            msg = "Not on the case's grid."
            raise InputError(msg)
        return None if key == "original" else case.annotation(key.removeprefix("surgeon:")).mask

    def remarks_on(key, case):
        return Remarks(("with a caution",), f"Mind {case.case_id}.") if key == "surgeon:surgeon_1" else Remarks()

    return TileMaker(loaded.__getitem__, region_of, remarks_on)


def wanted(**more) -> Wanted:
    kept = {"reference": "", "axis": "", "cut": WHOLE, "opacity": 1.0, "stamp": 0} | more
    return Wanted(rows=("bone_1", "bone_2"), sources=(ORIGINAL, ONE, TWO), **kept)


def made(maker: TileMaker, wish: Wanted) -> dict:
    return {event.place: event for event in maker.make(wish) if isinstance(event, TileMade)}


def test_every_tile_is_made_in_order_with_progress(maker) -> None:
    events = list(maker.make(wanted()))
    assert [event.done for event in events if isinstance(event, Progressed)] == list(range(6))
    assert [e.place for e in events if isinstance(e, TileMade)] == [
        (bone, source.key) for bone in ("bone_1", "bone_2") for source in (ORIGINAL, ONE, TWO)
    ]


def test_what_to_know_of_a_region_stands_beneath_it_also_where_nothing_is_made_anew(maker) -> None:
    place = ("bone_2", "surgeon:surgeon_1")
    tile = made(maker, wanted())[place]
    assert tile.lines[0].startswith("Dice")
    assert (tile.lines[-1], tile.tip) == ("with a caution", "Mind bone_2.")
    known = {again.place: again for again in maker.known(wanted(opacity=0.5))}[place]
    assert (known.lines, known.tip) == (tile.lines, tile.tip)


def test_scores_are_means_over_the_other_surgeons_or_against_the_reference(small_case) -> None:
    """Independent of ``score``: pair by pair with Eqs. 5 and 6."""
    one, two, three = small_case.masks()
    rewards = rpmap_of([one, two, three])
    means = [np.mean([f(one, two), f(one, three)]) for f in (dice, lambda a, b: rpd(a, b, rewards))]
    assert captions(small_case, ONE, one, None, "")[0] == f"Dice {means[0]:.2f}  RPD {means[1]:.2f}"
    network = Source("run:x", "x")
    everyone = np.mean([dice(two, mask) for mask in (one, two, three)])
    assert captions(small_case, network, two, None, "")[0].startswith(f"Dice {everyone:.2f}")
    against = captions(small_case, ONE, one, three, "surgeon:surgeon_3")[0]
    assert against == f"Dice {dice(one, three):.2f}  RPD {rpd(one, three, rewards):.2f}"
    assert captions(small_case, ONE, one, None, ONE.key) == ("the reference",)
    assert captions(small_case, ORIGINAL, None, three, "surgeon:surgeon_3") == ("before drilling",)


def test_critical_structures_that_were_entered_are_named(small_case) -> None:
    nerve = small_case.labels() == 5
    region = small_case.masks()[0] | nerve
    assert captions(small_case, Source("masks:x", "x"), region, None, "")[1] == f"in facial nerve {nerve.sum()}"


def test_harm_to_many_structures_is_told_in_lines_that_fit(small_case, monkeypatch) -> None:
    many = {"malleus": 3, "stapes": 0, "sigmoid sinus": 500, "semicircular canals and vestibule": 58, "cochlea": 61}
    monkeypatch.setattr("napari_rpdl.gui.coordinators.compare_tiles.critical_voxels", lambda *_: many)
    harm = captions(small_case, Source("masks:x", "x"), small_case.masks()[0], None, "")[1:]
    assert " ".join(harm) == "in malleus 3, sigmoid sinus 500, semicircular canals and vestibule 58, cochlea 61"
    assert max(map(len, harm)) <= 30, "a longer line is cut off at the edge of its picture"


def test_a_lone_surgeon_or_a_mask_without_surgeons_has_no_scores(small_case) -> None:
    lone = replace(small_case, annotations=small_case.annotations[:1])
    assert captions(lone, ONE, lone.masks()[0], None, "") == ("no surgeon to compare",)
    nobody = replace(small_case, annotations=())
    mask = small_case.masks()[0]
    assert captions(nobody, Source("masks:x", "x"), mask, None, "") == ("no surgeon to compare",)
    assert captions(nobody, Source("masks:x", "x"), mask, mask, "masks:y")[0] == "Dice 1.00  RPD 1.00"


def test_what_goes_wrong_in_one_tile_stays_in_it(maker) -> None:
    wish = replace(wanted(), sources=(ORIGINAL, Source("broken", "b"), Source("surgeon:zoe", "zoe"), ONE))
    tiles = made(maker, wish)
    assert tiles["bone_1", "broken"].content is None
    assert tiles["bone_1", "broken"].tip == "Not on the case's grid."
    assert tiles["bone_1", "surgeon:zoe"].lines == ("did not drill this bone",)
    assert tiles["bone_2", ONE.key].content is not None


def test_surfaces_are_kept_while_only_the_cut_or_the_glass_changes(maker) -> None:
    first = made(maker, wanted())
    place = ("bone_1", ONE.key)
    assert {tile.place for tile in maker.known(wanted())} == set(first)
    cut = {tile.place: tile for tile in maker.known(wanted(cut=Cut("axial", 0.3), opacity=0.5))}
    assert cut[place].content.parts[0].mesh is first[place].content.parts[0].mesh
    assert cut[place].content.plane is not None
    assert cut[place].content.parts[0].opacity == 0.5
    assert list(maker.known(wanted(reference=TWO.key))) == []
    closed = made(maker, wanted(cut=Cut("axial", 0.3)))[place].content
    assert len(closed.parts) == len(first[place].content.parts) + 1
    maker.forget()
    assert list(maker.known(wanted())) == []


def test_bones_that_leave_are_forgotten(maker) -> None:
    made(maker, wanted())
    made(maker, replace(wanted(), rows=("bone_2",)))
    assert {tile.place[0] for tile in maker.known(wanted())} == {"bone_2"}


def test_slices_take_the_place_of_solids(maker) -> None:
    tiles = made(maker, wanted(axis="coronal", cut=Cut(place=0.4)))
    assert all(isinstance(tile.content, Flat) for tile in tiles.values())
    assert list(maker.known(wanted(axis="coronal"))) == []


def test_a_reference_that_did_not_drill_a_bone_leaves_it_in_its_own_colours(maker) -> None:
    plain = made(maker, wanted())["bone_1", ONE.key]
    other = made(maker, wanted(reference="surgeon:zoe"))["bone_1", ONE.key]
    assert np.array_equal(plain.content.parts[0].mesh.colors, other.content.parts[0].mesh.colors)
