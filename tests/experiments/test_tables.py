"""scores.csv, read by pandas as a statistician would."""

import pandas as pd
import pytest

from napari_rpdl.experiments.methods import MethodScores
from napari_rpdl.experiments.tables import COLUMNS, write_scores


def method(key="network", surgeons=("amy", "bo"), **changes):
    scores = {
        "title": key,
        "case_id": "bone_1",
        "dice": tuple(0.1 + rank / 3 for rank in range(len(surgeons))),
        "rpd": tuple(-0.2 - rank / 7 for rank in range(len(surgeons))),
        "dice_mean": 0.5,
        "dice_sd": 0.1,
        "rpd_mean": 0.5,
        "rpd_sd": 0.1,
        "fraction_of_oracle": 2 / 3,
        "volume_ratio": 1.25,
        "critical_voxels": {"dura": 3.0, "incus": 0.0},
    }
    return MethodScores(key=key, surgeons=surgeons, **(scores | changes))


def test_every_number_has_a_row_and_is_exact(tmp_path):
    write_scores([method(), method("baseline", ("amy",))], tmp_path / "scores.csv")
    table = pd.read_csv(tmp_path / "scores.csv", keep_default_na=False, float_precision="round_trip")
    assert tuple(table.columns) == COLUMNS
    assert set(table.case) == {"bone_1"}
    assert table.groupby("method").size().to_dict() == {"network": 8, "baseline": 6}
    found = table[table.method == "network"].set_index(["metric", "surgeon"]).value.to_dict()
    assert found == {
        ("dice", "amy"): 0.1,
        ("dice", "bo"): 0.1 + 1 / 3,
        ("rpd", "amy"): -0.2,
        ("rpd", "bo"): -0.2 - 1 / 7,
        ("fraction_of_oracle", ""): 2 / 3,
        ("volume_ratio", ""): 1.25,
        ("critical_voxels:dura", ""): 3.0,
        ("critical_voxels:incus", ""): 0.0,
    }


def test_a_volume_ratio_that_does_not_exist_has_no_row(tmp_path):
    write_scores([method(volume_ratio=None)], tmp_path / "scores.csv")
    assert "volume_ratio" not in (tmp_path / "scores.csv").read_text(encoding="utf-8")


def test_names_with_commas_and_quotes_stay_one_cell(tmp_path):
    hostile = 'semicircular canals, "vestibule"'
    write_scores([method(critical_voxels={hostile: 1.0})], tmp_path / "scores.csv")
    table = pd.read_csv(tmp_path / "scores.csv")
    assert f"critical_voxels:{hostile}" in set(table.metric)
    assert table.notna().sum().value == pytest.approx(len(table))


def test_without_methods_only_the_header_is_there(tmp_path):
    write_scores([], tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_bytes() == b"method,case,surgeon,metric,value\n"
