"""From candidates and graders to a blinded study."""

import hashlib
import json
import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from napari_rpdl.errors import InputError
from napari_rpdl.review.ordering import Slot, faults, random_order
from napari_rpdl.review.power import Reach, reach
from napari_rpdl.review.scale import Scale
from napari_rpdl.review.study import (
    Candidate,
    GraderPlan,
    KeyRow,
    Phase,
    Presentation,
    Study,
    UnblindingKey,
    check_graders,
)
from napari_rpdl.settings.review import StudySettings

_SECONDS_PER_ITEM = (2.15, 5.3)
"""43 to 106 s for forms of about 20 items (Hochman et al., Int Arch Otorhinolaryngol 2022;26:e556-60)."""
_SECONDS_TO_LOOK = (15.0, 40.0)
"""At least; an estimate of ours for short forms."""
_MAX_PRESENTATIONS = 10_000
_USUAL = StudySettings()


@dataclass(frozen=True, slots=True)
class Plan:
    """A study, its key, and what to tell the person who planned it.

    Attributes:
        study: what graders open.
        key: what undoes the blinding.
        reach: what the study can prove at best.
        minutes: shortest and longest expected time of each grader.
        same_bone_neighbours: presentations that follow one of the same bone because
            there was no other way, over all graders.
    """

    study: Study
    key: UnblindingKey
    reach: Reach
    minutes: tuple[float, float]
    same_bone_neighbours: int


