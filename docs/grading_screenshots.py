"""Make the pictures of docs/review.md.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python docs/grading_screenshots.py

Plans a study of three phantom (synthetic) bones, grades it in the real window by the real
keys, unblinds it, and writes ``docs/images/grading_*.png``. The answers are made up: the
majority of the simulated surgeons is graded best, the mean map of the other bones worst.
"""

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import numpy as np
import vispy.gloo.glir as glir
from few_colors import keep_few_colors
from napari._qt.dialogs.qt_notification import NapariQtNotification
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.data.volume import Volume
from napari_rpdl.gui.grading import GradingDesk, open_grading
from napari_rpdl.gui.study_dialog import PlanStudyDialog
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.report import write_results
from napari_rpdl.review.results import results
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.sources import Sources
from napari_rpdl.review.study import UnblindingKey
from napari_rpdl.review.study_folder import StudyFolder, read_key, write_study
from napari_rpdl.settings.review import StudySettings

glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs

IMAGES = Path(__file__).parent / "images"
SIZE = 1440, 900
BONES = 3
WORTH = {"surgeons": 3.9, "majority": 4.5, "mean_map": 2.0}
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def main() -> None:
    """Plan, grade, unblind, report; take a picture of each."""
    folder = Path(tempfile.mkdtemp())
    dataset = Dataset.open(sample_dataset_folder())
    sources = Sources(dataset, predictions(dataset, folder), cases=dataset.case_ids[:BONES])
    candidates = [one for one in sources.candidates() if one.kind == "prediction" or one.source in dataset.surgeons[:2]]
    settings = StudySettings(seed=5, minimum_gap=4)
    plan = plan_study(candidates, ("ada", "ben"), find_scale("global-rating"), settings, origin=dataset.origin)
    for _ in write_study(plan, dataset, sources.region_of, folder / "study", folder / "key"):
        pass
    study = StudyFolder.open(folder / "study")
    key = read_key(folder / "key", study.study)
    for grader in ("ben", "ada"):
        viewer, desk = open_grading(folder / "study", grader)
        viewer.window.resize(*SIZE)
        wait(desk)
        grade(desk, key, picture=grader == "ada")
        if grader == "ben":
            viewer.close()
    review(desk, folder / "key")
    report = write_results(results(desk.grading._sitting.book, key), folder / "report")
    shutil.copy(report.parent / "figures" / "points.png", IMAGES / "grading_results.png")
    dialog = PlanStudyDialog(dataset, sources.folders["majority"], desk)
    dialog.show()
    for _ in range(30):
        breathe()
    dialog.grab().save(str(IMAGES / "grading_plan.png"))
    dialog.close()
    viewer.close()


def predictions(dataset: Dataset, folder: Path) -> dict[str, Path]:
    """Write two computed answers for each bone: the majority of its surgeons, and the mean map of the other bones."""
    votes = {case.case_id: np.mean(case.masks(), axis=0) for case in dataset}
    made = {name: folder / name / "predictions" for name in ("majority", "mean_map")}
    for case_id in dataset.case_ids[:BONES]:
        grid = dataset.case(case_id).grid
        others = np.mean([map_ for other, map_ in votes.items() if other != case_id], axis=0)
        for name, share in (("majority", votes[case_id]), ("mean_map", others)):
            write_volume(Volume(share >= 0.5, grid), made[name] / f"{case_id}.nii.gz")
    return made


def grade(desk: GradingDesk, key: UnblindingKey, picture: bool) -> None:
    """Answer and lock everything by keys; the second result of the second grader is pictured half-way."""
    chance, count = random.Random(1 if picture else 2), 0
    while not desk.session.finished:
        method = key.row(desk.session.progress.titles[1].split()[1]).candidate.method
        count += 1
        for number in range(len(desk.session.scale.items)):
            if picture and count == 2 and number == 2:
                press(desk, Qt.Key.Key_4, CTRL)
                take(desk, "form")
            score = min(max(round(WORTH[method] + chance.gauss(0, 0.5)), 1), 5)
            press(desk, getattr(Qt.Key, f"Key_{score}"), ALT)
        press(desk, Qt.Key.Key_Return, CTRL)
        wait(desk)


def review(desk: GradingDesk, key: Path) -> None:
    """Show the key, and jump to the voxels of the first hint that has some."""
    desk.review.key_chosen.emit(key)
    wait(desk)
    rows = [row for row, one in enumerate(desk.session.judged) if one.hint is not None and len(one.hint.voxels) > 20]
    desk.review.items.selectRow(rows[0])
    desk.review.items.cellClicked.emit(rows[0], 0)
    take(desk, "review")


def press(desk: GradingDesk, key: object, modifier: object) -> None:
    """Press a key in the active window."""
    window = desk.window()
    if not window.isActiveWindow():
        window.activateWindow()
        QApplication.setActiveWindow(window)
        QTest.qWaitForWindowActive(window, 5000)
    QTest.keyClick(window, key, modifier)


def wait(desk: GradingDesk, seconds: float = 120) -> None:
    """Let the window live until the background has been idle for a moment."""
    deadline = time.monotonic() + seconds
    idle_since = time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - idle_since < 0.3:
        breathe()
        if desk.jobs.names:
            idle_since = time.monotonic()


def breathe() -> None:
    """Handle what the window has to do."""
    QApplication.processEvents()
    time.sleep(0.01)


def take(desk: GradingDesk, name: str) -> None:
    """Write one picture, without the messages that happen to float over it."""
    window = desk.window()
    for message in window.findChildren(NapariQtNotification):
        message.close()
    for _ in range(30):
        breathe()
    IMAGES.mkdir(exist_ok=True)
    window.grab().save(str(IMAGES / f"grading_{name}.png"))
    keep_few_colors(IMAGES / f"grading_{name}.png")


if __name__ == "__main__":
    main()
