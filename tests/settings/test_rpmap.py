"""The named variants give the values that the paper and the published code state."""

import pytest

from napari_rpdl.consensus.rpmap import reward_table
from napari_rpdl.settings import RPMAP_VARIANTS


@pytest.mark.parametrize(
    ("variant", "surgeons", "nobody", "one", "all_of_them"),
    [
        ("paper", 7, -1, 1 / 7, 1),
        ("published-code-bones", 7, -7 / 6, 0, 7 / 6),
        ("published-code-surgeons", 6, -1, 0, 1),
        ("published-code-metric", 7, -7, 1, 7),
    ],
)
def test_each_variant_is_worth_what_its_source_says(
    variant: str, surgeons: int, nobody: float, one: float, all_of_them: float
) -> None:
    table = reward_table(surgeons, RPMAP_VARIANTS[variant], largest=surgeons)
    assert [table[0], table[1], table[-1]] == pytest.approx([nobody, one, all_of_them])
