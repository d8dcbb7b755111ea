"""Scale: what graders are asked. Scales are data, one JSON file each.

A hospital adds its own scale by writing a file (docs/review.md describes the fields);
nothing in the program knows any scale by name.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text
from napari_rpdl.settings.base import Settings, explain

AnswerType = Literal["binary", "rating", "visual analogue", "preference"]
Total = Literal["sum", "mean", "none"]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]

LEFT, RIGHT, TIE = 1.0, 2.0, 0.0
"""Scores of a preference: which tile, counted from the left; 0 for no difference."""

_FOLDER = Path(__file__).with_name("scales")
_MAX_BYTES = 1_000_000
ENDS: dict[str, tuple[float, float]] = {
    "binary": (0, 1),
    "rating": (1, 5),
    "visual analogue": (0, 100),
    "preference": (TIE, RIGHT),
}


class Anchor(Settings):
    """What one score means in words."""

    score: float
    """The score, within the item's range."""
    text: Text
    """For example "5: as I would have drilled it"."""


class Item(Settings):
    """One question of a scale."""

    id: Identifier
    """Short name; the record keeps it, so it must not change between versions."""
    group: Text
    """Heading under which the item stands; one of the scale's groups."""
    text: Text
    """The question or statement."""
    answer: AnswerType
    """binary (0 or 1), rating (1 to 5), visual analogue (0 to 100) or preference (left, right, no difference)."""
    anchors: Annotated[tuple[Anchor, ...], Field(max_length=11)] = ()
    """What scores mean in words."""
    help: Annotated[str, Field(max_length=2000)] = ""
    """What to look at, shown on demand."""
    may_be_not_assessable: bool = True
    """Whether a grader may say that the pictures cannot tell."""
    hint: Annotated[str, Field(max_length=64)] = ""
    """Name of the automatic hint that computes the same thing; empty where there is none."""

    @model_validator(mode="after")
    def _anchors_lie_in_range(self) -> "Item":
        low, high = self.ends
        for anchor in self.anchors:
            if not low <= anchor.score <= high:
                msg = f"anchor {anchor.score:g} of item {self.id} lies outside {low:g} to {high:g}"
                raise ValueError(msg)
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest score."""
        return ENDS[self.answer]

    def check(self, score: float | None) -> None:
        """Raise an InputError unless ``score`` answers this item; None is "not assessable"."""
        if score is None:
            if not self.may_be_not_assessable:
                msg = f'"{self.text}" must be answered; "not assessable" is no answer to it.'
                raise InputError(msg)
            return
        low, high = self.ends
        whole = self.answer != "visual analogue"
        if not low <= score <= high or (whole and score != int(score)):
            kind = "a whole number" if whole else "a number"
            msg = f'Expected {kind} from {low:g} to {high:g} for "{self.text}", got {score:g}.'
            raise InputError(msg)


class Scale(Settings):
    """A whole form: its items in the order they are asked."""

    format_version: Literal[1]
    """Of the file, 1."""
    id: Identifier
    """Short name of the scale."""
    version: Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.]{0,15}$")]
    """Raised whenever a wording changes."""
    name: Text
    """Full name."""
    citation: Annotated[str, Field(max_length=2000)]
    """Where the scale comes from and how it may be used."""
    instructions: Annotated[str, Field(max_length=4000)] = ""
    """Read by graders before they start."""
    total: Total
    """sum (of the scores), mean, or none where adding items makes no sense."""
    groups: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]
    """Headings in the order they are shown."""
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=200)]
    """The questions."""

    @model_validator(mode="after")
    def _items_fit_together(self) -> "Scale":
        ids = [item.id for item in self.items]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            msg = f"expected every item id once, got {', '.join(twice)} more often"
            raise ValueError(msg)
        for item in self.items:
            if item.group not in self.groups:
                msg = f"item {item.id} is in group {item.group!r}, which groups does not list"
                raise ValueError(msg)
        kinds = {item.answer == "preference" for item in self.items}
        if kinds == {True, False}:
            msg = "preference items compare two results, the others judge one: put them into two scales"
            raise ValueError(msg)
        if self.compares and self.total != "none":
            msg = "preferences have no total: set total to none"
            raise ValueError(msg)
        return self

    @property
    def compares(self) -> bool:
        """Whether two results are shown at a time and compared."""
        return self.items[0].answer == "preference"

    @property
    def hash(self) -> str:
        """SHA-256 of the content, independent of the file's spacing; the record keeps it."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def item(self, item_id: str) -> Item:
        """Return an item; an InputError names those there are."""
        for item in self.items:
            if item.id == item_id:
                return item
        msg = f"The scale {self.id} has no item {item_id!r}; it has: {', '.join(i.id for i in self.items)}."
        raise InputError(msg)

    def total_of(self, scores: Mapping[str, float | None]) -> float | None:
        """Return the total of one presentation.

        Items that are not assessable (None) are left out; a sum is scaled up to the
        full number of items, so that totals compare: sum = mean of the assessable items
        x number of items. None where the scale has no total, an item was not answered
        at all, or more than half of the items are not assessable.
        """
        if self.total == "none" or any(item.id not in scores for item in self.items):
            return None
        told = [score for item in self.items if (score := scores[item.id]) is not None]
        if 2 * len(told) < len(self.items):
            return None
        mean = sum(told) / len(told)
        return mean * len(self.items) if self.total == "sum" else mean


def read_scale(path: Path) -> Scale:
    """Read a scale file.

    Raises:
        InputError: not readable, or not a scale; the first wrong field is named.
    """
    try:
        return Scale.model_validate_json(read_text(path, _MAX_BYTES))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error


def shipped_scales() -> tuple[Scale, ...]:
    """Return the scales that come with the program, by id."""
    return tuple(read_scale(path) for path in sorted(_FOLDER.glob("*.json")))


def find_scale(name: str) -> Scale:
    """Return a shipped scale by its id, or read the file that ``name`` is a path of.

    Raises:
        InputError: neither; the shipped scales are listed.
    """
    shipped = {scale.id: scale for scale in shipped_scales()}
    if name in shipped:
        return shipped[name]
    if Path(name).suffix == ".json" or Path(name).is_file():
        return read_scale(Path(name))
    msg = f"There is no scale {name!r}. Expected a file (.json) or one of: {', '.join(shipped)}."
    raise InputError(msg)
