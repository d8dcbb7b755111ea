import pytest

from napari_rpdl.experiments.events import ArmPlanned, ExperimentPlanned
from napari_rpdl.experiments.keeping import kept_bytes
from napari_rpdl.experiments.pieces import do_piece, pieces_of
from napari_rpdl.experiments.plan import PROBE_STEPS, Probe, Share, plan
from napari_rpdl.learning.events import StepEnded


def planned(dataset, settings, folder, share, left=None):
    pieces = pieces_of(dataset, settings)
    return list(plan(dataset, pieces, pieces if left is None else left, settings, folder, share))


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_every_arm_is_timed_once_and_counted(small_dataset, tiny, tmp_path):
    arms = [{"training": {"loss": loss}} for loss in ("dice", "wcel")]
    settings = tiny(arms=arms, seeds=[0, 1], protocols=["repaired"])
    events = planned(small_dataset, settings, tmp_path / "new" / "results", Share(1, 1))
    assert len(of(StepEnded, events)) == 2 * PROBE_STEPS
    told = of(ArmPlanned, events)
    assert [(arm.method, arm.runs) for arm in told] == [("default/unet/dice", 6), ("default/unet/wcel", 6)]
    assert all(arm.run_s > 0 and arm.step_s > 0 for arm in told)
    (whole,) = of(ExperimentPlanned, events)
    assert (whole.pieces, whole.complete, whole.trainings) == (15, 0, 12)
    assert whole.seconds == pytest.approx(sum(6 * arm.run_s for arm in told))
    assert whole.bytes == sum(arm.bytes for arm in told)
    assert whole.free_bytes > 0
    assert not (tmp_path / "new").exists()


def test_the_disk_is_that_of_real_runs(small_dataset, tiny, tmp_path):
    settings = tiny(protocols=["repaired"], checkpoints="all", keep="nothing")
    (arm,) = of(ArmPlanned, planned(small_dataset, settings, tmp_path, Share(1, 1)))
    piece = pieces_of(small_dataset, settings)[-1]
    list(do_piece(piece, small_dataset, tmp_path, settings, 1))
    assert arm.bytes / 3 == pytest.approx(kept_bytes(tmp_path / piece.key, "all"), rel=0.2)  # without scores.csv


def test_complete_pieces_cost_nothing(small_dataset, tiny, tmp_path):
    settings = tiny()
    left = [piece for piece in pieces_of(small_dataset, settings) if piece.cell is None]
    (whole,) = of(ExperimentPlanned, planned(small_dataset, settings, tmp_path, Share(2, 1), left))
    assert (whole.pieces, whole.complete, whole.trainings, whole.seconds, whole.bytes) == (12, 6, 0, 0, 0)


def test_seconds_and_bytes_of_a_run(small_dataset, tiny):
    probe = Probe(
        start_s=1, step_s=0.1, epoch_s=0.5, steps_per_epoch=10, predict_s=2, measure_s=3, run_bytes=100, case_bytes=7
    )
    repaired = pieces_of(small_dataset, tiny(protocols=["repaired"]))[-1].cell
    # 2 epochs of 10 steps; one case, cut at two thresholds.
    assert probe.seconds(repaired) == pytest.approx(1 + 2 * (10 * 0.1 + 0.5) + 2 + 2 * 3)
    assert probe.bytes(repaired) == 107
    paper = pieces_of(small_dataset, tiny("surgeons", protocols=["paper"]))[-1].cell
    assert probe.seconds(paper) == pytest.approx(1 + 2 * (10 * 0.1 + 0.5) + 3 * (2 + 3))


def test_where_all_samples_are_seen_the_training_tells_how_many_steps(small_dataset, tiny, tmp_path):
    training = {"loss": "dice", "steps_per_epoch": 0, "augmentation": "cube", "epochs": 1, "passes": "repeated"}
    settings = tiny(protocols=["paper"], arms=[{"training": training}])
    events = planned(small_dataset, settings, tmp_path, Share(1, 1))
    (arm,) = of(ArmPlanned, events)
    # 2 bones * 3 surgeons * 48 orientations, of which nine tenths learn, two in a batch.
    steps = -(-int(2 * 3 * 48 * 0.9) // 2)
    assert arm.run_s > steps * arm.step_s


def test_jobs_share_the_time(small_dataset, tiny, tmp_path):
    events = planned(small_dataset, tiny(protocols=["repaired"]), tmp_path, Share(3, 1))
    (arm,), (whole,) = of(ArmPlanned, events), of(ExperimentPlanned, events)
    assert whole.seconds == pytest.approx(arm.run_s)
    assert whole.trainings == 3
