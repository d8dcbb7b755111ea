"""Myronenko18: the network of BraTS 2018 with an autoencoder branch (arXiv:1810.11654)."""

from torch import Tensor, nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.variational import VariationalBranch, reconstruction_error
from napari_rpdl.settings import NetworkSettings

BASE = 32
GROUPS = 8
BLOCKS_DOWN = (1, 2, 2, 4)
BLOCKS_UP = (1, 1, 1)
RECONSTRUCTION_WEIGHT = 0.1
DIVERGENCE_WEIGHT = 0.1


def build_myronenko18(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return MONAI's SegResNet with the branch that ``settings.vae`` asks for; ``filters`` 0 is the paper's 32.

    Raises:
        InputError: as ``check_myronenko18``.
    """
    check_myronenko18(settings)
    filters = settings.filters or BASE
    shape: dict[str, object] = {
        "spatial_dims": 3,
        "init_filters": filters,
        "in_channels": sizes.in_channels,
        "out_channels": sizes.out_channels,
        "dropout_prob": settings.dropout or None,
        "blocks_down": BLOCKS_DOWN,
        "blocks_up": BLOCKS_UP,
    }
    if settings.vae == "monai":
        return MonaiMyronenko(shape, sizes.grid)
    return Myronenko(shape, sizes.grid, settings)


def check_myronenko18(settings: NetworkSettings) -> None:
    """Raise an InputError for filters that make no equal groups, and for a cross-entropy of more than one-hot."""
    if settings.filters % GROUPS:
        msg = f"myronenko18 normalises groups: expected filters to be a multiple of {GROUPS}, got {settings.filters}."
        raise InputError(msg)
    if settings.reconstruction == "cross-entropy" and settings.encoding != "one-hot":
        msg = (
            f'Only one-hot structures have a cross-entropy, but the encoding is "{settings.encoding}". '
            'Set reconstruction to "squared-error", or encoding to "one-hot".'
        )
        raise InputError(msg)


class Myronenko(nn.Module):
    """From (B, in_channels, n, n, n) to logits (B, out_channels, n, n, n), with the paper's own branch.

    n is a multiple of 16, at least 32; while training, it is the ``grid`` that the network was
    built for, because the branch is fully connected in its middle. Loss of the paper: that
    of the logits + 0.1 L2 + 0.1 KL, of which ``auxiliary_loss`` is the last two (see ``VariationalBranch``).
    """

    def __init__(self, shape: dict[str, object], grid: int, settings: NetworkSettings) -> None:
        from monai.networks.nets import SegResNet  # several seconds: only where a network is built

        super().__init__()
        self.segmentation = SegResNet(**shape)
        channels = self.segmentation.in_channels
        filters = self.segmentation.init_filters
        self.branch = VariationalBranch(channels, filters, grid) if settings.vae == "original" else None
        self.reconstruction = settings.reconstruction
        self._auxiliary: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits; while training, keep the auxiliary loss."""
        deepest, skips = self.segmentation.encode(inputs)
        logits: Tensor = self.segmentation.decode(deepest, skips[::-1])
        self._auxiliary = None
        if self.training and self.branch is not None:
            told = self.branch(deepest)
            error = reconstruction_error(told.logits, inputs, self.reconstruction)
            self._auxiliary = RECONSTRUCTION_WEIGHT * error + DIVERGENCE_WEIGHT * told.divergence
        return logits

    def auxiliary_loss(self) -> Tensor | None:
        """Return what training adds to the loss of the last batch, once; None after anything else."""
        auxiliary, self._auxiliary = self._auxiliary, None
        return auxiliary

    def output_bias(self) -> nn.Parameter:
        """Return the bias that is added to every logit."""
        return self.get_parameter("segmentation.conv_final.2.conv.bias")


class MonaiMyronenko(nn.Module):
    """MONAI's SegResNetVAE as it comes, for comparison; shapes as of ``Myronenko``.

    Its branch differs from the paper: the standard deviation is fixed at 0.3, so that its
    "KL" is the mean of the squared 256 latents; that and the mean squared error are added, and here
    weighted with 0.1; and it shares the decoder with the segmentation.
    """

    def __init__(self, shape: dict[str, object], grid: int) -> None:
        from monai.networks.nets import SegResNetVAE

        super().__init__()
        self.network = SegResNetVAE(input_image_size=(grid,) * 3, **shape)
        # The layer that would estimate the standard deviation is never used, and never learns.
        del self.network.vae_fc2
        self._auxiliary: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits; while training, keep the auxiliary loss."""
        logits, loss = self.network(inputs)
        self._auxiliary = None if loss is None else RECONSTRUCTION_WEIGHT * loss
        answer: Tensor = logits
        return answer

    def auxiliary_loss(self) -> Tensor | None:
        """Return what training adds to the loss of the last batch, once; None after anything else."""
        auxiliary, self._auxiliary = self._auxiliary, None
        return auxiliary

    def output_bias(self) -> nn.Parameter:
        """Return the bias that is added to every logit."""
        return self.get_parameter("network.conv_final.2.conv.bias")
