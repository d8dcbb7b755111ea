"""How figures look on paper."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings

View = Literal["surgical", "lateral", "superior", "posterior"]


class FigureSettings(Settings):
    """How large a figure is printed, and how fine."""

    width_mm: Annotated[float, Field(ge=40, le=1000)] = 180.0
    """Width on paper in mm; the height follows. A page of the paper's proceedings is 180 wide, a column 88."""
    dpi: Annotated[int, Field(ge=72, le=1200)] = 300
    """Dots per inch of PNG files, and of the pictures inside PDF and SVG files."""


class BoneFigureSettings(FigureSettings):
    """How drilled bones are drawn."""

    view: View = "surgical"
    """From the side as at operation, from the side with the crown up, from above, or from behind and above."""
    background: Literal["black", "white"] = "black"
    """What lies round the bone; the paper's figures are black."""


class SurgeonsFigureSettings(BoneFigureSettings):
    """Fig. 1: a bone, and what each surgeon left of it."""

    case: str = ""
    """Which bone; the first one where not given."""
    surgeons: tuple[str, ...] = ()
    """Which surgeons, in this order; all of the bone where not given."""
    columns: Annotated[int, Field(ge=1, le=12)] = 4
    """How many bones stand beside each other."""


class RPMapFigureSettings(FigureSettings):
    """Fig. 2: how a reward-penalty map arises."""

    case: str = ""
    """Which bone; the first one where not given."""
    surgeons: tuple[str, ...] = ()
    """Which surgeons count; all of the bone where not given."""
    plane: Literal["axial", "coronal", "sagittal"] = "axial"
    """Which plane is cut."""
    layer: Annotated[int, Field(ge=-1)] = -1
    """Which layer of voxels, counted from 0; -1 takes the one in which most was drilled."""


class ComparisonFigureSettings(BoneFigureSettings):
    """Fig. 4: bones beside each other, as surgeons and networks would leave them."""

    cases: tuple[str, ...] = ()
    """Which bones, a row for each; the first three where not given."""
    surgeons: tuple[str, ...] = ()
    """Which surgeons, a column for each; the first three where not given."""
    predictions: tuple[str, ...] = ()
    """A column for each NAME=FOLDER, a folder of <case>.nii.gz files or one method of an experiment; the results
    folder of an experiment, without a name, gives a column for each of its methods."""
    reference: str = ""
    """A surgeon or prediction to colour the others by: what they agree on, missed, took too much."""
    protocol: Literal["paper", "repaired"] = "paper"
    """Of an experiment: whose networks, those of the paper's protocol or of the repaired one."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Of an experiment: the networks that were trained with this seed."""
    decision: Literal["fixed", "tuned"] = "fixed"
    """Of an experiment: regions cut at 0.5, as the paper's, or (repaired protocol) at tuned thresholds."""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Where predictions hold probabilities, voxels at least this probable are drilled."""
