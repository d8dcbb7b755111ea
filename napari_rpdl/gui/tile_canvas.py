"""One OpenGL canvas that draws a grid of bones in one pose (vispy's gloo).

One canvas, a few draw calls for each tile and one matrix for all: 24 canvases, or 24
scenes of a scene graph, cost more in Python than their triangles do in OpenGL.
"""

import time
from collections.abc import Sequence

import numpy as np
import qtpy
from numpy.typing import NDArray
from vispy import gloo
from vispy.app import Canvas, use_app

from napari_rpdl.gui.cut import Plane
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.pose import Matrix, Pose
from napari_rpdl.gui.solids import Flat, Part, Solid

Pixels = NDArray[np.uint8]
Rectangle = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the widget."""
_SURFACE_VERTEX = """
uniform mat4 u_matrix;
uniform vec4 u_plane;
attribute vec3 a_position;
attribute vec4 a_color;
varying vec4 v_color;
varying float v_kept;
void main() {
    gl_Position = u_matrix * vec4(a_position, 1.0);
    v_color = a_color;
    v_kept = dot(u_plane.xyz, a_position) + u_plane.w;
}
"""
_SURFACE_FRAGMENT = """
uniform float u_opacity;
varying vec4 v_color;
varying float v_kept;
void main() {
    if (v_kept < 0.0) discard;
    gl_FragColor = vec4(v_color.rgb, v_color.a * u_opacity);
}
"""
_FLAT_VERTEX = """
uniform vec4 u_frame;
attribute vec2 a_corner;
varying vec2 v_place;
void main() {
    gl_Position = vec4(a_corner * u_frame.xy + u_frame.zw, 0.0, 1.0);
    v_place = vec2(a_corner.x, -a_corner.y) * 0.5 + 0.5;
}
"""
_FLAT_FRAGMENT = """
uniform sampler2D u_picture;
varying vec2 v_place;
void main() { gl_FragColor = vec4(texture2D(u_picture, v_place).rgb, 1.0); }
"""
_CORNERS = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], np.float32)
_KEEP_ALL = (0.0, 0.0, 0.0, 1.0)
_SLOW_S = 0.04
"""A picture that takes longer than this to draw stutters under the hand."""


class TileCanvas(Canvas):
    """Draws tiles, each in its rectangle; the widget to put into a layout is ``native``.

    Attributes:
        pose: shared by all tiles; call ``update()`` after setting it.
        in_hand: whether a hand is turning the bones: slow pictures are then drawn coarsely.
        slow: whether the last full picture took longer than a fluid hand allows.
    """

    def __init__(self, pose: Pose, background: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        super().__init__(app=use_app(qtpy.API), keys=None, show=False, size=(400, 300))
        self.pose = pose
        self.in_hand = False
        self.slow = False
        self._background = (*background, 1.0)
        self._tiles: list[tuple[Rectangle, Solid | Flat]] = []
        self._radius = 1.0  # one for all bones, so that sizes can be compared
        self._surfaces: dict[tuple[int, int, bool], _Surface] = {}
        self._pictures: dict[int, _Picture] = {}

    def show_tiles(self, tiles: Sequence[tuple[Rectangle, Solid | Flat]]) -> None:
        """Draw these from now on."""
        self._tiles = list(tiles)
        self._radius = max((tile.radius for _, tile in self._tiles if isinstance(tile, Solid)), default=1.0)
        self.update()

    def on_draw(self, _: object = None) -> None:
        """Draw all tiles; finely unless a hand is turning a slow picture."""
        began = time.perf_counter()
        coarsely = self.in_hand and self.slow
        gloo.set_viewport(0, 0, *self.physical_size)
        self._wipe()
        for place, (rectangle, tile) in enumerate(self._tiles):
            gloo.set_viewport(*self._viewport(rectangle))
            self._draw_tile(place, tile, coarsely, rectangle[3] / max(rectangle[2], 1))
        if not coarsely:
            gloo.finish()
            self.slow = time.perf_counter() - began > _SLOW_S

    def pictures(self, pixels: int) -> list[Pixels]:
        """Return the tiles as the window shows them, at any size: uint8 (pixels, pixels, 3), drawn finely."""
        self.set_current()
        side = 2 * pixels  # drawn at twice the size: smooth silhouettes
        target = gloo.FrameBuffer(gloo.Texture2D((side, side, 4)), gloo.RenderBuffer((side, side), "depth"))
        drawn = []
        with target:
            gloo.set_viewport(0, 0, side, side)
            for place, (_, tile) in enumerate(self._tiles):
                self._wipe()
                self._draw_tile(place, tile, coarsely=False, aspect=1.0)
                large = gloo.read_pixels((0, 0, side, side), alpha=False)
                drawn.append(large.reshape(pixels, 2, pixels, 2, 3).mean(axis=(1, 3)))
        self.update()
        return [np.asarray(np.rint(picture), np.uint8) for picture in drawn]

    def _wipe(self) -> None:
        gloo.set_state(depth_test=True, blend=True, cull_face=False, blend_func=("src_alpha", "one_minus_src_alpha"))
        gloo.set_depth_mask(True)
        gloo.clear(color=self._background, depth=True)

    def _viewport(self, rectangle: Rectangle) -> tuple[int, ...]:
        left, top, width, height = rectangle
        return tuple(round(side * self.pixel_scale) for side in (left, self.size[1] - top - height, width, height))

    def _draw_tile(self, place: int, tile: Solid | Flat, coarsely: bool, aspect: float) -> None:
        if isinstance(tile, Flat):
            if place not in self._pictures:
                self._pictures[place] = _Picture()
            self._pictures[place].draw(tile, aspect)
            return
        matrix = tile.matrix(self.pose, self._radius)
        for rank, part in sorted(enumerate(tile.parts), key=lambda numbered: numbered[1].opacity < 1):
            glassy = part.opacity < 1
            gloo.set_depth_mask(not glassy)
            gloo.set_state(cull_face=part.closed and not glassy and (part.whole or tile.plane is None))
            self._surface((place, rank, coarsely)).draw(part, coarsely, matrix, None if part.whole else tile.plane)
        gloo.set_depth_mask(True)
        gloo.set_state(cull_face=False)

    def _surface(self, slot: tuple[int, int, bool]) -> "_Surface":
        if slot not in self._surfaces:
            self._surfaces[slot] = _Surface()
        return self._surfaces[slot]


class _Surface:
    """OpenGL objects of one part, filled anew for another surface: deleting programs crashes software OpenGL."""

    def __init__(self) -> None:
        self._program = gloo.Program(_SURFACE_VERTEX, _SURFACE_FRAGMENT)
        self._triangles = gloo.IndexBuffer()
        self._filled: Mesh | None = None

    def draw(self, part: Part, coarsely: bool, matrix: Matrix, plane: Plane | None) -> None:
        mesh = part.coarse if coarsely else part.mesh
        if mesh.is_empty:
            return
        if mesh is not self._filled:
            self._program["a_position"] = gloo.VertexBuffer(np.ascontiguousarray(mesh.vertices, np.float32))
            self._program["a_color"] = gloo.VertexBuffer(np.ascontiguousarray(mesh.colors, np.float32))
            self._triangles = gloo.IndexBuffer(np.ascontiguousarray(mesh.faces, np.uint32))
            self._filled = mesh
        self._program["u_matrix"] = matrix.T.astype(np.float32)  # OpenGL counts columns first
        self._program["u_plane"] = plane or _KEEP_ALL
        self._program["u_opacity"] = part.opacity
        self._program.draw("triangles", self._triangles)


class _Picture:
    """OpenGL objects of one flat tile."""

    def __init__(self) -> None:
        self._program = gloo.Program(_FLAT_VERTEX, _FLAT_FRAGMENT)
        self._program["a_corner"] = _CORNERS
        self._filled: Pixels | None = None

    def draw(self, tile: Flat, aspect: float) -> None:
        if tile.pixels is not self._filled:
            texture = gloo.Texture2D(np.ascontiguousarray(tile.pixels), interpolation="nearest")
            self._program["u_picture"] = texture
            self._filled = tile.pixels
        wide, high = min(1.0, aspect / tile.aspect), min(1.0, tile.aspect / aspect)
        self._program["u_frame"] = (wide, high, 0.0, 0.0)
        self._program.draw("triangle_strip")
