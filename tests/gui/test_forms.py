"""Every settings model becomes a form and comes back unchanged."""

from typing import Any

import pytest
from magicgui.widgets import CheckBox, ComboBox, LineEdit, SpinBox
from pydantic import Field

from napari_rpdl.errors import InputError
from napari_rpdl.gui.forms import SettingsForm, make_control, words
from napari_rpdl.settings import (
    RPMAP_VARIANTS,
    DrillingSettings,
    NetworkSettings,
    PhantomSettings,
    PredictionSettings,
    RecordingSettings,
    RPMapSettings,
    Settings,
    TrainingSettings,
)

MODELS = [PhantomSettings, RecordingSettings, RPMapSettings, NetworkSettings, TrainingSettings, PredictionSettings]


@pytest.fixture
def form_of(qtbot):
    """Make forms that Qt takes back at the end."""

    def make(model: type[Settings], basic: tuple[str, ...] = ()) -> SettingsForm[Any]:
        form: SettingsForm[Any] = SettingsForm(model, basic)
        qtbot.addWidget(form)
        return form

    return make


def type_into(control: LineEdit, text: str) -> None:
    """Type a text and press Enter."""
    control.native.setText(text)
    control.native.editingFinished.emit()


@pytest.mark.parametrize("model", MODELS)
def test_an_untouched_form_gives_the_defaults(form_of, model: type[Settings]) -> None:
    assert form_of(model).settings() == model()


@pytest.mark.parametrize("model", MODELS)
def test_every_control_explains_itself(form_of, model: type[Settings]) -> None:
    form = form_of(model)
    for name, info in model.model_fields.items():
        if not (isinstance(info.annotation, type) and issubclass(info.annotation, Settings)):
            assert form.control(name).native.toolTip() == info.description
            assert form.control(name).label == words(name)


def test_what_is_shown_is_what_comes_back_without_a_signal(form_of, qtbot) -> None:
    wanted = TrainingSettings(
        loss="wcel",
        learning_rate=3e-6,
        epochs=77_777,
        rpmap=RPMAP_VARIANTS["published-code-bones"],
        network=NetworkSettings(channels=(8, 24), dropout=0.3, encoding="ordinal"),
        seed=2**32 - 1,
    )
    form = form_of(TrainingSettings, ("loss", "epochs"))
    with qtbot.assertNotEmitted(form.changed):
        form.show_settings(wanted)
    assert form.settings() == wanted


def test_a_person_s_edit_is_told_once_even_in_a_nested_group(form_of, qtbot) -> None:
    form = form_of(TrainingSettings)
    penalty = form.group("rpmap").control("penalty")
    with qtbot.waitSignal(form.changed, timeout=1000):
        type_into(penalty, "2.5")
    assert form.settings().rpmap.penalty == 2.5
    with qtbot.assertNotEmitted(form.changed):
        penalty.native.editingFinished.emit()


def test_controls_fit_their_fields(form_of) -> None:
    form = form_of(TrainingSettings)
    epochs, loss = form.control("epochs"), form.control("loss")
    assert isinstance(epochs, SpinBox)
    assert (epochs.min, epochs.max) == (1, 100_000)
    assert isinstance(loss, ComboBox)
    assert set(loss.choices) >= {"rpdl", "dice", "wcel"}


@pytest.mark.parametrize("text", ["0.00001", "1e-5", " 0.00001 "])
def test_small_numbers_are_neither_rounded_nor_hidden(form_of, text: str) -> None:
    form = form_of(TrainingSettings)
    type_into(form.control("learning_rate"), text)
    assert form.settings().learning_rate == 0.00001
    form.show_settings(form.settings())
    assert float(form.control("learning_rate").value) == 0.00001


@pytest.mark.parametrize(("field", "text"), [("channels", "16, many"), ("dropout", "1.5"), ("dropout", "")])
def test_what_is_wrong_is_marked_refused_in_words_and_not_told(form_of, qtbot, field: str, text: str) -> None:
    form = form_of(NetworkSettings)
    control = form.control(field)
    with qtbot.assertNotEmitted(form.changed):
        type_into(control, text)
    assert "border" in control.native.styleSheet()
    assert control.native.toolTip() != NetworkSettings.model_fields[field].description
    with pytest.raises(InputError, match=field):
        form.settings()
    form.show_settings(NetworkSettings())
    assert "border" not in control.native.styleSheet()


def test_a_setting_that_someone_adds_needs_no_line_of_form(form_of) -> None:
    class NewSettings(Settings):
        """Something new."""

        weight: float = Field(0.25, gt=0, lt=1)
        """How heavy."""
        shiny: bool = True
        """Whether it shines."""
        owner: str = ""
        """Whose it is."""
        limit: float | None = None
        """How much at most."""
        steps: tuple[float, ...] = (0.5, 1e-7)
        """Which steps."""

    form = form_of(NewSettings)
    assert form.settings() == NewSettings()
    assert isinstance(form.control("shiny"), CheckBox)
    form.control("shiny").value = False
    form.control("owner").value = "anna"
    form.control("limit").value = "3"
    form.control("steps").value = "1, 2e-9"
    assert form.settings() == NewSettings(shiny=False, owner="anna", limit=3.0, steps=(1.0, 2e-9))


def test_open_bounds_exclude_their_ends(qtbot) -> None:
    class Open(Settings):
        """Open bounds."""

        count: int = Field(3, gt=1, lt=9)
        """How many."""

    control = make_control("count", Open.model_fields["count"])
    assert (control.min, control.max) == (2, 8)


@pytest.mark.parametrize(
    ("name", "label"), [("width_mm", "Width (mm)"), ("idle_s", "Idle (s)"), ("rpmap", "RPMap"), ("epochs", "Epochs")]
)
def test_a_label_says_the_unit_that_the_name_says(name: str, label: str) -> None:
    assert words(name) == label


def test_a_length_of_the_bone_is_labelled_with_the_unit_of_the_bone(form_of) -> None:
    form = form_of(DrillingSettings, ("diameter",))
    seen = []
    for unit in ("mm", "voxels", ""):
        form.show_unit(unit)
        seen.append([form.control(name).label for name in ("diameter", "margin", "idle_s")])
    assert seen == [
        ["Diameter (mm)", "Margin (mm)", "Idle (s)"],
        ["Diameter (voxels)", "Margin (voxels)", "Idle (s)"],
        ["Diameter", "Margin", "Idle (s)"],
    ]


def test_fields_that_count_for_nothing_are_grey_and_say_why(form_of) -> None:
    form = form_of(TrainingSettings)
    penalty, grid = form.group("rpmap").control("penalty"), form.control("grid")
    form.show_idle({"rpmap.penalty": "Counts only with rpdl.", "grid": "Not now."})
    assert (penalty.enabled, grid.enabled) == (False, False)
    assert form.control("epochs").enabled
    assert form.group("rpmap").control("normalisation").enabled
    assert penalty.tooltip.endswith("the paper uses 1. Counts only with rpdl.")
    form.show_settings(TrainingSettings())
    assert grid.tooltip.endswith("Not now."), "still"
    form.show_idle({})
    assert (penalty.enabled, grid.enabled) == (True, True)
    assert penalty.tooltip.endswith("the paper uses 1.")
