import numpy as np

from napari_rpdl.figures.shading import shade

TOWARD_VIEWER = np.broadcast_to(np.float32([0, 0, 1]), (64, 64, 3))


def test_a_pit_is_darker_than_the_plain_and_the_deeper_the_darker():
    def bottom(depth_of_pit):
        depth = np.ones((64, 64), np.float32)
        depth[24:40, 24:40] += depth_of_pit
        return float(shade(depth, TOWARD_VIEWER, (0, 0, 1), 1.0, 1.0, 100)[32, 32])

    assert bottom(0) > bottom(4) > bottom(12)


def test_a_face_turned_to_the_light_is_brightest():
    depth = np.ones((64, 64), np.float32)
    light = np.array([-1, 0, 1]) / np.sqrt(2)
    turned = np.broadcast_to(light.astype(np.float32), (64, 64, 3))
    away = turned * np.float32([-1, 1, 1])
    bright, plain, dark = (shade(depth, n, tuple(light), 1.0, 1.0, 100)[32, 32] for n in (turned, TOWARD_VIEWER, away))
    assert bright > plain > dark


def test_where_a_ray_missed_it_is_black():
    depth = np.full((64, 64), np.nan, np.float32)
    assert not shade(depth, TOWARD_VIEWER, (0, 0, 1), 1.0, 1.0, 100).any()
    depth[:32] = 5
    picture = shade(depth, TOWARD_VIEWER, (0, 0, 1), 1.0, 1.0, 100)
    assert picture[:32].min() > 0.5
    assert not picture[32:].any()
