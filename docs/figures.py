"""Make the pictures of docs/figures.md from the phantom (synthetic), without a display.

    python docs/figures.py

Draws with the very commands that the page names, at the resolution of a screen, into
``docs/images/figure_*.png``. Takes a minute.
"""

import tempfile
from pathlib import Path

from napari_rpdl.cli.app import main
from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.data.volume import Volume
from napari_rpdl.evaluation.baseline import baseline_mask

IMAGES = Path(__file__).parent / "images"
ROWS = ("bone_1", "bone_2", "bone_4")
SCREEN = ("--dpi", "100")


def draw(folder: Path, number: int, name: str, *flags: str) -> None:
    """Draw one figure as a person would."""
    out = IMAGES / f"figure_{name}.png"
    if main(["figure", str(number), str(folder), "--out", str(out), *flags]):
        raise SystemExit(1)


def predict(folder: Path, out: Path) -> None:
    """Write two answers that need no network: the mean map of the other bones, and the best single answer there is."""
    dataset = Dataset.open(folder)
    cases = list(dataset)
    for case in cases:
        if case.case_id in ROWS:
            others = [other for other in cases if other.bone != case.bone]
            for name, mask in (("mean", baseline_mask(others, case)), ("best", exact_oracle(case.masks()).mask)):
                write_volume(Volume(mask, case.grid), out / name / f"{case.case_id}.nii.gz")


def draw_all(folder: Path) -> None:
    """Draw every picture of the page."""
    draw(folder, 1, "1", "--case", "bone_9", *SCREEN)
    draw(folder, 2, "2", "--case", "bone_2", *SCREEN)
    with tempfile.TemporaryDirectory() as predictions:
        out = Path(predictions)
        predict(folder, out)
        named = (f"Mean map={out / 'mean'}", f"Best possible={out / 'best'}")
        common = ("--cases", *ROWS, "--predictions", *named, *SCREEN)
        draw(folder, 4, "4", *common)
        draw(folder, 4, "4_differences", *common, "--reference", "surgeon_1")


if __name__ == "__main__":
    draw_all(sample_dataset_folder())
