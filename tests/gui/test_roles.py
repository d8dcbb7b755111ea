"""Which layer lies over which, and where each is worth seeing."""

import pytest

from napari_rpdl.gui.roles import BONE, CONSENSUS_OUTLINE, CT, LABELS, NETWORK_REGION, RPMAP, drawing_rank, fits


def test_pictures_lie_below_maps_below_outlines_below_other_peoples_layers() -> None:
    roles = [CT, LABELS, BONE, RPMAP, NETWORK_REGION, "outline of surgeon_1", "somebody's points"]
    ranks = [drawing_rank(role) for role in roles]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("role", "in_3d", "in_slices"),
    [
        (BONE, True, False),
        (LABELS, False, True),
        (CONSENSUS_OUTLINE, False, True),
        ("outline of surgeon_1", False, True),
        (RPMAP, True, True),
    ],
)
def test_solids_are_for_3d_and_outlines_for_slices(role: str, in_3d: bool, in_slices: bool) -> None:
    assert fits(role, is_3d=True) == in_3d
    assert fits(role, is_3d=False) == in_slices
