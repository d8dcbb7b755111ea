"""How a grading study is laid out."""

from typing import Annotated

from pydantic import Field

from napari_rpdl.settings.base import Settings


class StudySettings(Settings):
    """Who sees what how often in a grading study."""

    title: Annotated[str, Field(min_length=1, max_length=120)] = "Grading study"
    """What graders see as the study's name; it should not tell what is compared."""
    repeats: Annotated[float, Field(ge=0, le=0.5)] = 0.15
    """Share of the presentations that come a second time under another code, to measure each grader's
    consistency; 0.1 to 0.2 is usual."""
    minimum_gap: Annotated[int, Field(ge=1, le=1000)] = 6
    """At least this many presentations lie between a result and its repeat."""
    pairs_per_bone: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Pairwise scales: how many pairs of a bone are drawn; 0 shows every pair of different methods."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    """The same seed gives the same codes, orders and repeats, so a grader must not know it; drawn by chance where
    none is given. The key keeps it."""


class GradingSettings(Settings):
    """How a grader sits at a study."""

    idle_after_s: Annotated[float, Field(ge=5, le=3600)] = 60.0
    """A gap longer than this (s) between two movements of mouse or keyboard is idle and no time on task."""
    experience: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""
    """What you say of your experience, for example "consultant, 12 years"; kept with every answer."""
    go_on: bool = True
    """Go on to the next item when one is answered."""
