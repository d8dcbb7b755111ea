"""The three losses that the paper compares, and how a setting names them."""

from napari_rpdl.learning.losses.previous import LOSSES, make_loss

__all__ = ["LOSSES", "make_loss"]
