"""What drilling can start from."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.starts import find_unsaved, start_choices, starting_mask
from napari_rpdl.gui.drill_state import StartChoice
from napari_rpdl.learning.prediction import Prediction


@pytest.fixture
def opened(session, small_dataset):
    session.dataset, session.case = small_dataset, small_dataset.case("bone_1")
    return session


def test_every_region_of_the_bone_is_offered(opened, small_case) -> None:
    opened.decision = SimpleNamespace(mask=~small_case.masks()[0])
    opened.run = Path("runs/chosen_since")
    opened.prediction = Prediction("bone_1", np.zeros(1), runs=(Path("runs/first"), Path("runs/second")))
    masks = {choice.words: starting_mask(opened, small_case, choice) for choice in start_choices(opened)}
    votes = np.sum(small_case.masks(), axis=0)
    assert not masks["the whole bone"].any()
    for k in (1, 2, 3):
        assert np.array_equal(masks[f"what at least {k} of 3 surgeons drilled"], votes >= k)
    for name in small_case.surgeons:
        assert np.array_equal(masks[f"the region of {name}"], small_case.annotation(name).mask)
    assert np.array_equal(masks["the network's region"], opened.decision.mask)
    assert [choice.name for choice in start_choices(opened) if choice.kind == "prediction"] == ["first + second"]
    seed = Path("results/runs/paper/paper-unet-dice/bone_1/seed_0")
    opened.prediction = Prediction("bone_1", np.zeros(1), surgeons={"surgeon_2": np.zeros(1)}, runs=(seed,))
    (network,) = [choice.name for choice in start_choices(opened) if choice.kind == "prediction"]
    assert network == "paper/paper-unet-dice/bone_1/seed_0", "the seed alone would not tell what was corrected"
    opened.head = "surgeon_2"
    (network,) = [choice.name for choice in start_choices(opened) if choice.kind == "prediction"]
    assert network.endswith("seed_0 (as surgeon_2)"), "no method of an experiment drills like this"


def test_an_unsaved_drilling_comes_first_and_is_found(opened, small_case, small_dataset) -> None:
    nothing = np.zeros(small_case.grid.shape, bool)
    folder = small_dataset.case_folder("bone_1")
    drilling = RecordedDrilling.begin(Surroundings(small_case), "nothing", "", nothing, folder)
    drilling.begin_stroke(Tool(4.0))
    drilling.extend(np.array([8.0, 6, 11]))
    drilling.end_stroke()
    drilling.close()
    first = start_choices(opened)[0]
    assert first.kind == "unsaved"
    assert "(1 stroke)" in first.words
    assert find_unsaved(opened, first).log.events == tuple(drilling.events)
    first.journal.unlink()
    with pytest.raises(InputError, match="not there any more"):
        find_unsaved(opened, first)


def test_without_a_bone_there_is_nothing(session, small_case) -> None:
    assert start_choices(session) == ()
    with pytest.raises(InputError, match="Predict this bone first"):
        starting_mask(session, small_case, StartChoice("prediction"))