@dataclass(frozen=True, slots=True)
class _Result:
    """A candidate, or its repeat under another code, before it has a code."""

    candidate: Candidate
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A presentation before it has an order; tiles are places in the list of results."""

    bone: str
    tiles: tuple[int, ...]
    repeats: int | None = None


def plan_study(
    candidates: Sequence[Candidate],
    graders: Sequence[str],
    scale: Scale,
    settings: StudySettings = _USUAL,
    calibration_cases: Sequence[str] = (),
    origin: str = "",
) -> Plan:
    """Lay out a study.

    Args:
        candidates: every drilled region that takes part, each once.
        graders: pseudonyms.
        scale: the form.
        settings: repeats, distances, seed.
        calibration_cases: all candidates of these cases come first, in one order for
            all graders, and are left out of the results.
        origin: where the bones come from.

    Raises:
        InputError: no candidates, one twice, unknown calibration cases, too few
            presentations for the wanted gap, or too many.
    """
    check_graders(tuple(graders))
    _check_candidates(candidates, calibration_cases)
    if settings.seed is None:
        settings = settings.model_copy(update={"seed": secrets.randbits(32)})
    rng = np.random.default_rng(settings.seed)
    results = [_Result(candidate) for candidate in candidates]
    in_main = [candidate.case_id not in calibration_cases for candidate in candidates]
    first = list(_presentations(candidates, [not main for main in in_main], scale, settings, rng))
    once = list(_presentations(candidates, in_main, scale, settings, rng))
    if not once:
        msg = "Nothing is left to be graded. Pairwise scales need two methods on the same bone."
        raise InputError(msg)
    again = list(_repeats(once, results, settings, rng))
    calibration = [first[index] for index in random_order([Slot(one.bone) for one in first], 1, rng)]
    rows = _coded(results, rng)
    study_id = _study_id(candidates, graders, scale, settings)
    plans, neighbours = [], 0
    for grader in graders:
        own = np.random.default_rng(_seed_of(study_id, grader, settings.seed))
        order, alike = _order([*once, *again], settings, own)
        neighbours += alike
        plans.append(GraderPlan(grader=grader, presentations=tuple(_numbered(calibration, order, rows, own))))
    study = Study(study_id=study_id, title=settings.title, origin=origin, scale=scale, graders=tuple(plans))
    # Sorted by code, so that the order of the rows does not tell what belongs together.
    key = UnblindingKey(study_id=study_id, settings=settings, rows=tuple(sorted(rows, key=lambda row: row.code)))
    graded = [candidate for candidate, main in zip(candidates, in_main, strict=True) if main]
    return Plan(study, key, _reach(graded), _minutes(study), neighbours)


def _check_candidates(candidates: Sequence[Candidate], calibration_cases: Sequence[str]) -> None:
    if not candidates:
        msg = "Expected at least one drilled region to grade."
        raise InputError(msg)
    seen: set[tuple[str, str]] = set()
    for candidate in candidates:
        if (candidate.case_id, candidate.source) in seen:
            msg = f"{candidate.source} takes part twice on {candidate.case_id}. Repeats are planned by themselves."
            raise InputError(msg)
        seen.add((candidate.case_id, candidate.source))
    known = {candidate.case_id for candidate in candidates}
    missing = sorted(set(calibration_cases) - known)
    if missing:
        msg = f"No candidate shows the calibration cases {', '.join(missing)}; there are: {', '.join(sorted(known))}."
        raise InputError(msg)


def _presentations(
    candidates: Sequence[Candidate],
    chosen: Sequence[bool],
    scale: Scale,
    settings: StudySettings,
    rng: np.random.Generator,
) -> Iterator[_Shown]:
    places = [place for place, is_chosen in enumerate(chosen) if is_chosen]
    if not scale.compares:
        yield from (_Shown(candidates[place].bone, (place,)) for place in places)
        return
    for case_id in sorted({candidates[place].case_id for place in places}):
        there = [place for place in places if candidates[place].case_id == case_id]
        pairs = [(a, b) for a, b in combinations(there, 2) if candidates[a].method != candidates[b].method]
        if settings.pairs_per_bone and len(pairs) > settings.pairs_per_bone:
            drawn = rng.choice(len(pairs), settings.pairs_per_bone, replace=False)
            pairs = [pairs[index] for index in sorted(drawn.tolist())]
        yield from (_Shown(candidates[there[0]].bone, pair) for pair in pairs)


def _repeats(
    once: Sequence[_Shown], results: list[_Result], settings: StudySettings, rng: np.random.Generator
) -> Iterator[_Shown]:
    """Draw what comes twice; append what is shown again to ``results``, for codes of its own."""
    count = math.ceil(settings.repeats * len(once)) if len(once) > 1 else 0
    for index in _spread(once, count, rng):
        tiles = []
        for place in once[index].tiles:
            tiles.append(len(results))
            results.append(_Result(results[place].candidate, place))
        yield _Shown(once[index].bone, tuple(tiles), index)


def _coded(results: Sequence[_Result], rng: np.random.Generator) -> list[KeyRow]:
    """Give every result and every bone a random code; repeats draw from the same numbers."""
    cases = sorted({result.candidate.case_id for result in results})
    bone_codes = dict(zip(cases, _codes("B", len(cases), rng), strict=True))
    codes = _codes("R", len(results), rng)
    return [
        KeyRow(
            code=code,
            bone_code=bone_codes[result.candidate.case_id],
            candidate=result.candidate,
            repeat_of=None if result.repeats is None else codes[result.repeats],
        )
        for code, result in zip(codes, results, strict=True)
    ]


def _codes(letter: str, count: int, rng: np.random.Generator) -> list[str]:
    digits = max(2, len(str(count)))
    return [f"{letter}-{number:0{digits}}" for number in (rng.permutation(count) + 1).tolist()]


def _spread(once: Sequence[_Shown], count: int, rng: np.random.Generator) -> list[int]:
    """Return ``count`` random places, as many bones as possible among them."""
    left = rng.permutation(len(once)).tolist()
    used: dict[str, int] = {}
    chosen: list[int] = []
    for _ in range(count):
        best = min(left, key=lambda index: used.get(once[index].bone, 0))
        left.remove(best)
        used[once[best].bone] = used.get(once[best].bone, 0) + 1
        chosen.append(best)
    return chosen


def _order(shown: Sequence[_Shown], settings: StudySettings, rng: np.random.Generator) -> tuple[list[_Shown], int]:
    slots = [Slot(one.bone, one.repeats) for one in shown]
    places = random_order(slots, settings.minimum_gap, rng)
    close, alike = faults(slots, places, settings.minimum_gap)
    if close:
        msg = (
            f"{len(shown)} presentations are too few to keep {settings.minimum_gap} between every result and its "
            "repeat. Choose a smaller minimum gap, fewer repeats, or more results."
        )
        raise InputError(msg)
    return [shown[index] for index in places], alike


def _numbered(
    calibration: Sequence[_Shown], main: Sequence[_Shown], rows: Sequence[KeyRow], rng: np.random.Generator
) -> Iterator[Presentation]:
    phases: list[tuple[Phase, _Shown]] = [("calibration", one) for one in calibration]
    phases += [("main", one) for one in main]
    if len(phases) > _MAX_PRESENTATIONS:
        msg = f"{len(phases)} presentations are more than anyone can grade. Use fewer cases or pairs per bone."
        raise InputError(msg)
    for index, (phase, one) in enumerate(phases):
        tiles = tuple(rows[place].code for place in one.tiles)
        bone = rows[one.tiles[0]].bone_code
        yield Presentation(index=index, phase=phase, bone=bone, tiles=tiles[::-1] if rng.random() < 0.5 else tiles)


def _seed_of(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def _study_id(candidates: Sequence[Candidate], graders: Sequence[str], scale: Scale, settings: StudySettings) -> str:
    content = [[c.model_dump(mode="json") for c in candidates], list(graders), scale.hash, settings.model_dump()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _reach(graded: Sequence[Candidate]) -> Reach:
    """Return what can be proven with the bones on which every method has a result."""
    methods = {candidate.method for candidate in graded}
    present: dict[str, set[str]] = {}
    for candidate in graded:
        present.setdefault(candidate.bone, set()).add(candidate.method)
    return reach(sum(there == methods for there in present.values()), len(methods))


def _minutes(study: Study) -> tuple[float, float]:
    count, items = len(study.graders[0].presentations), len(study.scale.items)
    shortest, longest = (
        count * max(look, item * items) / 60 for look, item in zip(_SECONDS_TO_LOOK, _SECONDS_PER_ITEM, strict=True)
    )
    return shortest, longest
