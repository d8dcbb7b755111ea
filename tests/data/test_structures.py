"""StructureTable."""

import numpy as np
import pytest
from pydantic import ValidationError

from napari_rpdl.data.structures import PUBLISHED_CM, TEMPORAL_BONE, Structure, StructureTable
from napari_rpdl.errors import InputError


@pytest.mark.parametrize("table", [TEMPORAL_BONE, PUBLISHED_CM])
def test_the_tables_have_air_and_thirteen_structures(table):
    assert table.codes == tuple(range(14))
    assert table.codes_of("air") == (0,)
    assert table.codes_of("bone") == (1,)
    assert len({s.name for s in table.structures}) == len({s.color for s in table.structures}) == 14


def test_structures_of_the_paper_are_critical():
    critical = {TEMPORAL_BONE[code].name for code in TEMPORAL_BONE.codes_of("critical")}
    assert {"incus", "facial nerve", "sigmoid sinus", "dura"} <= critical


def test_masks_unite_roles():
    labels = np.array([[0, 1, 5], [6, 12, 1]], np.uint8)
    np.testing.assert_array_equal(TEMPORAL_BONE.mask_of(labels, "bone"), [[0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(TEMPORAL_BONE.mask_of(labels, "critical", "landmark"), [[0, 0, 1], [1, 1, 0]])
    assert not TEMPORAL_BONE.mask_of(labels).any()


def test_unknown_codes_are_named():
    with pytest.raises(InputError, match="Code 14"):
        TEMPORAL_BONE[14]
    with pytest.raises(InputError, match=r"The bone holds codes \[14, 200\]"):
        TEMPORAL_BONE.check(np.array([0, 200, 14, 3], np.uint8), "The bone")
    TEMPORAL_BONE.check(np.arange(14, dtype=np.uint8), "The bone")


def test_a_code_may_occur_once():
    bone = Structure(code=1, name="bone", color="#ffffff", role="bone")
    with pytest.raises(ValidationError, match="every structure code once"):
        StructureTable(structures=(bone, bone))


@pytest.mark.parametrize(
    "wrong", [{"code": -1}, {"code": 256}, {"name": ""}, {"color": "white"}, {"role": "tooth"}, {"size": 1}]
)
def test_wrong_fields_are_refused(wrong):
    with pytest.raises(ValidationError):
        Structure.model_validate({"code": 1, "name": "bone", "color": "#ffffff", "role": "bone"} | wrong)


def test_a_table_travels_as_json():
    assert StructureTable.model_validate_json(TEMPORAL_BONE.model_dump_json()) == TEMPORAL_BONE


def test_structures_that_changed_codes_are_named_and_new_names_are_no_change():
    first, second, *rest = TEMPORAL_BONE.structures
    swapped = (first.model_copy(update={"name": second.name.upper()}), second.model_copy(update={"name": first.name}))
    assert StructureTable(structures=(*swapped, *rest)).moved(TEMPORAL_BONE) == (second.name.upper(), first.name)
    renamed = first.model_copy(update={"name": "Luft"})
    assert StructureTable(structures=(renamed, second, *rest)).moved(TEMPORAL_BONE) == ()
    assert StructureTable(structures=(second,)).moved(TEMPORAL_BONE) == ()
