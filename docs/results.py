"""Repeat the experiments of docs/results/ on the phantom (synthetic), and put what they found there.

    python docs/results.py FOLDER [--jobs 2]

FOLDER keeps data and results, about 2 GB. Runs that are complete are not repeated, so it may be
stopped at any moment and started again. About two hours on two CPU cores, without a display.
"""

import argparse
import shutil
from pathlib import Path

from few_colors import keep_few_colors

from napari_rpdl.cli.app import main as napari_rpdl

HERE = Path(__file__).parent / "results"
PHANTOM = ("--bones", "9", "--surgeons", "7", "--grid", "32", "--seed", "0")
STUDIES = {"bones": "bones", "surgeons": "surgeons", "presets": "bones"}
"""Settings phantom_<key>.json, and the experiment that they are for."""
ROWS = ("--cases", "bone_1", "bone_4", "bone_9", "--surgeons", "surgeon_1", "surgeon_4", "surgeon_7")
COLUMNS = {"WCEL": "wcel", "DL": "dice", "RPDL": "rpdl", "default": "bce+surgeon-dice"}


def do(*words: str) -> None:
    """Do what a person would type after napari-rpdl."""
    print("napari-rpdl", *words, flush=True)
    if napari_rpdl(list(words)):
        raise SystemExit(1)


def run(folder: Path, jobs: int) -> None:
    """Make the bones and train everything that is not trained yet."""
    dataset = folder / "phantom"
    if not dataset.is_dir():
        do("phantom", str(dataset), *PHANTOM)
    for name, experiment in STUDIES.items():
        settings = str(HERE / f"phantom_{name}.json")
        do("experiment", experiment, str(dataset), str(folder / name), "--settings", settings, "--jobs", str(jobs))


def collect(folder: Path) -> None:
    """Write tables and pictures beside this file."""
    for name, experiment in STUDIES.items():
        do("report", str(folder / name), "--out", str(folder / f"{name}_report"))
        report = folder / f"{name}_report"
        for table in ("tables", "statistics"):
            for ending in ("md", "csv"):
                shutil.copyfile(report / "tables" / f"{table}.{ending}", HERE / f"{name}_{table}.{ending}")
        keep(report / "figures" / f"{experiment}_repaired_tuned_methods.png", f"{name}_methods.png")
    keep(folder / "bones_report" / "figures" / "learning_curves.png", "bones_learning_curves.png")
    for decision in ("fixed", "tuned"):
        picture = folder / f"figure_4_{decision}.png"
        runs = folder / "bones" / "runs" / "repaired"
        named = [f"{title}={runs / f'default-unet-{loss}'}" for title, loss in COLUMNS.items()]
        rules = ("--protocol", "repaired", "--decision", decision, "--dpi", "150")
        do("figure", "4", str(folder / "phantom"), "--out", str(picture), *ROWS, *rules, "--predictions", *named)
        keep(picture, picture.name)


def keep(picture: Path, name: str) -> None:
    """Put a small copy of a picture beside the tables."""
    shutil.copyfile(picture, HERE / name)
    keep_few_colors(HERE / name)


def main() -> None:
    """Run, then collect."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--collect-only", action="store_true", help="tables and pictures of what is complete")
    arguments = parser.parse_args()
    if not arguments.collect_only:
        run(arguments.folder, arguments.jobs)
    collect(arguments.folder)


if __name__ == "__main__":
    main()
