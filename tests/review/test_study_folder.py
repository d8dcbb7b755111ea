import hashlib

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.study_folder import KEY_FILE, StudyFolder, read_key, write_study
from napari_rpdl.settings.review import StudySettings


def region_of(candidate, case):
    """A surgeon's region, or a prediction that counts the air beside the bone."""
    if candidate.kind == "surgeon":
        return case.annotation(candidate.source).mask
    return case.annotation("surgeon_1").mask | (case.labels() == 0)


@pytest.fixture
def plan(candidates, small_dataset):
    return plan_study(
        candidates(surgeons=3, networks=("rpdl",)), ["ada"], find_scale("global-rating"), StudySettings(minimum_gap=2)
    )


@pytest.fixture
def written(plan, small_dataset, tmp_path):
    events = list(write_study(plan, small_dataset, region_of, tmp_path / "study", tmp_path / "key"))
    assert events[-1] == Progressed("writing bones", 3, 3)
    return tmp_path / "study"


def test_what_graders_open_leads_to_the_right_region(written, plan, small_dataset, tmp_path):
    opened = StudyFolder.open(written)
    key = read_key(tmp_path / "key", opened.study)
    assert (opened.study, key) == (plan.study, plan.key)
    for presentation in opened.study.plan_of("ada").presentations:
        bone = opened.bone(presentation)
        behind = key.row(presentation.tiles[0]).candidate
        case = small_dataset.case(behind.case_id)
        np.testing.assert_array_equal(bone.labels(), case.labels())
        assert (bone.side, bone.annotations) == (case.side, ())
        region = opened.region(presentation.tiles[0], bone)
        np.testing.assert_array_equal(region, region_of(behind, case) & (case.labels() > 0))


def test_no_name_of_a_file_or_in_a_file_tells_what_is_behind(written):
    for path in written.rglob("*"):
        assert "surgeon" not in path.name
        assert "bone_" not in path.name
        if path.suffix == ".json":
            text = path.read_text().replace(find_scale("global-rating").model_dump_json(indent=1)[1:-1], "")
            assert "surgeon_" not in text
            assert "bone_1" not in text
    assert not list(written.rglob("*key*"))


def test_the_record_names_the_files_that_were_shown(written):
    opened = StudyFolder.open(written)
    presentation = opened.study.plan_of("ada").presentations[0]
    content = (written / "results" / f"{presentation.tiles[0]}.nii.gz").read_bytes()
    assert opened.data_hash(presentation) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("key", ["study", "study/key", "study/../study/a/b"])
def test_the_key_lies_apart(plan, small_dataset, tmp_path, key):
    with pytest.raises(InputError, match="lie apart"):
        next(write_study(plan, small_dataset, region_of, tmp_path / "study", tmp_path / key))
    assert not (tmp_path / "study").exists()


def test_neither_a_study_nor_a_key_is_written_over(written, plan, small_dataset, tmp_path):
    with pytest.raises(InputError, match="new or empty folder"):
        next(write_study(plan, small_dataset, region_of, written, tmp_path / "other"))
    with pytest.raises(InputError, match="key of another study"):
        next(write_study(plan, small_dataset, region_of, tmp_path / "second", tmp_path / "key"))


def test_a_study_that_was_not_finished_is_none(plan, small_dataset, tmp_path):
    work = write_study(plan, small_dataset, region_of, tmp_path / "study", tmp_path / "key")
    next(work)
    work.close()
    with pytest.raises(InputError, match=r"no study\.json"):
        StudyFolder.open(tmp_path / "study")


def test_wrong_regions_keys_and_files_are_told(written, plan, small_dataset, tmp_path):
    with pytest.raises(InputError, match="Expected a region"):
        list(write_study(plan, small_dataset, lambda *_: np.zeros((2, 2, 2), bool), tmp_path / "s", tmp_path / "k"))
    opened = StudyFolder.open(written)
    with pytest.raises(InputError, match="no result"):
        opened.region("../R-01", opened.bones.case("B-01"))
    (tmp_path / "key" / KEY_FILE).write_text("{}")
    with pytest.raises(InputError, match="study_id"):
        read_key(tmp_path / "key" / KEY_FILE, opened.study)
    (written / "study.json").write_text("[]")
    with pytest.raises(InputError, match=r"study\.json"):
        StudyFolder.open(written)
