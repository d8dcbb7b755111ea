"""StructureTable: what the codes of a labelled bone mean."""

from collections.abc import Iterable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from napari_rpdl.errors import InputError

Role = Literal["air", "bone", "critical", "landmark", "other"]


class Structure(BaseModel):
    """One anatomical structure of a labelled bone."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    code: Annotated[int, Field(ge=0, le=255)]
    """Value of its voxels in ``structures.nii.gz``."""
    name: Annotated[str, Field(min_length=1, max_length=80)]
    """Name that a surgeon would use."""
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    """Colour in the viewer, as #rrggbb."""
    role: Role
    """air, bone (may be drilled), critical (must not be touched), landmark or other."""


class StructureTable(BaseModel):
    """The structures of a dataset, each code once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    structures: Annotated[tuple[Structure, ...], Field(max_length=256)]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "StructureTable":
        codes = [structure.code for structure in self.structures]
        if len(set(codes)) != len(codes):
            msg = f"Expected every structure code once, got {sorted(codes)}."
            raise ValueError(msg)
        return self

    def __getitem__(self, code: int) -> Structure:
        """Return the structure of ``code``; an InputError names an unknown code."""
        for structure in self.structures:
            if structure.code == code:
                return structure
        msg = f"Code {code} is not in the structure table. Add it to dataset.json or correct the volume."
        raise InputError(msg)

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes, in the table's order."""
        return tuple(structure.code for structure in self.structures)

    def moved(self, other: "StructureTable") -> tuple[str, ...]:
        """Return the names that both tables hold, under other codes: volumes of one are not those of the other."""
        theirs = {structure.name.casefold(): structure.code for structure in other.structures}
        ours = ((structure.name, structure.code) for structure in self.structures)
        return tuple(name for name, code in ours if theirs.get(name.casefold(), code) != code)

    def codes_of(self, *roles: Role) -> tuple[int, ...]:
        """Return the codes of all structures with one of ``roles``."""
        return tuple(s.code for s in self.structures if s.role in roles)

    def mask_of(self, labels: NDArray[np.integer], *roles: Role) -> NDArray[np.bool_]:
        """Return where ``labels`` (any shape) hold a structure with one of ``roles``."""
        return np.isin(labels, self.codes_of(*roles))

    def check(self, labels: NDArray[np.integer], where: str) -> None:
        """Raise an InputError that names the codes of ``labels`` that the table lacks."""
        if labels.dtype == np.uint8 and self._known()[labels].all():
            return  # the usual case, in less than half the time of sorting the codes out
        unknown = sorted(set(np.unique(labels).tolist()) - set(self.codes))
        if unknown:
            msg = f"{where} holds codes {unknown[:8]} that the structure table does not know. Add them to dataset.json."
            raise InputError(msg)

    def _known(self) -> NDArray[np.bool_]:
        known = np.zeros(256, np.bool_)
        known[[code for code in self.codes if code < known.size]] = True
        return known


def _table(rows: Iterable[tuple[int, str, str, Role]]) -> StructureTable:
    return StructureTable(
        structures=tuple(Structure(code=code, name=name, color=color, role=role) for code, name, color, role in rows)
    )


TEMPORAL_BONE = _table(
    [
        (0, "air", "#000000", "air"),
        (1, "bone", "#e8dcc0", "bone"),
        (2, "malleus", "#b57edc", "critical"),
        (3, "incus", "#3ddc84", "critical"),
        (4, "stapes", "#7a4bd6", "critical"),
        (5, "facial nerve", "#f5d530", "critical"),
        (6, "chorda tympani", "#a68a1f", "landmark"),
        (7, "sigmoid sinus", "#2f6fd0", "critical"),
        (8, "dura", "#7fb7d1", "critical"),
        (9, "semicircular canals and vestibule", "#5f8f5f", "critical"),
        (10, "cochlea", "#2f8f8f", "critical"),
        (11, "carotid artery", "#d0503f", "critical"),
        (12, "ear canal", "#f2b8a0", "landmark"),
        (13, "eardrum", "#e08a70", "landmark"),
    ]
)
"""The phantom's table: air and 13 structures; only six names come from the paper."""


_CM_COLORS = (
    *("#b57edc", "#3ddc84", "#7a4bd6", "#f5d530", "#a68a1f", "#2f6fd0"),
    *("#7fb7d1", "#5f8f5f", "#2f8f8f", "#d0503f", "#f2b8a0", "#e08a70"),
)
_CM_ROWS: list[tuple[int, str, str, Role]] = [(0, "air", "#000000", "air"), (1, "structure 1", "#e8dcc0", "bone")]
_CM_ROWS += [(code, f"structure {code}", color, "other") for code, color in enumerate(_CM_COLORS, start=2)]

PUBLISHED_CM = _table(_CM_ROWS)
"""For the published arrays: what codes 1-13 mean is published nowhere, so edit it in dataset.json."""
