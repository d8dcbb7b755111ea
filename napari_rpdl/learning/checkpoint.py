"""Checkpoint: weights, and everything needed to predict with them or to go on training.

One safetensors file: tensors named ``network.<parameter>`` and, in the last checkpoint,
``optimiser.<parameter number>.<moment>``; where ``network`` is a running mean of weights,
also ``learning.<parameter>``, the weights that the optimiser moves; a JSON description in the header. Nothing is
pickled, so opening a foreign checkpoint cannot run code. No random state is needed:
what is drawn in an epoch is a function of the seed and the epoch.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.files import write_with
from napari_rpdl.learning.encoding import input_channels
from napari_rpdl.learning.networks import build_network
from napari_rpdl.learning.progress import Progress
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import TrainingSettings, explain
from napari_rpdl.settings.effect import WITH_CHANNELS

_HEADER = "napari_rpdl"
_NETWORK = "network."
_OPTIMISER = "optimiser."
_LEARNING = "learning."
_MAY_CHANGE = ("epochs", "stop_patience", "device", "threads", "computation", "tensorboard")
_MAY_MOVE = ("dataset_folder", "dataset_name")


class CheckpointInfo(BaseModel):
    """The description in a checkpoint's header."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    settings: TrainingSettings
    record: RunRecord
    progress: Progress
    validation_loss: float | None
    validation_dice: float | None
    versions: dict[str, str]

    @property
    def codes(self) -> tuple[int, ...]:
        """Structure codes that the network knows, in the order of its input channels."""
        return self.record.table.codes


def network_of(settings: TrainingSettings, record: RunRecord) -> nn.Module:
    """Return the network of a run, with fresh weights."""
    return build_network(settings.network, inputs_of(settings, record), settings.grid, len(record.surgeons))


def inputs_of(settings: TrainingSettings, record: RunRecord) -> int:
    """Return how many channels the network of a run sees."""
    return input_channels(record.table.codes, settings.network, record.table.codes_of("critical"))


