import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.phantom import generate, phantom_case
from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed, Said
from napari_rpdl.settings import PhantomSettings

SMALL = PhantomSettings(bones=2, surgeons=2, grid=24)


def content(path: Path) -> bytes:
    """The bytes of a file; of the uncompressed stream where another zlib may pack it otherwise."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def files_of(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def same(one, other) -> bool:
    masks = zip(one.masks(*other.surgeons), other.masks(), strict=True)
    return np.array_equal(one.labels(), other.labels()) and all(np.array_equal(a, b) for a, b in masks)


def test_the_sample_data_come_out_again_byte_for_byte(sample_folder, made_anew):
    assert files_of(sample_folder) == files_of(made_anew)
    for path in files_of(made_anew):
        assert content(sample_folder / path) == content(made_anew / path), path


def test_the_sample_data_are_small_named_and_free(sample_folder):
    assert sum((sample_folder / path).stat().st_size for path in files_of(sample_folder)) < 5_000_000
    dataset = Dataset.open(sample_folder)
    assert dataset.case_ids == tuple(f"bone_{k}" for k in range(1, 10))
    assert dataset.surgeons == tuple(f"surgeon_{k}" for k in range(1, 8))
    assert dataset.licence.startswith("MIT; synthetic")
    assert dataset.name == "phantom (synthetic)"


def test_a_case_is_what_the_dataset_holds(sample_folder):
    assert same(phantom_case(PhantomSettings(), 0), Dataset.open(sample_folder).case("bone_1"))


def test_more_bones_and_surgeons_leave_the_earlier_ones_as_they_are():
    few, many = SMALL, PhantomSettings(bones=5, surgeons=4, grid=24)
    assert same(phantom_case(many, 1), phantom_case(few, 1))


def test_another_seed_is_another_bone():
    other = PhantomSettings(bones=2, surgeons=2, grid=24, seed=1)
    assert not same(phantom_case(SMALL, 0), phantom_case(other, 0))


def test_another_grid_samples_the_same_bone_and_surgery():
    coarse = phantom_case(PhantomSettings(surgeons=1), 2)
    fine = phantom_case(PhantomSettings(surgeons=1, grid=96), 2)
    for code, agreement in ((0, 0.97), (7, 0.92), (12, 0.9)):
        assert overlap(coarse.labels() == code, fine.labels() == code) > agreement
    assert overlap(coarse.masks()[0], fine.masks()[0]) > 0.92
    np.testing.assert_allclose(np.multiply(coarse.grid.spacing_mm, 64), np.multiply(fine.grid.spacing_mm, 96))


def overlap(coarse, fine) -> float:
    """Dice of a 64³ and a 96³ mask, both cut into 192³ pieces."""
    one, other = np.kron(coarse, np.ones((3, 3, 3), bool)), np.kron(fine, np.ones((2, 2, 2), bool))
    return 2 * (one & other).sum() / (one.sum() + other.sum())


def test_generating_reports_every_bone_and_notes_the_settings(tmp_path):
    events = list(generate(SMALL, tmp_path / "out"))
    assert [event.done for event in events if isinstance(event, Progressed)] == [0, 1, 2]
    assert isinstance(events[-1], Said)
    assert "phantom (synthetic)" in events[-1].text
    notes = json.loads((tmp_path / "out" / "phantom.json").read_text())
    assert notes["settings"] == SMALL.model_dump()
    assert len(Dataset.open(tmp_path / "out")) == 2


def test_stopping_leaves_no_half_dataset_and_starting_over_works(tmp_path):
    out = tmp_path / "out"
    events = generate(SMALL, out)
    next(events), next(events)
    events.close()
    with pytest.raises(InputError, match="not finished"):
        Dataset.open(out)
    list(generate(SMALL, out))
    assert len(Dataset.open(out)) == 2


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(InputError, match=r"mine\.txt"):
        next(generate(SMALL, tmp_path))
