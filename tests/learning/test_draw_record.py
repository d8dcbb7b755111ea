import json

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import CUBE_GROUP
from napari_rpdl.learning.deformation import Deformation, draw_deformation
from napari_rpdl.learning.draw_record import FILE, read_draws, record_draws
from napari_rpdl.learning.events import StepEnded
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import make_batch
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import DeformationSettings


def test_a_line_is_short_and_says_everything(tmp_path):
    bent = Deformation((0.1, 0.0, -0.2), (1.0, 1.1, 0.9), 2.0, 12345)
    steps = [[Draw(3)], [Draw(1, CUBE_GROUP[17], surgeon=5), Draw(0, shift=(0, -1, 4))], [Draw(2, deformation=bent)]]
    record_draws(tmp_path, 4, steps)
    line = json.loads((tmp_path / FILE).read_text())
    assert line == {
        "epoch": 4,
        "steps": [
            [[3, 0]],
            [[1, 17, 5], [0, 0, None, [0, -1, 4]]],
            [[2, 0, None, [0, 0, 0], [[0.1, 0.0, -0.2], [1.0, 1.1, 0.9], 2.0, 12345]]],
        ],
    }
    assert read_draws(tmp_path, 4) == steps


def test_any_draw_is_read_back_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(0)
    settings = DeformationSettings(rotation=20, scaling=0.2, elastic=3)
    steps = [
        [
            Draw(int(rng.integers(9)), orientation, (1, 2, 3), int(rng.integers(7)), draw_deformation(settings, rng))
            for orientation in CUBE_GROUP
        ]
    ]
    record_draws(tmp_path, 1, steps)
    assert read_draws(tmp_path, 1) == steps


def test_a_training_records_what_it_showed_also_across_a_stop(tiny_settings, small_dataset, tmp_path, monkeypatch):
    settings = tiny_settings.model_copy(update={"epochs": 3, "augmentation": "cube", "shift": 2})
    shown = []

    def spy(bones, draws, *rest):
        shown.append(draws)
        return make_batch(bones, draws, *rest)

    monkeypatch.setattr("napari_rpdl.learning.fitting.make_batch", spy)
    events = train(settings, small_dataset, tmp_path / "run", ["bone_3"])
    next(event for event in events if isinstance(event, StepEnded) and event.epoch == 2)
    events.close()
    before = len(shown)
    list(resume(small_dataset, tmp_path / "run"))
    steps = len(read_draws(tmp_path / "run", 1))
    again = [draws for epoch in (2, 3) for draws in read_draws(tmp_path / "run", epoch)]
    assert again == shown[before:]
    # Before the first step, the untrained network is looked at.
    assert read_draws(tmp_path / "run", 1) == shown[1 : 1 + steps]
    assert any(draw.orientation != CUBE_GROUP[0] and draw.shift != (0, 0, 0) for draws in again for draw in draws)


def test_the_last_line_of_an_epoch_counts_and_half_a_line_does_not(tmp_path):
    record_draws(tmp_path, 1, [[Draw(0)]])
    with (tmp_path / FILE).open("a") as file:
        file.write('{"epoch":1,"steps":[[[5')
    assert read_draws(tmp_path, 1) == [[Draw(0)]]
    record_draws(tmp_path, 1, [[Draw(7)]])
    record_draws(tmp_path, 11, [[Draw(8)]])
    assert read_draws(tmp_path, 1) == [[Draw(7)]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "earlier versions"),
        ('{"epoch":2,"steps":[]}\n', "earlier versions"),
        ('{"epoch":1,"steps":[[[0]]]}\n', "damaged"),
        ('{"epoch":1,"steps":[[[0,99]]]}\n', "damaged"),
        ('{"epoch":1,"steps":[[["a",0]]]}\n', "damaged"),
        ('{"epoch":1,}\n', "damaged"),
        ('{"epoch":1,"steps":[[[1e999,0]]]}\n', "damaged"),
        (f'{{"epoch":1,"steps":{"[" * 100_000}\n', "damaged"),
    ],
)
def test_what_is_missing_or_damaged_is_said(tmp_path, text, says):
    if text is not None:
        (tmp_path / FILE).write_text(text)
    with pytest.raises(InputError, match=says):
        read_draws(tmp_path, 1)
