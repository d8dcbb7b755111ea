"""Two processes on one CPU, by Gloo: the gradient, the files and the end of one process with both.

The processes of most tests are started directly, with the environment that torchrun
would give them, which saves its own start; the last one goes through torchrun.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.environment import read_environments
from napari_rpdl.learning.group import Group, check_group
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.torchrun import Place
from napari_rpdl.learning.training import train
from napari_rpdl.settings import NetworkSettings, OptimisationSettings, TrainingSettings

pytestmark = pytest.mark.skipif(not torch.distributed.is_available(), reason="PyTorch without torch.distributed")


def environment(rank, size, port):
    return os.environ | {
        "TORCHELASTIC_RUN_ID": "test", "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
    }  # fmt: skip


def together(script, *arguments, size=2):
    """Run a script in several processes at once; return what each printed as JSON."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", script, *map(str, arguments)]
    workers = [
        subprocess.Popen(command, env=environment(rank, size, port), stdout=subprocess.PIPE, text=True)
        for rank in range(size)
    ]
    said = [worker.communicate(timeout=100)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * size
    return [json.loads(text) if text else None for text in said]


GRADIENTS = """
import json, sys
import torch
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.group import Group, joined_group
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.networks import build_network
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Bones, make_batch, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import ComputationSettings, LossSettings, NetworkSettings, TrainingSettings

torch.set_num_threads(1)
dataset, cpu = Dataset.open(__import__("pathlib").Path(sys.argv[1])), torch.device("cpu")
tiny = TrainingSettings(grid=16, network=NetworkSettings(channels=(4, 8)), batch_size=5, device="cpu", threads=1)
bones = Bones([pack(case, tiny, True) for case in dataset], cpu)

def gradient(settings, group, draws):
    torch.manual_seed(0)
    network = build_network(settings.network, len(dataset.table.codes))
    stepper = Stepper(network.train(), make_loss(settings, 0.05), settings.computation, cpu, group)
    batch = make_batch(bones, draws, dataset.table.codes, settings, group.mine(len(draws)))
    loss, share = stepper.step(batch, 0)
    return loss, share, torch.cat([p.grad.flatten() for p in network.parameters()])

found = {}
with joined_group(tiny) as group:
    for name in ("rpdl", "rpdl-published", "wcel", "bce+surgeon-dice"):
        for reduction in ("batch", "bone"):
            for count, part in ((5, 0), (5, 1), (1, 0)):
                settings = tiny.model_copy(update={
                    "loss": name, "loss_options": LossSettings(reduction=reduction),
                    "computation": ComputationSettings(micro_batch=part)})
                draws = [Draw(i % 3) for i in range(count)]
                ours, whole = (gradient(settings, g, draws) for g in (group, Group()))
                found[f"{name} {reduction} {count} {part}"] = [
                    float(ours[0] - whole[0]), float(ours[1] - whole[1]),
                    float((ours[2] - whole[2]).norm() / whole[2].norm())]
print(json.dumps(found))
"""


def test_two_processes_take_the_gradient_of_one(small_dataset):
    """Five bones are three and two; of one bone, one process has none."""
    first, second = together(GRADIENTS, small_dataset.folder)
    assert first == second
    assert len(first) == 24
    for name, (loss, share, gradient) in first.items():
        assert abs(loss) < 1e-6, name
        assert abs(share) < 1e-6, name
        assert gradient < 1e-6, name


TRAINING = """
import json, sys
from pathlib import Path
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.events import StepEnded
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import TrainingSettings

dataset, folder = Dataset.open(Path(sys.argv[1])), Path(sys.argv[2])
settings = TrainingSettings.model_validate_json(sys.argv[3])
whole = list(train(settings, dataset, folder / "whole", ["bone_3"]))
events = train(settings, dataset, folder / "cut", ["bone_3"])
for event in events:
    if isinstance(event, StepEnded) and event.epoch == 3:
        events.close()
rest = list(resume(dataset, folder / "cut"))
print(json.dumps([len(whole), len(rest)]))
"""


@pytest.mark.parametrize(
    "variant",
    [
        {"optimisation": OptimisationSettings(weight_average=0.9, clipping=0.5)},
        {"passes": "repeated", "validation": "random", "validation_share": 0.3, "steps_per_epoch": 0, "batch_size": 5},
    ],
    ids=["mean of weights, clipping", "samples watch, last batch too small to share"],
)
def test_two_processes_train_as_one_and_the_first_alone_speaks_and_writes(
    variant, tiny_settings, small_dataset, tmp_path
):
    """Stopped between two steps and resumed, too: nobody is left waiting."""
    settings = TrainingSettings.model_validate(tiny_settings.model_dump() | variant)
    list(train(settings, small_dataset, tmp_path / "alone", ["bone_3"]))
    first, second = together(TRAINING, small_dataset.folder, tmp_path, settings.model_dump_json())
    assert first[0] > first[1] > 0
    assert second == [0, 0]
    alone, whole, cut = (Run.open(tmp_path / name) for name in ("alone", "whole", "cut"))
    assert [len(run.history()) for run in (alone, whole, cut)] == [4, 4, 4]
    assert len((whole.folder / "events.jsonl").read_text().splitlines()) == 5
    assert len(read_environments(whole.folder)) == 1
    assert len(read_environments(cut.folder)) == 2
    for ours, theirs in zip(whole.history(), alone.history(), strict=True):
        assert ours.training_loss == pytest.approx(theirs.training_loss, rel=1e-5)
        assert ours.validation_loss == pytest.approx(theirs.validation_loss, rel=1e-5)
    by_name = {run.folder.name: read_checkpoint(run.checkpoint("last"), True).tensors for run in (alone, whole, cut)}
    for name, tensor in by_name["whole"].items():
        assert torch.equal(by_name["cut"][name], tensor), "resumed bit for bit"
        if name.endswith(".weight"):
            # Not the biases: before an instance norm they have no gradient but rounding, which Adam makes steps of.
            torch.testing.assert_close(tensor, by_name["alone"][name], rtol=1e-3, atol=1e-5)


PARTING = """
import atexit, json
from pathlib import Path

def threads():
    return [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]

atexit.register(lambda: print(json.dumps([before, threads()])))
import torch
from napari_rpdl.learning.group import joined_group
from napari_rpdl.settings import TrainingSettings
with joined_group(TrainingSettings(device="cpu")):
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    before = threads()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the threads in /proc")
def test_the_threads_of_gloo_end_before_the_interpreter():
    """Else they abort many a finished training (status -6): they lock an interpreter that is gone."""
    for before, after in together(PARTING):
        assert any("gloo" in name for name in before)
        assert not any("gloo" in name for name in after)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the processes in /proc")
def test_a_killed_process_ends_all_with_a_clear_error(tiny_settings, small_dataset, tmp_path):
    endless = tiny_settings.model_copy(update={"epochs": 100_000, "decay_patience": 100_000, "stop_patience": 100_000})
    script = tmp_path / "endless.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom napari_rpdl.data.dataset import Dataset\n"
        "from napari_rpdl.errors import InputError\nfrom napari_rpdl.learning.training import train\n"
        "from napari_rpdl.settings import TrainingSettings\n"
        "settings = TrainingSettings.model_validate_json(sys.argv[3])\n"
        "try:\n    list(train(settings, Dataset.open(Path(sys.argv[1])), Path(sys.argv[2]), []))\n"
        "except InputError as error:\n    sys.exit(str(error))\n"
    )
    run = tmp_path / "run"
    arguments = [script, small_dataset.folder, run, endless.model_dump_json()]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    with (tmp_path / "said").open("w+") as said:
        job = subprocess.Popen(
            [*torchrun, *map(str, arguments)], stderr=said, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        try:
            _wait(lambda: (run / "checkpoint_last.safetensors").is_file())
            (second,) = [pid for pid in _processes() if _says(pid, b"RANK=1", str(script).encode())]
            os.kill(second, signal.SIGKILL)
            assert job.wait(timeout=100) != 0
        finally:
            job.kill()
        said.seek(0)
        text = said.read()
    assert "Another process of this training has ended" in text or "Signal 9 (SIGKILL)" in text
    assert not [pid for pid in _processes() if _says(pid, b"RANK=0", str(script).encode())]
    assert Run.open(run).state == "resumable"


def _wait(until):
    end = time.monotonic() + 100
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def _processes():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _says(pid, variable, argument):
    try:
        of = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return variable in of and argument in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


@pytest.mark.parametrize(("bones", "size"), [(1, 1), (5, 2), (1, 2), (7, 3), (64, 8)])
def test_every_bone_is_passed_once(bones, size):
    parts = [list(range(bones))[Group(Place(rank, size, rank)).mine(bones)] for rank in range(size)]
    assert [bone for part in parts for bone in part] == list(range(bones))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_one_process_alone_changes_nothing():
    group, network = Group(), nn.BatchNorm3d(2)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    logits = torch.randn(2, 1, 2, 2, 2)
    assert group.joined(logits, 2) is logits
    assert group.gathered([1, 2]) == [1, 2]
    assert group.agreed("this") == "this"
    group.go_on()
    group.add_up(network)
    group.average_statistics(network)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_too_few_bones_to_share_are_an_error_that_names_the_remedy(monkeypatch):
    for name, value in {"TORCHELASTIC_RUN_ID": "a", "RANK": "0", "WORLD_SIZE": "4", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    settings = TrainingSettings(batch_size=2, device="cpu", network=NetworkSettings())
    with pytest.raises(InputError, match=r"4 processes cannot share batches of 2\. Set batch_size to at least 4"):
        check_group(settings)
    check_group(settings.model_copy(update={"batch_size": 4}))
