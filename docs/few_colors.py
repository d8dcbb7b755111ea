"""Small pictures: few colours, but no small mark loses its own."""

from pathlib import Path

from PIL import Image

COUNT = 256


def keep_few_colors(path: Path) -> None:
    """Write a PNG file again with 256 colours.

    An octree of colours: no colour moves far, however few pixels have it. Pillow's default
    serves the frequent colours only, and surgeons' marks of a few pixels melt into each other.
    """
    picture = Image.open(path).convert("RGB")
    picture.quantize(COUNT, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)
