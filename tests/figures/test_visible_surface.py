import numpy as np
import pytest

from napari_rpdl.figures.depth_map import Window
from napari_rpdl.figures.smooth_surface import smooth_field
from napari_rpdl.figures.view_frame import ViewFrame
from napari_rpdl.figures.visible_surface import VisibleSurface

N = 40


@pytest.fixture(scope="module")
def ball():
    """A ball of 12 mm in voxels of 1 mm, from the side of a right ear (along -x)."""
    z, y, x = np.indices((N,) * 3) + 0.5
    body = (z - 20) ** 2 + (y - 20) ** 2 + (x - 20) ** 2 < 12**2
    frame = ViewFrame.of("surgical", body.shape, (1.0, 1.0, 1.0))
    field = frame.seen(smooth_field(body), outside=-1)
    return VisibleSurface.of(field, frame, Window((20, 20), 40, 60))


def test_the_normals_of_a_ball_point_from_its_middle(ball):
    radii = (ball.points + 0.5 - 20).T * [1, 1, -1]  # the third direction is towards the eye
    expected = radii / np.linalg.norm(radii, axis=1, keepdims=True)
    steep = expected[:, 2] > 0.4  # the rim is seen from the side
    angles = np.degrees(np.arccos(np.clip((ball.outward * expected).sum(axis=1), -1, 1)))
    assert np.median(angles[steep]) < 2
    assert angles[steep].max() < 12
    np.testing.assert_allclose(np.linalg.norm(ball.outward, axis=1), 1, atol=1e-5)


def test_values_below_and_above_the_surface_are_found(ball):
    z, y, x = np.indices((N,) * 3) + 0.5
    radius = np.sqrt((z - 20) ** 2 + (y - 20) ** 2 + (x - 20) ** 2).astype(np.float32)
    steep = ball.outward[:, 2] > 0.4
    at = ball.sampled(radius, 0)[steep].mean()
    assert at == pytest.approx(12, abs=0.5)
    assert at - ball.sampled(radius, 3.0)[steep].mean() == pytest.approx(3, abs=0.05)
    assert ball.sampled(radius, -2.0)[steep].mean() - at == pytest.approx(2, abs=0.05)


def test_codes_below_the_surface_are_those_of_the_nearest_voxel(ball):
    labels = np.zeros((N,) * 3, np.uint8)
    labels[20:] = 5  # the crown's half is on the left
    labels[:20] = 9
    codes = ball.spread(ball.labels_below(labels)[:, None].astype(np.float32))[..., 0]
    assert set(np.unique(codes[:, :28])) == {0, 5}
    assert set(np.unique(codes[:, 32:])) == {0, 9}
    assert (codes == 0).sum() == (~ball.hit).sum()
