import json
import pickle
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.learning.checkpoint import CheckpointInfo, check_same_training, read_checkpoint, save_checkpoint
from napari_rpdl.learning.networks import build_network
from napari_rpdl.learning.progress import Progress
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import NetworkSettings, TrainingSettings

NETWORK = NetworkSettings(channels=(4, 8))
CHANNELS = len(TEMPORAL_BONE.codes)
INFO = CheckpointInfo(
    settings=TrainingSettings(network=NETWORK, grid=8),
    record=RunRecord(
        dataset_folder="d",
        dataset_name="d",
        hold_out=(),
        training_cases=("a",),
        validation_cases=(),
        right_ears=False,
        table=TEMPORAL_BONE,
    ),
    progress=Progress(epoch=3, learning_rate=1e-4, best_epoch=2, best_loss=0.25),
    validation_loss=None,
    validation_dice=None,
    versions={"torch": "2"},
)


def trained():
    torch.manual_seed(0)
    network = build_network(NETWORK, CHANNELS)
    optimiser = torch.optim.Adam(network.parameters())
    network(torch.randn(2, CHANNELS, 8, 8, 8)).square().mean().backward()
    optimiser.step()
    return network, optimiser


@pytest.fixture
def path(tmp_path):
    network, optimiser = trained()
    save_checkpoint(tmp_path / "checkpoint_last.safetensors", INFO, network, optimiser)
    return tmp_path / "checkpoint_last.safetensors"


def test_weights_and_optimiser_come_back_bit_for_bit(path):
    network, optimiser = trained()
    checkpoint = read_checkpoint(path, with_optimiser=True)
    assert checkpoint.info == INFO
    restored = checkpoint.build_network()
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, restored.state_dict()[name])
    other = torch.optim.Adam(restored.parameters())
    checkpoint.load_optimiser(other)
    ours, theirs = other.state_dict()["state"], optimiser.state_dict()["state"]
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[i][name], theirs[i][name]) for i in theirs for name in theirs[i])


def test_prediction_does_not_load_the_optimiser(path):
    assert all(name.startswith("network.") for name in read_checkpoint(path).tensors)


def test_reading_lets_go_of_the_file(path):
    """Windows cannot replace a mapped file; here the tensors at least must not change with it."""
    checkpoint = read_checkpoint(path)
    before = {name: tensor.clone() for name, tensor in checkpoint.tensors.items()}
    path.write_bytes(bytes(path.stat().st_size))
    assert all(torch.equal(tensor, before[name]) for name, tensor in checkpoint.tensors.items())


@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, -1])
def test_a_truncated_checkpoint_is_refused(path, keep):
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(InputError, match="no readable checkpoint"):
        read_checkpoint(path)


def test_random_bytes_are_refused(path):
    path.write_bytes(b"\x93NUMPY" * 1000)
    with pytest.raises(InputError, match="no readable checkpoint"):
        read_checkpoint(path)


def test_a_header_that_claims_terabytes_is_refused(path):
    header = json.dumps({"network.w": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(InputError, match="no readable checkpoint"):
        read_checkpoint(path)


def test_a_pickle_is_refused_and_never_run(path):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("the pickle was opened",)

    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError, match="no readable checkpoint"):
        read_checkpoint(path)


def test_weights_of_another_program_are_refused(path):
    save_file({"w": torch.zeros(3)}, path)
    with pytest.raises(InputError, match=r"not of napari-rpdl"):
        read_checkpoint(path)


def test_a_description_that_is_wrong_is_explained(path):
    save_file(load_file(path), path, metadata={"napari_rpdl": INFO.model_dump_json().replace('"grid":8', '"grid":-8')})
    with pytest.raises(InputError, match=r"settings\.grid"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (NetworkSettings(channels=(8, 16)), "unet with channels 8 16"),
        (NetworkSettings(name="isensee17"), "isensee17"),
        (NetworkSettings(name="unet-published", filters=2), "unet-published with 2 filters"),
    ],
)
def test_weights_of_another_network_are_refused_by_what_sizes_it(network, says, path):
    other = INFO.model_copy(update={"settings": TrainingSettings(network=network)})
    save_file(load_file(path), path, metadata={"napari_rpdl": other.model_dump_json()})
    with pytest.raises(InputError, match=f"does not fit the network {says} for 14 structures, which it says it is"):
        read_checkpoint(path).build_network()


@pytest.mark.parametrize("change", ["missing", "shape"])
def test_an_optimiser_that_does_not_fit_is_refused(path, change):
    tensors = load_file(path)
    name = "optimiser.1.exp_avg"
    tensors |= {name: torch.zeros(1, 2, 3)}
    if change == "missing":
        del tensors[name]
    save_file(tensors, path, metadata={"napari_rpdl": INFO.model_dump_json()})
    network = build_network(NETWORK, CHANNELS)
    with pytest.raises(InputError, match="optimiser state"):
        read_checkpoint(path, with_optimiser=True).load_optimiser(torch.optim.Adam(network.parameters()))


def test_a_missing_checkpoint_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="Train until the first epoch"):
        read_checkpoint(tmp_path / "checkpoint_best.safetensors")


@pytest.mark.parametrize("prefix", ["network.", "optimiser."])
def test_weights_that_are_no_numbers_are_refused(path, prefix):
    tensors = load_file(path)
    name = next(name for name in tensors if name.startswith(prefix))
    tensors[name] = tensors[name] * float("nan")
    save_file(tensors, path, metadata={"napari_rpdl": INFO.model_dump_json()})
    with pytest.raises(InputError, match="no finite numbers"):
        read_checkpoint(path, with_optimiser=True)


@pytest.mark.parametrize(
    "settings",
    [{"learning_rate": 0.5}, {"loss": "rpdl"}, {"seed": 9}, {"network": NetworkSettings(channels=(8, 16))}],
    ids=str,
)
def test_a_run_does_not_go_on_from_a_checkpoint_of_another_training(path, tmp_path, settings):
    run = Run(tmp_path, INFO.settings.model_copy(update=settings), INFO.record)
    with pytest.raises(InputError, match=f"another {next(iter(settings))} than .* Restore"):
        check_same_training(read_checkpoint(path), run)


def test_other_held_out_bones_are_another_training_and_a_moved_dataset_is_not(path, tmp_path):
    record = INFO.record.model_copy(update={"hold_out": ("a",)})
    with pytest.raises(InputError, match="another hold_out than"):
        check_same_training(read_checkpoint(path), Run(tmp_path, INFO.settings, record))
    longer = INFO.settings.model_copy(update={"epochs": 900, "stop_patience": 50, "threads": 2})
    moved = INFO.record.model_copy(update={"dataset_folder": "elsewhere", "dataset_name": "renamed"})
    check_same_training(read_checkpoint(path), Run(tmp_path, longer, moved))
