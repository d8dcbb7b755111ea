"""What a layer of ours is for, and which lies over which."""

CT, LABELS, BONE, STRUCTURES = "CT", "Structures (slices)", "Bone", "Structures"
RPMAP, PROBABILITY, NETWORK_REGION, REGIONS = "RPMap", "Probability", "Predicted region", "Drilled regions"
NETWORK_SURFACE, SPREAD = "Predicted surface", "Uncertainty"
YARDSTICK, YARDSTICK_OUTLINE = "Yardstick", "Yardstick (slices)"
CONSENSUS, CONSENSUS_OUTLINE, DIFFERENCES = "Consensus", "Consensus (slices)", "Differences"
CUT_FACE, CROSSHAIR, WALL = "Cut face", "Crosshair", "Cavity wall"
DRILLED_BONE, DRILL_SITE, BEING_DRILLED, BURR = "Drilled bone", "Drill site", "Being drilled", "Burr"
_IN_3D = (
    DRILLED_BONE,
    DRILL_SITE,
    BONE,
    STRUCTURES,
    CUT_FACE,
    WALL,
    REGIONS,
    CONSENSUS,
    NETWORK_SURFACE,
    YARDSTICK,
    CROSSHAIR,
)
_IN_SLICES = (BEING_DRILLED, CT, LABELS, NETWORK_REGION, CONSENSUS_OUTLINE, DIFFERENCES, YARDSTICK_OUTLINE)
_ORDER = (
    *(CT, LABELS, STRUCTURES, BONE, CUT_FACE, WALL, REGIONS, CONSENSUS, YARDSTICK, NETWORK_SURFACE),
    *(
        DRILLED_BONE,
        DRILL_SITE,
        BEING_DRILLED,
        RPMAP,
        PROBABILITY,
        SPREAD,
        DIFFERENCES,
        YARDSTICK_OUTLINE,
        NETWORK_REGION,
        CONSENSUS_OUTLINE,
        CROSSHAIR,
        BURR,
    ),
)


def drawing_rank(role: str) -> int:
    """Return the place of a role in the drawing order; layers of other people stay on top."""
    if role.startswith("outline"):
        return len(_ORDER)
    return _ORDER.index(role) if role in _ORDER else len(_ORDER) + 1


def fits(role: str, is_3d: bool) -> bool:
    """Say whether a role is worth seeing in 3-D, or in the slices."""
    if role in _IN_3D:
        return is_3d
    return not (is_3d and (role in _IN_SLICES or role.startswith("outline")))
