"""What a study can prove at best: the smallest p that its numbers of bones and methods allow."""

from dataclasses import dataclass
from math import comb, factorial

from napari_rpdl.evaluation.paired import smallest_p

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Reach:
    """The smallest p values that a study can reach, if every bone speaks the same way.

    Attributes:
        bones: blocks of the tests.
        methods: what is compared.
        friedman: exact Friedman test over all methods; None for fewer than three.
        wilcoxon: two-sided exact signed-rank test of one pair of methods.
        wilcoxon_holm: the same after Holm's correction for all pairs of methods.
    """

    bones: int
    methods: int
    friedman: float | None
    wilcoxon: float
    wilcoxon_holm: float

    def sentences(self) -> list[str]:
        """Return what the study can support, in words."""
        if self.methods < 2 or self.bones < 1:
            return ["There is one method only: scores and agreement between graders, no comparison."]
        said = []
        if self.friedman is not None:
            said.append(
                f"{self._can(self.friedman)} show a difference among all methods (Friedman: {_p(self.friedman)})."
            )
        pairs = comb(self.methods, 2)
        holm = f", {_p(self.wilcoxon_holm)} after Holm for {pairs} pairs" if pairs > 1 else ""
        pair = f"Wilcoxon: {_p(self.wilcoxon)}{holm}"
        said.append(f"{self._can(self.wilcoxon_holm)} show which of two methods is better ({pair}).")
        return said

    def _can(self, p: float) -> str:
        bones = f"{self.bones} bone{'s' if self.bones != 1 else ''}"
        return f"{bones} can" if p < ALPHA else f"{bones} cannot"


def reach(bones: int, methods: int) -> Reach:
    """Return the smallest reachable p values.

    Wilcoxon: all differences point the same way, 2 of 2^n sign patterns, p = 2^(1 - n).
    Friedman: all bones rank the k methods alike, k! of (k!)^n patterns, p = (k!)^(1 - n).
    Holm: the smallest of m p values is multiplied by m = k (k - 1) / 2.
    """
    wilcoxon = smallest_p(bones)
    friedman = float(factorial(methods)) ** (1 - bones) if methods > 2 and bones else None
    return Reach(bones, methods, friedman, wilcoxon, min(1.0, wilcoxon * max(1, comb(methods, 2))))


def _p(value: float) -> str:
    return f"smallest reachable p = {value:.2g}"
