"""Pictures of bones from kept predictions, or the reason why there are none."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.experiments.bone_table import Part
from napari_rpdl.experiments.report_bones import bones_as_drilled
from napari_rpdl.experiments.results import ExperimentRecord, Results, fingerprint
from napari_rpdl.settings.experiment import ArmSettings, ExperimentSettings

PART = Part("bones", "paper", "fixed")
ARMS = tuple(ArmSettings(preset=preset) for preset in ("paper", "default"))


@pytest.fixture
def rows(make_row):
    return [make_row(arm.method, value=value) for arm, value in zip(ARMS, (0.4, 0.6), strict=True)]


@pytest.fixture
def experiment(tmp_path, small_dataset):
    """An experiment of two methods; the network of the first has predicted what a surgeon drilled."""
    settings = ExperimentSettings(arms=ARMS, seeds=(3, 4), protocols=("paper",))
    record = ExperimentRecord(
        dataset_folder=str(small_dataset.folder), dataset=fingerprint(small_dataset), settings=settings
    )
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "experiment.json").write_text(record.model_dump_json())
    return Results.open(folder)


def keep(experiment, case, *arms):
    for arm in arms:
        name = arm.method.replace("/", "-")
        path = experiment.folder / "runs" / "paper" / name / case.case_id / "seed_3" / "predictions"
        write_volume(Volume(case.masks()[0].astype(np.uint8), case.grid), path / f"{case.case_id}.nii.gz")


def test_bones_that_every_method_predicted_are_drawn(experiment, small_dataset, rows):
    keep(experiment, small_dataset.case("bone_2"), *ARMS)
    keep(experiment, small_dataset.case("bone_1"), ARMS[0])
    drawn = bones_as_drilled(experiment, PART, rows)
    assert isinstance(drawn, Figure)
    texts = " ".join(text.get_text() for text in drawn.findobj(lambda artist: hasattr(artist, "get_text")))
    assert "bone_2" in texts
    assert "bone_1" not in texts
    assert "Seed 3" in texts
    assert "Data: small; analytic test shapes." in texts
    assert "surgeon_1" in texts
    assert "surgeon_3" not in texts


def test_why_there_is_no_picture(experiment, small_dataset, rows, tmp_path):
    assert "no bone has a kept prediction" in bones_as_drilled(experiment, PART, rows)
    keep(experiment, small_dataset.case("bone_1"), *ARMS)
    about = small_dataset.folder / "dataset.json"
    about.write_text(about.read_text().replace("MIT", "other"))
    assert "no longer what the experiment was made of" in bones_as_drilled(experiment, PART, rows)
    moved = small_dataset.folder.rename(tmp_path / "elsewhere")
    assert str(small_dataset.folder) in bones_as_drilled(experiment, PART, rows)
    assert Dataset.open(Path(moved)).name == "small"
