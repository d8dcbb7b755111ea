import numpy as np
import pytest

from napari_rpdl.figures.view_frame import ViewFrame, view_axes

SHAPE, STEPS = (5, 7, 9), (3.0, 2.0, 1.0)
Z, Y, X = 0, 1, 2


@pytest.mark.parametrize(
    ("view", "down", "right", "away"),
    [
        ("surgical", (Y, -1), (Z, -1), (X, -1)),  # front up, crown left, from the side
        ("lateral", (Z, -1), (Y, 1), (X, -1)),  # crown up; a right ear looks to the right
        ("superior", (Y, -1), (X, 1), (Z, -1)),  # front up, the patient's right on the right
    ],
)
def test_a_right_ears_views_are_those_of_the_atlas(view, down, right, away):
    frame = ViewFrame.of(view, SHAPE, STEPS)
    for axis, (stored, sign) in enumerate((down, right, away)):
        turned = frame.seen(np.indices(SHAPE)[stored], outside=0)
        assert frame.shape[axis] == SHAPE[stored]
        assert frame.steps[axis] == STEPS[stored]
        difference = np.diff(turned, axis=axis)
        assert (difference == sign).all()


@pytest.mark.parametrize("view", ["surgical", "lateral", "superior", "posterior"])
def test_nothing_is_mirrored(view):
    axes_xyz = view_axes(view)[:, ::-1]
    np.testing.assert_allclose(axes_xyz @ axes_xyz.T, np.eye(3), atol=1e-12)
    # down, right, away is a left-handed order of a right-handed eye: right, down, away is right-handed
    assert np.linalg.det(axes_xyz[[1, 0, 2]]) == pytest.approx(1)


def test_an_oblique_view_keeps_places_and_sizes():
    shape, steps = (40, 44, 48), (1.5, 1.0, 1.25)
    frame = ViewFrame.of("posterior", shape, steps)
    assert frame.steps == (1.0, 1.0, 1.0)
    world = [(np.arange(n) - (n - 1) / 2) * step for n, step in zip(shape, steps, strict=True)]
    place = np.array([6.0, -5.0, 4.0])
    distance = np.linalg.norm(np.stack(np.meshgrid(*world, indexing="ij"), -1) - place, axis=-1)
    ball = (8 - distance).astype(np.float32)
    turned = frame.seen(ball, outside=-4)
    assert (turned > 0).sum() == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.03)
    center = np.array([index.mean() for index in np.nonzero(turned > 0)]) - (np.array(frame.shape) - 1) / 2
    np.testing.assert_allclose(center, frame.axes @ place, atol=0.2)
    codes = frame.seen((distance < 8).astype(np.uint8) * 7, outside=0)
    assert set(np.unique(codes)) == {0, 7}
