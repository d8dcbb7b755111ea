"""The defaults follow the paper: plain Adam, plateau, no clipping; nonsense is refused."""

import pytest
from pydantic import ValidationError

from napari_rpdl.settings.optimisation import ComputationSettings, OptimisationSettings


def test_the_defaults_follow_the_paper() -> None:
    settings = OptimisationSettings()
    assert (settings.optimiser, settings.schedule, settings.weight_decay) == ("adam", "plateau", 0)
    assert (settings.warm_up, settings.clipping, settings.weight_average) == (0, 0, 0)


@pytest.mark.parametrize("wrong", [{"weight_average": 1}, {"clipping": -1}, {"warm_up": -1}, {"optimiser": "sgd"}])
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OptimisationSettings.model_validate(wrong)


def test_by_default_arithmetic_is_chosen_for_the_device_and_nothing_is_compiled() -> None:
    settings = ComputationSettings()
    assert (settings.precision, settings.compiled, settings.micro_batch) == ("auto", False, 0)
