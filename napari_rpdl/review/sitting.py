"""Sitting: one grader at work on a study; what is shown, what stands on the form, how long it took.

No window: the viewer's grading panel is a thin shell around this, and tests drive it.
It never reads the unblinding key, so nothing that it could show tells what a code means.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from napari_rpdl.errors import InputError
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.record import Given, new_id, now
from napari_rpdl.review.study import Presentation, Study
from napari_rpdl.settings.review import GradingSettings

_USUAL = GradingSettings()
_LONGEST_COMMENT = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands on the form for one item.

    Attributes:
        answered: whether the grader has answered; confidence and comment may come first.
        score: the answer; None is "not assessable".
        confidence: 1 to 5, None where not said.
        comment: in the grader's words.
        saved: whether all of it is in the record.
    """

    answered: bool = False
    score: float | None = None
    confidence: int | None = None
    comment: str = ""
    saved: bool = True


class ActiveTime:
    """A stopwatch that runs while a person works: gaps longer than ``idle_after_s`` do not count."""

    def __init__(self, idle_after_s: float, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_after_s, self._clock = idle_after_s, clock
        self._seconds = seconds
        self._last: float | None = clock()

    @property
    def seconds(self) -> float:
        """Time so far (s), up to the last sign of activity."""
        return self._seconds

    def touch(self) -> None:
        """Note that the person did something; nothing happens while paused."""
        if self._last is None:
            return
        moment = self._clock()
        gap = moment - self._last
        if gap <= self._idle_after_s:
            self._seconds += gap
        self._last = moment

    def pause(self) -> None:
        """Stop until ``resume``."""
        self.touch()
        self._last = None

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._last = self._clock()


class Sitting:
    """One grader, one study, from opening the form to the last lock.

    Every answer goes into the book at once. Where the book cannot be written, what was
    answered stays on the form as not saved, and ``save_again`` tries once more.
    """

    def __init__(
        self,
        study: Study,
        book: GradeBook,
        grader: str,
        settings: GradingSettings = _USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Go on where the grader stopped.

        Args:
            study: what is graded.
            book: the record.
            grader: pseudonym.
            settings: when time counts as idle, what the grader says of his or her experience.
            clock: seconds that only grow.

        Raises:
            InputError: no such grader, or the book cannot be read.
        """
        self.study, self.book, self.grader = study, book, grader
        self._settings, self._clock = settings, clock
        self._session_id = new_id()
        self._presentations = study.plan_of(grader).presentations
        self._drafts: dict[int, dict[str, Draft]] = {}
        self._times: dict[int, ActiveTime] = {}
        self._hashes: dict[int, str] = {}
        self._opened_at: dict[int, str] = {}
        self.locked = book.locked(grader)
        self.index = 0
        if not self.is_finished:
            self.go_to(next(index for index in range(self.count) if index not in self.locked))

    # -- where the grader is ----------------------------------------------------------

    @property
    def count(self) -> int:
        """Number of presentations."""
        return len(self._presentations)

    @property
    def is_finished(self) -> bool:
        """Whether everything is locked."""
        return len(self.locked) == self.count

    @property
    def goes_on(self) -> bool:
        """Whether an answer moves on to the next question that has none."""
        return self._settings.go_on

    @property
    def presentation(self) -> Presentation:
        """What is shown."""
        return self._presentations[self.index]

    @property
    def drafts(self) -> dict[str, Draft]:
        """What stands on the form, by item; items without an entry are blank."""
        return dict(self._drafts.get(self.index, {}))

    @property
    def unsaved(self) -> int:
        """Number of answers, over all presentations, that are on the form but not in the record."""
        return sum(one.answered and not one.saved for drafts in self._drafts.values() for one in drafts.values())

    @property
    def active_seconds(self) -> float:
        """Time spent on what is shown (s), idle time and pauses excluded."""
        return self._times[self.index].seconds if self.index in self._times else 0.0

    def go_to(self, index: int) -> None:
        """Show a presentation that is not locked.

        Raises:
            InputError: it is locked, there is none, or the book cannot be read.
        """
        self.study.presentation(self.grader, index)
        if index in self.locked:
            msg = f"Presentation {index + 1} is locked. Its answers stay, and it is not shown again until all are."
            raise InputError(msg)
        if index not in self._drafts:
            answers = self.book.current(self.grader, index)
            self._drafts[index] = {
                item: Draft(True, one.score, one.confidence, one.comment) for item, one in answers.items()
            }
            spent = max((one.active_seconds for one in answers.values()), default=0.0)
            self._times[index] = ActiveTime(self._settings.idle_after_s, spent, self._clock)
        if index != self.index and self.index in self._times:
            self._times[self.index].pause()
        self.index, self._opened_at[index] = index, now()
        self._times[index].resume()

    def step(self, by: int) -> bool:
        """Show the next (+1) or previous (-1) presentation that is not locked; say whether there is one."""
        ways = range(self.index + 1, self.count) if by > 0 else range(self.index - 1, -1, -1)
        for index in ways:
            if index not in self.locked:
                self.go_to(index)
                return True
        return False

    # -- what the grader does ---------------------------------------------------------

    def answer(self, item_id: str, score: float | None, view_state: str = "") -> None:
        """Answer an item, or answer it anew.

        Raises:
            InputError: the score does not fit (nothing changes), or the book cannot be
                written (the answer stays on the form, not saved).
        """
        self.study.scale.item(item_id).check(score)
        self._put(item_id, replace(self._draft(item_id), answered=True, score=score), view_state)

    def be_sure(self, item_id: str, confidence: int | None, view_state: str = "") -> None:
        """Say how sure (1 to 5) the answer to an item is; kept with the answer, which may come later."""
        self._put(item_id, replace(self._draft(item_id), confidence=confidence), view_state)

    def comment(self, item_id: str, text: str, view_state: str = "") -> None:
        """Comment on an item; kept with the answer, which may come later.

        Raises:
            InputError: longer than the record takes, or the book cannot be written.
        """
        if len(text) > _LONGEST_COMMENT or "\0" in text:
            msg = f"Expected a comment of at most {_LONGEST_COMMENT:,} letters, got {len(text):,}. Shorten it."
            raise InputError(msg)
        self._put(item_id, replace(self._draft(item_id), comment=text), view_state)

    def save_again(self) -> None:
        """Write what could not be written before, on all presentations.

        Raises:
            InputError: it still cannot be written.
        """
        for index, drafts in self._drafts.items():
            for item_id, draft in drafts.items():
                if draft.answered and not draft.saved:
                    self._write(index, item_id, draft, "")

    def lock(self) -> None:
        """Make the answers to what is shown final, and go to the next that is not locked.

        Raises:
            InputError: an answer is missing or not saved, or the book cannot be written.
        """
        self.save_again()
        try:
            self.book.lock(self.grader, self.index)
        finally:
            self.locked = self.book.locked(self.grader)
        self._drafts.pop(self.index, None)
        if not self.step(+1):
            self.step(-1)

    def touch(self) -> None:
        """Note that the grader did something, so that the time since the last deed counts."""
        if self.index in self._times:
            self._times[self.index].touch()

    def pause(self) -> None:
        """Stop the time."""
        if self.index in self._times:
            self._times[self.index].pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self.index in self._times:
            self._times[self.index].resume()

    def shown(self, data_hash: str) -> None:
        """Note the hash of the files that are shown; it is kept with the answers."""
        self._hashes[self.index] = data_hash

    # -- writing ----------------------------------------------------------------------

    def _draft(self, item_id: str) -> Draft:
        self.study.scale.item(item_id)
        return self._drafts.get(self.index, {}).get(item_id, Draft())

    def _put(self, item_id: str, draft: Draft, view_state: str) -> None:
        """Keep a draft; write it where it holds an answer that the record does not have yet."""
        if self.index in self.locked:
            msg = f"Presentation {self.index + 1} is locked; its answers stay."
            raise InputError(msg)
        self.touch()
        before = self._draft(item_id)
        if draft == before and before.saved:
            return
        self._drafts.setdefault(self.index, {})[item_id] = replace(draft, saved=False)
        if draft.answered:
            self._write(self.index, item_id, draft, view_state)

    def _write(self, index: int, item_id: str, draft: Draft, view_state: str) -> None:
        given = Given(
            grader=self.grader,
            grader_experience=self._settings.experience,
            session_id=self._session_id,
            presentation_index=index,
            item_id=item_id,
            score=draft.score,
            confidence=draft.confidence,
            comment=draft.comment,
            opened_at=self._opened_at[index],
            answered_at=now(),
            active_seconds=self._times[index].seconds,
            view_state=view_state,
            data_hash=self._hashes.get(index, ""),
        )
        self.book.give(given)
        self._drafts[index][item_id] = replace(draft, saved=True)