class Checkpoint:
    """What a checkpoint file holds, in memory on the CPU.

    Attributes:
        path: where it came from, for messages.
        info: the description.
        tensors: by their names in the file.
    """

    def __init__(self, path: Path, info: CheckpointInfo, tensors: Mapping[str, Tensor]) -> None:
        self.path = path
        self.info = info
        self.tensors = tensors

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that tell the weights to predict with from all others."""
        digest = hashlib.sha256()
        for name in sorted(name for name in self.tensors if name.startswith(_NETWORK)):
            digest.update(name.encode())
            digest.update(self.tensors[name].contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return digest.hexdigest()[:16]

    def build_network(self) -> nn.Module:
        """Return the network with the checkpoint's weights.

        Raises:
            InputError: the weights do not fit the network that the settings describe.
        """
        network = network_of(self.info.settings, self.info.record)
        self.load_network(network)
        return network

    def load_network(self, network: nn.Module) -> None:
        """Copy the weights to predict with into ``network``; raises as ``build_network``."""
        self._load(network, _NETWORK)

    def load_learning(self, network: nn.Module) -> None:
        """Copy the weights that the optimiser moves into ``network``; raises as ``build_network``."""
        self._load(network, _LEARNING)

    def load_optimiser(self, optimiser: torch.optim.Optimizer) -> None:
        """Copy the moments into ``optimiser``; raises as ``build_network``."""
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for index, parameter in enumerate(parameters):
            for moment, shape in _adam_shapes(parameter).items():
                tensor = self.tensors.get(f"{_OPTIMISER}{index}.{moment}")
                if tensor is None or tensor.shape != shape:
                    raise InputError(self._does_not_fit("optimiser"))
                state.setdefault(index, {})[moment] = tensor
        optimiser.load_state_dict(optimiser.state_dict() | {"state": state})

    def _load(self, network: nn.Module, prefix: str) -> None:
        weights = {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}
        try:
            network.load_state_dict(weights)
        except RuntimeError as error:
            raise InputError(self._does_not_fit("network")) from error

    def _does_not_fit(self, what: str) -> str:
        network = self.info.settings.network
        sizes = f" with channels {' '.join(map(str, network.channels))}" if network.name in WITH_CHANNELS else ""
        sizes += f" with {network.filters} filters" if network.filters else ""
        return (
            f"The {what} state in {self.path} does not fit the network {network.name}{sizes} for "
            f"{len(self.info.codes)} structures, which it says it is. "
            "The file was changed or mixed up: use the other checkpoint of the run, or train again."
        )


def save_checkpoint(
    path: Path,
    info: CheckpointInfo,
    network: nn.Module,
    optimiser: torch.optim.Optimizer | None = None,
    learning: nn.Module | None = None,
) -> None:
    """Write a checkpoint beside ``path`` and rename it.

    Args:
        path: of the file.
        info: its description.
        network: the weights to predict with.
        optimiser: given, the checkpoint is one to go on from.
        learning: the weights that the optimiser moves, where they are others.
    """
    tensors = {f"{_NETWORK}{name}": tensor for name, tensor in network.state_dict().items()}
    if learning is not None:
        tensors |= {f"{_LEARNING}{name}": tensor for name, tensor in learning.state_dict().items()}
    if optimiser is not None:
        for index, moments in optimiser.state_dict()["state"].items():
            tensors |= {f"{_OPTIMISER}{index}.{name}": tensor for name, tensor in moments.items()}
    on_cpu = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = save(on_cpu, metadata={_HEADER: info.model_dump_json()})
    write_with(path, lambda beside: beside.write_bytes(content))


def read_checkpoint(path: Path, with_optimiser: bool = False) -> Checkpoint:
    """Read a checkpoint; the optimiser's state only where asked for.

    Raises:
        InputError: missing, truncated, corrupt, or not one of ours.
    """
    if not path.is_file():
        msg = f"There is no checkpoint at {path}. Train until the first epoch has ended, or choose another run."
        raise InputError(msg)
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            wanted = [name for name in file.keys() if with_optimiser or name.startswith(_NETWORK)]  # noqa: SIM118 not a dict
            # Copies, so that the file is not kept mapped: Windows could not replace it then.
            tensors = {name: file.get_tensor(name).clone() for name in wanted}
    except (SafetensorError, OSError) as error:
        msg = f"{path} is no readable checkpoint ({error}). Use the other checkpoint of the run, or train again."
        raise InputError(msg) from error
    if _HEADER not in header:
        msg = f"{path} holds weights, but not of napari-rpdl. Choose a checkpoint that its training wrote."
        raise InputError(msg)
    if broken := [name for name, tensor in tensors.items() if not bool(torch.isfinite(tensor).all())]:
        msg = f"{path} holds weights that are no finite numbers ({broken[0]}). Use another checkpoint, or train again."
        raise InputError(msg)
    try:
        return Checkpoint(path, CheckpointInfo.model_validate_json(header[_HEADER]), tensors)
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error


def check_same_training(checkpoint: Checkpoint, run: Run) -> None:
    """Raise an InputError if going on from ``checkpoint`` would mix two trainings.

    How long and on what it trains may have been changed in the run; what it learns may not.
    """
    then, now = checkpoint.info.settings, run.settings
    changed = [name for name in type(now).model_fields if getattr(then, name) != getattr(now, name)]
    changed = [name for name in changed if name not in _MAY_CHANGE]
    facts = [
        name for name in RunRecord.model_fields if getattr(checkpoint.info.record, name) != getattr(run.record, name)
    ]
    changed += [name for name in facts if name not in _MAY_MOVE]
    if changed:
        msg = (
            f"{checkpoint.path} was trained with another {', '.join(changed)} than {run.folder} says now. "
            "Restore the run's settings.json, run.json and checkpoint as training wrote them, or train in a new folder."
        )
        raise InputError(msg)


def _adam_shapes(parameter: Tensor) -> dict[str, tuple[int, ...]]:
    return {"step": (), "exp_avg": tuple(parameter.shape), "exp_avg_sq": tuple(parameter.shape)}
