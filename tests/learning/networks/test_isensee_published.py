from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.isensee_published import build_isensee_published
from napari_rpdl.settings import NetworkSettings


def test_it_has_the_parameters_of_the_authors_network(count):
    assert count(build_isensee_published(NetworkSettings(), Sizes(1))) == 518_099


def test_sixteen_filters_make_it_sixteen_times_as_large(count):
    assert count(build_isensee_published(NetworkSettings(filters=16), Sizes(1))) == 8_268_035
