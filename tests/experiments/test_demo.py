import csv
from html.parser import HTMLParser

import numpy as np
import pytest

from napari_rpdl.data.nifti import read_mask, read_volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.events import Progressed, Said, event_from_json, event_to_json
from napari_rpdl.experiments.demo import DemoEnded, run_demo
from napari_rpdl.figures.bone_view import BonePicture
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded
from napari_rpdl.settings import NetworkSettings, TrainingSettings

SETTINGS = TrainingSettings(
    network=NetworkSettings(channels=(4, 8)), grid=16, epochs=2, steps_per_epoch=2, learning_rate=0.01, threads=1
)


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def scores_of(path):
    with path.open(newline="") as file:
        return {(row["method"], row["surgeon"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}


def run(dataset, out, settings=SETTINGS, hold_out="bone_3"):
    return list(run_demo(dataset, out, settings, hold_out))


@pytest.fixture
def plain_pictures(monkeypatch):
    """Bones as grey squares, where a test is not about pictures."""

    def grey(*_, **__):
        return BonePicture(np.full((16, 16, 3), 128, np.uint8), 64.0)

    monkeypatch.setattr("napari_rpdl.figures.grid_figure.bone_view", grey)


class Pictures(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.sources, self.links, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.sources += [found["src"]] if tag == "img" else []
        self.links += [found["href"]] if tag == "a" else []

    def handle_data(self, data):
        self.text += data


def test_the_whole_main_job(small_dataset, tmp_path):
    out = tmp_path / "out"
    events = run(small_dataset, out)

    assert [event.epoch for event in of(EpochEnded, events)] == [1, 2]
    assert of(Progressed, events)
    ended = events[-1]
    assert isinstance(ended, DemoEnded)
    assert event_from_json(event_to_json(ended)) == ended

    case = small_dataset.case("bone_3")
    predicted = read_mask(out / "predictions" / "bone_3.nii.gz")
    probabilities = read_volume(out / "predictions" / "bone_3_probabilities.nii.gz")
    assert predicted.grid.matches(case.grid)
    np.testing.assert_array_equal(predicted.voxels, probabilities.voxels >= 0.5)

    trivial = baseline_mask([small_dataset.case("bone_1"), small_dataset.case("bone_2")], case)
    written = scores_of(out / "report" / "scores.csv")
    for method, mask, mean in (("network", predicted.voxels, ended.dice), ("baseline", trivial, ended.baseline)):
        expected = score(mask, case)
        assert mean == expected.dice_mean
        for surgeon, dice, rpd in zip(expected.surgeons, expected.dice, expected.rpd, strict=True):
            assert written[method, surgeon, "dice"] == dice
            assert written[method, surgeon, "rpd"] == rpd
        assert written[method, "", "volume_ratio"] == expected.volume_ratio
        assert written[method, "", "critical_voxels:dura"] == expected.critical_voxels["dura"]
    assert (
        ended.oracle
        == expected.oracle_dice
        == pytest.approx(np.mean([written["oracle", s, "dice"] for s in case.surgeons]))
    )
    assert written["oracle", "", "fraction_of_oracle"] == pytest.approx(1)

    votes = sum(mask.astype(int) for mask in case.masks())
    rewards = read_volume(out / "rpmaps" / "bone_3.nii.gz").voxels
    np.testing.assert_allclose(rewards, np.where(votes > 0, votes / 3, -1), atol=1e-6)

    html = Pictures((out / "report" / "index.html").read_text())
    assert ended.report == str(out / "report" / "index.html")
    assert len(html.sources) == 4
    assert all(source.startswith("data:image/png;base64,") for source in html.sources)
    assert all((out / "report" / target).is_file() for target in html.links)
    for text in (
        f"{ended.dice:.3f}",
        f"{ended.baseline:.3f}",
        "--hold-out bone_3",
        '"epochs": 2',
        "analytic test shapes",
    ):
        assert text in html.text
    assert "phantom" not in html.text


@pytest.mark.usefixtures("plain_pictures")
def test_a_finished_demo_trains_no_more_and_answers_only_its_own_question(small_dataset, tmp_path):
    first = run(small_dataset, tmp_path / "out")
    page = (tmp_path / "out" / "report" / "index.html").read_bytes()
    again = run(small_dataset, tmp_path / "out")
    assert not of(StepEnded, again)
    assert any("used again" in event.text for event in of(Said, again))
    assert again[-1] == first[-1]
    assert (tmp_path / "out" / "report" / "index.html").read_bytes() == page
    for settings, hold_out in ((SETTINGS.model_copy(update={"seed": 1}), "bone_3"), (SETTINGS, "bone_2")):
        with pytest.raises(InputError, match="Choose another folder"):
            run(small_dataset, tmp_path / "out", settings, hold_out)
    annotations = small_dataset.folder / "cases" / "bone_1" / "annotations"
    (annotations / "surgeon_2.nii.gz").write_bytes((annotations / "surgeon_1.nii.gz").read_bytes())
    with pytest.raises(InputError, match=r"a training on other data than .* has now"):
        run(small_dataset, tmp_path / "out")


@pytest.mark.usefixtures("plain_pictures")
def test_a_stopped_demo_goes_on_to_the_same_answer(small_dataset, tmp_path):
    settings = SETTINGS.model_copy(update={"epochs": 3})
    stopped = run_demo(small_dataset, tmp_path / "stopped", settings, "bone_3")
    for event in stopped:
        if isinstance(event, StepEnded) and event.epoch == 2:
            break
    stopped.close()
    rest = run(small_dataset, tmp_path / "stopped", settings)
    assert [event.epoch for event in of(EpochEnded, rest)] == [2, 3]
    whole = run(small_dataset, tmp_path / "whole", settings)
    assert rest[-1].dice == whole[-1].dice
    written = [tmp_path / name / "predictions" / "bone_3_probabilities.nii.gz" for name in ("stopped", "whole")]
    assert written[0].read_bytes() == written[1].read_bytes()


@pytest.mark.usefixtures("plain_pictures")
def test_stopped_before_the_first_epoch_it_starts_again(small_dataset, tmp_path):
    stopped = run_demo(small_dataset, tmp_path / "out", SETTINGS, "bone_3")
    next(event for event in stopped if isinstance(event, StepEnded))
    stopped.close()
    events = run(small_dataset, tmp_path / "out")
    assert [event.epoch for event in of(EpochEnded, events)] == [1, 2]
    assert of(TrainingEnded, events)


def test_what_cannot_be_held_out_is_said_before_anything_is_written(small_dataset, tmp_path):
    with pytest.raises(InputError, match="bone_1"):
        run(small_dataset, tmp_path / "out", hold_out="bone_9")
    for surgeon in small_dataset.surgeons:
        (small_dataset.folder / "cases" / "bone_3" / "annotations" / f"{surgeon}.nii.gz").unlink()
    with pytest.raises(InputError, match="bone_3 has no annotations"):
        run(small_dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("plain_pictures")
def test_a_single_surgeon_is_enough(small_dataset, tmp_path):
    for folder in sorted((small_dataset.folder / "cases").iterdir()):
        for surgeon in ("surgeon_2", "surgeon_3"):
            (folder / "annotations" / f"{surgeon}.nii.gz").unlink()
    ended = run(small_dataset, tmp_path / "out", SETTINGS.model_copy(update={"epochs": 1, "validation_bones": 0}))[-1]
    assert ended.surgeons is None
    assert ended.oracle == 1
