"""The phantom (synthetic): parametric temporal bones and simulated surgeons (docs/phantom.md)."""

from napari_rpdl.data.phantom.generation import generate, phantom_case

__all__ = ["generate", "phantom_case"]
