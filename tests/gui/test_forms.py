"""Every settings model becomes a form and comes back unchanged."""

import pytest
from pydantic import Field
from qtpy.QtWidgets import QLineEdit

from napari_rpdl.errors import InputError
from napari_rpdl.gui.controls import Choice, Number, WholeNumber
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.settings import (
    RPMAP_VARIANTS,
    NetworkSettings,
    PhantomSettings,
    PredictionSettings,
    RecordingSettings,
    RPMapSettings,
    Settings,
    TrainingSettings,
)

MODELS = [PhantomSettings, RecordingSettings, RPMapSettings, NetworkSettings, TrainingSettings, PredictionSettings]


@pytest.mark.parametrize("model", MODELS)
def test_an_untouched_form_gives_the_defaults(qtbot, model: type[Settings]) -> None:
    form = SettingsForm(model)
    qtbot.addWidget(form)
    assert form.settings() == model()


@pytest.mark.parametrize("model", MODELS)
def test_every_control_explains_itself(qtbot, model: type[Settings]) -> None:
    form = SettingsForm(model)
    qtbot.addWidget(form)
    for name, info in model.model_fields.items():
        control = form.control(name)
        if not isinstance(control, SettingsForm):
            assert control.toolTip() == info.description


def test_what_is_shown_is_what_comes_back_without_a_signal(qtbot) -> None:
    wanted = TrainingSettings(
        loss="wcel",
        learning_rate=3e-6,
        epochs=77_777,
        rpmap=RPMAP_VARIANTS["published-code-bones"],
        network=NetworkSettings(channels=(8, 24), dropout=0.3, encoding="ordinal"),
        seed=2**31 - 1,
    )
    form = SettingsForm(TrainingSettings, ("loss", "epochs"))
    qtbot.addWidget(form)
    with qtbot.assertNotEmitted(form.changed):
        form.show_settings(wanted)
    assert form.settings() == wanted


def test_a_person_s_edit_is_told_even_in_a_nested_group(qtbot) -> None:
    form = SettingsForm(TrainingSettings)
    qtbot.addWidget(form)
    rpmap = form.control("rpmap")
    assert isinstance(rpmap, SettingsForm)
    with qtbot.waitSignal(form.changed, timeout=1000):
        rpmap.control("penalty").setValue(2.5)
    assert form.settings().rpmap.penalty == 2.5


def test_controls_fit_their_fields_and_refuse_what_is_out_of_bounds(qtbot) -> None:
    form = SettingsForm(TrainingSettings)
    qtbot.addWidget(form)
    epochs, rate, loss = form.control("epochs"), form.control("learning_rate"), form.control("loss")
    assert isinstance(epochs, WholeNumber)
    assert (epochs.minimum(), epochs.maximum()) == (1, 100_000)
    assert isinstance(rate, Number)
    rate.setValue(0)
    assert rate.value() > 0
    assert rate.maximum() == 1
    assert isinstance(loss, Choice)
    assert [loss.itemData(row) for row in range(loss.count())] == ["rpdl", "dice", "wcel"]


def test_small_numbers_are_neither_rounded_nor_hidden(qtbot) -> None:
    number = Number(0, 1)
    qtbot.addWidget(number)
    number.setValue(0.00001)
    assert number.value() == 0.00001
    assert float(number.text().replace(",", ".")) == 0.00001


def test_a_wrong_list_is_refused_in_words(qtbot) -> None:
    form = SettingsForm(NetworkSettings)
    qtbot.addWidget(form)
    channels = form.control("channels")
    assert isinstance(channels, QLineEdit)
    channels.setText("16, many")
    with pytest.raises(InputError, match="channels"):
        form.settings()


def test_a_setting_that_someone_adds_needs_no_line_of_form(qtbot) -> None:
    class NewSettings(Settings):
        """Something new."""

        weight: float = Field(0.25, gt=0, lt=1)
        """How heavy."""
        shiny: bool = True
        """Whether it shines."""

    form = SettingsForm(NewSettings)
    qtbot.addWidget(form)
    form.control("shiny").choose(False)
    assert form.settings() == NewSettings(weight=0.25, shiny=False)
