"""The paper's figures agree with each other, and with what its text says."""

import numpy as np
import pytest

from napari_rpdl.experiments.paper_tables import LOSSES, NETWORKS, SURGEONS, Printed, printed
from napari_rpdl.settings.loss import LossName
from napari_rpdl.settings.network import NetworkName

NAMES = [(network, loss) for network in NETWORKS.values() for loss in ("WCEL", "DL", "RPDL")]


@pytest.mark.parametrize(("network", "loss"), NAMES)
def test_overall_is_the_mean_of_the_bones_for_mean_and_deviation(network, loss):
    bones = [printed("bones", network, loss, "dice", str(bone)) for bone in range(1, 10)]
    overall = printed("bones", network, loss, "dice")
    assert np.mean([bone.mean for bone in bones]) == pytest.approx(overall.mean, abs=0.0011)
    assert np.mean([bone.std for bone in bones]) == pytest.approx(overall.std, abs=0.0011)


@pytest.mark.parametrize(("network", "loss"), NAMES)
def test_every_cell_of_tables_iii_and_iv_is_there(network, loss):
    assert all(
        printed(experiment, network, loss, metric) for experiment in ("bones", "surgeons") for metric in ("dice", "rpd")
    )


def test_figures_of_the_text():
    # "improves the performance by up to 18.4 %": RPD of Myronenko18 in Table III.
    gain = printed("bones", "Myronenko18", "RPDL", "rpd").mean - printed("bones", "Myronenko18", "WCEL", "rpd").mean
    assert gain == pytest.approx(0.184)
    assert printed("surgeons", *SURGEONS, "dice") == Printed(0.698, 0.088)


def test_what_the_paper_lacks_is_none():
    assert printed("bones", "U-net", "DL", "hd95:mm") is None
    assert printed("surgeons", "U-net", "DL", "dice", "1") is None
    assert printed("elsewhere", "U-net", "DL", "dice") is None


def test_our_names_are_those_of_the_settings():
    assert set(NETWORKS) <= set(NetworkName.__args__)
    assert set(LOSSES) <= set(LossName.__args__)
