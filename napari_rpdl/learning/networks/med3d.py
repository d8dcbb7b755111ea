"""Med3D: a 3-D ResNet-50 encoder that can start from MedicalNet's weights (Chen et al., arXiv:1904.00625)."""

from pathlib import Path

import torch
from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.state_dict import check_file, read_state_dict
from napari_rpdl.settings import NetworkSettings

DECODER = (256, 128, 64, 32, 16)
NOT_OF_THE_ENCODER = ("fc.", "conv_seg.")
"""MedicalNet's own last layers; ours take their place."""
DILATIONS = {"layer3": 2, "layer4": 4}
"""Of MedicalNet's last two stages, where MONAI has strides of 2."""


def build_med3d(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return the network with random weights; ``load_medicalnet`` gives it those of a file."""
    return Med3D(sizes, settings.dropout, dilated=settings.stages == "dilated")


def med3d_halvings(settings: NetworkSettings) -> int:
    """Return how often the grid is halved: dilated stages keep what two strides would halve."""
    return 3 if settings.stages == "dilated" else 5


def check_med3d(settings: NetworkSettings) -> None:
    """Raise an InputError if the weights that the settings name are missing, unreadable, or of another network."""
    if settings.weights:
        check_file(Path(settings.weights))
        with torch.device("meta"):  # knows the shapes and draws no weights
            network = Med3D(Sizes(1), settings.dropout)
        network.read_medicalnet(Path(settings.weights))


class Med3D(nn.Module):
    """From (B, in_channels, n, n, n) to logits (B, out_channels, n, n, n); n a multiple of 32, at least 64.

    MONAI's FlexibleUNet: ResNet-50 with a first convolution of stride 2 as MedicalNet has it, and a
    U-net's decoder. MedicalNet dilates its last two stages where MONAI strides them: the same
    weights at other distances. With ``dilated`` the encoder is MedicalNet's: its last three stages all have an
    eighth of the grid, the decoder's first two levels do not upsample, and n is a multiple of 8,
    at least 16. MedicalNet's encoder takes one channel of grey values; more channels become
    one by a 1³ convolution that is learned.

    Args:
        sizes: channels of the input and the logits.
        dropout: share of features dropped after every convolution of the decoder.
        dilated: whether the last two stages are dilated.
    """

    def __init__(self, sizes: Sizes, dropout: float, *, dilated: bool = False) -> None:
        from monai.networks.nets import FlexibleUNet  # several seconds: only where a network is built

        super().__init__()
        self.adapter: nn.Module = nn.Conv3d(sizes.in_channels, 1, 1) if sizes.in_channels > 1 else nn.Identity()
        self.network = FlexibleUNet(
            in_channels=1,
            out_channels=sizes.out_channels,
            backbone="resnet50",
            pretrained=False,
            decoder_channels=DECODER,
            spatial_dims=3,
            dropout=dropout,
        )
        if dilated:
            _dilate(self.network)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.network(self.adapter(inputs))
        return logits

    def output_bias(self) -> nn.Parameter:
        """Return the bias that is added to every logit."""
        return self.get_parameter("network.segmentation_head.0.bias")

    def load_medicalnet(self, path: Path) -> None:
        """Start the encoder from the weights of a 3-D ResNet-50 in ``path``; raises as ``read_medicalnet``."""
        self.network.encoder.load_state_dict(self.read_medicalnet(path), strict=False)

    def read_medicalnet(self, path: Path) -> dict[str, Tensor]:
        """Return the weights in ``path`` that are the encoder's.

        Raises:
            InputError: no plain state dict (see ``read_state_dict``), or of another network.
        """
        weights = {
            name: tensor for name, tensor in read_state_dict(path).items() if not name.startswith(NOT_OF_THE_ENCODER)
        }
        expected = self.network.encoder.state_dict()
        # Files from before PyTorch 0.4.1 do not count batches, and nothing here reads the count.
        missing = sorted(name for name in expected.keys() - weights.keys() if not name.endswith("num_batches_tracked"))
        foreign = sorted(weights.keys() - expected.keys())
        other = sorted(n for n in expected.keys() & weights.keys() if weights[n].shape != expected[n].shape)
        if missing or foreign or other:
            wrong = [f"{len(n)} {what} (such as {n[0]})" for n, what in (
                (missing, "missing"), (foreign, "unknown"), (other, "of another shape")) if n]  # fmt: skip
            msg = (
                f"The weights in {path} are not of a 3-D ResNet-50 of MedicalNet: {', '.join(wrong)}. "
                "Choose resnet_50.pth or resnet_50_23dataset.pth of MedicalNet."
            )
            raise InputError(msg)
        return weights


def _dilate(network: nn.Module) -> None:
    """Give the last two stages MedicalNet's dilations instead of strides; weights and their names stay."""
    for stage, dilation in DILATIONS.items():
        for convolution in network.get_submodule(f"encoder.{stage}").modules():
            if isinstance(convolution, nn.Conv3d):
                convolution.stride = (1, 1, 1)
                if convolution.kernel_size == (3, 3, 3):
                    convolution.dilation = convolution.padding = (dilation,) * 3
    for level in range(len(DILATIONS)):
        network.get_submodule(f"decoder.blocks.{level}.upsample").upsample_non_trainable = nn.Identity()
