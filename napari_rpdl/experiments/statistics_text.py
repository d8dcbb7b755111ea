"""The comparisons of all parts of results, as text for people and as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from napari_rpdl.evaluation.paired import Interval
from napari_rpdl.experiments.bone_table import Part, parts_of, rows_of
from napari_rpdl.experiments.measure_names import DICE, RPD, Measure, map_in_words, measured
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.experiments.statistics import Difference, Family, families
from napari_rpdl.experiments.titles import method_titles, part_title

JUDGED = (DICE, RPD)
"""What is tested: further measures are described, not tested, so that fewer comparisons share the evidence."""
COLUMNS = (
    *("First", "against", "better on", "mean difference [95 %]"),
    *("Wilcoxon p", "after Holm", "sign-flip p", "after Holm"),
)
_CSV = (
    *("experiment", "protocol", "decision", "metric", "family", "first", "second", "bones", "better", "equal"),
    *("mean", "low", "high", "p", "p_holm", "p_flip", "p_flip_holm", "p_smallest"),
)


@dataclass(frozen=True, slots=True)
class Tested:
    """One family of comparisons of one measure in one part.

    Attributes:
        part: of the results.
        measure: Dice or RPD.
        family: question and comparisons.
        titles: method -> name for people.
        synthetic: whether the bones are no real ones.
    """

    part: Part
    measure: Measure
    family: Family
    titles: dict[str, str]
    synthetic: bool

    @property
    def title(self) -> str:
        """Question, measure and part."""
        judged = f"{self.measure.title} by {map_in_words(self.part)}" if self.measure == RPD else self.measure.title
        data = " Phantom (synthetic) data." if self.synthetic else ""
        return f"{self.family.question} {judged}. {part_title(self.part)}.{data}"

    def lines(self) -> Iterator[tuple[str, ...]]:
        """Yield a row of text for each comparison, in ``COLUMNS``."""
        for one in self.family.differences:
            yield (
                self.titles[one.first],
                self.titles[one.second],
                one.in_words(),
                _interval(one.mean),
                *(p_text(p) for p in (one.p, one.p_holm, one.p_flip, one.p_flip_holm)),
            )


def all_tested(results: ScoreFolder) -> tuple[Tested, ...]:
    """Return every planned family of every part, of Dice and RPD."""
    found = []
    for part in parts_of(results.rows):
        rows = rows_of(results.rows, part)
        titles = method_titles(rows)
        for measure in JUDGED:
            table = measured(rows, measure, part)
            found += [Tested(part, measure, family, titles, results.synthetic) for family in families(rows, table)]
    return tuple(found)


def statistics_markdown(tested: Sequence[Tested]) -> str:
    """Return all families as Markdown tables, each with what its bones can show at best."""
    blocks = []
    for one in tested:
        rows = [COLUMNS, ["---"] * len(COLUMNS), *one.lines()]
        lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
        blocks.append("\n".join([f"**{one.title}**", "", *lines, "", one.family.reach(), ""]))
    return "\n".join(blocks)


def statistics_csv(tested: Sequence[Tested]) -> str:
    """Return every comparison as a row of CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV)
    for one in tested:
        part = (one.part.experiment, one.part.protocol, one.part.decision)
        for difference in one.family.differences:
            writer.writerow((*part, one.measure.metric, one.family.question, *_cells(difference)))
    return text.getvalue()


def p_text(p: float) -> str:
    """Return a p value as it is printed: ".020", "<.001", "1.00"."""
    if p < 0.001:
        return "<.001"
    return f"{p:.2f}" if p >= 0.995 else f"{p:.3f}".removeprefix("0")


def _interval(mean: Interval) -> str:
    ends = "" if mean.low is None or mean.high is None else f" [{_signed(mean.low)}, {_signed(mean.high)}]"
    return f"{_signed(mean.value)}{ends}"


def _signed(value: float) -> str:
    # Adding 0 makes a plus of the sign of a zero.
    return f"{round(value, 3) + 0.0:+.3f}"


def _cells(one: Difference) -> tuple[object, ...]:
    counts = (one.first, one.second, one.bones, one.better, one.equal)
    ends = ("" if end is None else end for end in (one.mean.low, one.mean.high))
    return (*counts, one.mean.value, *ends, one.p, one.p_holm, one.p_flip, one.p_flip_holm, one.p_smallest)
