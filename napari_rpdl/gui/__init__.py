"""The viewer: the only sub-package that knows Qt and napari."""
