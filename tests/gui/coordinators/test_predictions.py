"""Predictions belong to the bone they were made for."""

from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.data.nifti import read_mask
from napari_rpdl.errors import InputError
from napari_rpdl.gui import layers as shown
from napari_rpdl.gui.coordinators import predictions as module
from napari_rpdl.gui.coordinators.predictions import PredictionCoordinator
from napari_rpdl.gui.session import BY_NETWORK
from napari_rpdl.settings import PredictionSettings


@pytest.fixture
def cuts() -> list[bool]:
    return []


@pytest.fixture
def predictions(qapp, session, layers, jobs, small_case, cuts, monkeypatch, tmp_path) -> PredictionCoordinator:
    """A network that says exactly what the first surgeon did, with probability 0.6."""

    def predict(run, case, settings):
        probabilities = 0.6 * case.masks()[0].astype(np.float32)
        return SimpleNamespace(
            case_id=case.case_id, probabilities=probabilities, mask=lambda threshold=0.5: probabilities >= threshold
        )

    monkeypatch.setattr(module, "_predict", predict)
    made = PredictionCoordinator(session, layers, jobs, lambda: cuts.append(True))
    session.run = tmp_path
    layers.show_case(small_case)
    session.case = small_case
    return made


def test_a_prediction_is_shown_and_scored(predictions, session, viewer) -> None:
    predictions.predict(PredictionSettings())
    assert session.prediction.case_id == "bone_1"
    assert session.scores.dice[0] == 1.0
    assert viewer.layers[shown.PROBABILITY].visible


def test_scores_and_cavity_follow_the_threshold_when_the_hand_rests(predictions, session, cuts, qtbot) -> None:
    predictions.predict(PredictionSettings())
    session.left_by = BY_NETWORK
    predictions.choose_threshold(0.7)
    assert session.scores.dice[0] == 1.0
    qtbot.waitUntil(lambda: session.scores.dice[0] == 0.0, timeout=3000)
    assert cuts == [True]


def test_the_next_bone_is_predicted_once_it_is_shown(predictions, session, jobs, small_dataset) -> None:
    predictions.predict_next(PredictionSettings())
    assert "prediction" not in jobs.names
    session.case = small_dataset.case("bone_2")
    assert session.prediction.case_id == "bone_2"
    session.case = small_dataset.case("bone_3")
    assert jobs.names.count("prediction") == 1


def test_all_bones_are_written_beside_the_run(predictions, session, small_dataset) -> None:
    session.dataset = small_dataset
    predictions.predict_all(PredictionSettings())
    for case in small_dataset:
        mask = read_mask(session.run / "predictions" / f"{case.case_id}.nii.gz").voxels
        assert np.array_equal(mask, case.masks()[0])
    assert "3" in session.told


def test_a_folder_that_is_no_run_is_refused(predictions, tmp_path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        predictions.choose_run(tmp_path)
