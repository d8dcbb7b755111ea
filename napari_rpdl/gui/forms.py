"""Settings model → form (magicgui) → settings model.

Label, tooltip, bounds and choices come from the field, so a new setting needs no line
here. Nested models become groups; fields that few people change lie under "Advanced".
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args, get_origin

import annotated_types
from magicgui.widgets import CheckBox, ComboBox, Container, LineEdit, SpinBox
from magicgui.widgets.bases import ValueWidget
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_rpdl.errors import InputError
from napari_rpdl.gui.controls import INT_MAX, Section, guard_wheel
from napari_rpdl.settings import LENGTH, Settings, explain

Model = TypeVar("Model", bound=Settings)
Control: TypeAlias = ValueWidget[Any]

_WRONG = "border: 1px solid #ff6b6b;"


class SettingsForm(QWidget, Generic[Model]):
    """A form for one settings model; ``changed`` says that a person edited it to something valid.

    Args:
        model: the settings class.
        basic: names of the fields shown at once, in this order; the others fold away. All when empty.
        without: names of fields that have controls elsewhere; ``settings`` gives them their defaults.
    """

    changed = Signal()

    def __init__(
        self,
        model: type[Model],
        basic: Collection[str] = (),
        parent: QWidget | None = None,
        without: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._controls: dict[str, Control] = {}
        self._groups: dict[str, SettingsForm[Any]] = {}
        self._idle: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        fields = [name for name in model.model_fields if name not in without]
        first = [*basic] or fields
        column.addWidget(self._rows(first))
        if rest := [name for name in fields if name not in first]:
            column.addWidget(Section("Advanced", self._rows(rest)))
        self._last = self._values()

    def settings(self) -> Model:
        """Return what the form says; an InputError names the field that is wrong."""
        try:
            return self._model.model_validate(self._values())
        except ValidationError as error:
            raise InputError(explain(error, "Settings")) from error

    def show_settings(self, settings: Model) -> None:
        """Put values into the form without telling that a person changed it."""
        self.blockSignals(True)
        for name, control in self._controls.items():
            _write(control, getattr(settings, name))
        for name, group in self._groups.items():
            group.show_settings(getattr(settings, name))
        self._last = self._values()
        self._mark({})
        self.blockSignals(False)

    def show_idle(self, reasons: Mapping[str, str]) -> None:
        """Grey out the fields that count for nothing now, with the reason in the tooltip; "group.field" in a group."""
        self._idle = {name: reason for name, reason in reasons.items() if name in self._controls}
        for name, control in self._controls.items():
            control.enabled = name not in self._idle
        self._mark({})
        for name, group in self._groups.items():
            inner = f"{name}."
            group.show_idle({n.removeprefix(inner): why for n, why in reasons.items() if n.startswith(inner)})

    def show_unit(self, unit: str) -> None:
        """Name the unit of lengths whose unit depends on the bone; none before there is one."""
        for name, control in self._controls.items():
            if LENGTH in self._model.model_fields[name].metadata:
                control.label = f"{words(name)} ({unit})" if unit else words(name)

    def control(self, name: str) -> Control:
        """Return the control of a field."""
        return self._controls[name]

    def group(self, name: str) -> "SettingsForm[Any]":
        """Return the form of a nested model."""
        return self._groups[name]

    # -- building ---------------------------------------------------------------------

    def _rows(self, names: Collection[str]) -> QWidget:
        fields = {name: self._model.model_fields[name] for name in names}
        plain = {name: info for name, info in fields.items() if _nested(info) is None}
        self._controls |= {name: self._control(name, info) for name, info in plain.items()}
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        container = Container(widgets=[self._controls[name] for name in plain], labels=True)
        container.margins = (0, 0, 0, 0)
        rows.addWidget(container.native)
        for name, info in fields.items():
            if (model := _nested(info)) is not None:
                rows.addWidget(self._group(name, info, model))
        return body

    def _control(self, name: str, info: FieldInfo) -> Control:
        control = make_control(name, info)
        guard_wheel(control.native)
        if isinstance(control, LineEdit):
            control.native.editingFinished.connect(self._tell)  # not at every letter
        else:
            control.changed.connect(self._tell)
        return control

    def _group(self, name: str, info: FieldInfo, model: type[Settings]) -> QWidget:
        group = self._groups[name] = SettingsForm(model)
        group.show_settings(info.get_default(call_default_factory=True))
        group.changed.connect(self._tell)
        section = Section(words(name), group)
        section.setToolTip(info.description or "")
        return section

    # -- telling ----------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        plain = {name: _read(control, self._model.model_fields[name]) for name, control in self._controls.items()}
        return plain | {name: group._values() for name, group in self._groups.items()}

    def _tell(self, *_: object) -> None:
        """Tell of a change, once; mark what is wrong instead of telling of it."""
        if (values := self._values()) == self._last:
            return
        self._last = values
        try:
            self._model.model_validate(values)
        except ValidationError as error:
            self._mark({str(problem["loc"][0]): problem["msg"] for problem in error.errors() if problem["loc"]})
            return
        self._mark({})
        self.changed.emit()

    def _mark(self, wrong: Mapping[str, str]) -> None:
        """Draw a red border around the controls of wrong fields, with the reason as the tooltip."""
        for name, control in self._controls.items():
            control.native.setStyleSheet(_WRONG if name in wrong else "")
            usual = self._model.model_fields[name].description or ""
            control.tooltip = wrong.get(name) or " ".join(filter(None, (usual, self._idle.get(name))))


def make_control(name: str, info: FieldInfo) -> Control:
    """Return the magicgui control of a field, showing its default.

    Real numbers are typed as text: a spin box of fixed decimals would round small ones
    such as 0.00001. Lists are typed with commas.
    """
    shown = {"name": name, "label": words(name), "tooltip": info.description or ""}
    control: Control
    if get_origin(info.annotation) is Literal:
        control = ComboBox(choices=get_args(info.annotation), **shown)
    elif info.annotation is bool:
        control = CheckBox(text="", **shown)
    elif info.annotation is int:
        low, high = bounds(info)
        control = SpinBox(min=low, max=high, value=low, **shown)
        control.native.setKeyboardTracking(False)
    else:
        control = LineEdit(**shown)
    _write(control, info.get_default(call_default_factory=True))
    return control


def words(name: str) -> str:
    """Return a field's name as a person would write it, with its unit in brackets."""
    name = re.sub("_(mm|s)$", r" (\1)", name)
    return name.replace("_", " ").replace("rpmap", "RPMap").capitalize().replace("Rpmap", "RPMap")


def bounds(info: FieldInfo) -> tuple[int, int]:
    """Return the smallest and largest whole number that a field's constraints allow."""
    low, high = -INT_MAX, INT_MAX
    for constraint in info.metadata:
        match constraint:
            case annotated_types.Ge(ge=int(value)):
                low = value
            case annotated_types.Gt(gt=int(value)):
                low = value + 1
            case annotated_types.Le(le=int(value)):
                high = value
            case annotated_types.Lt(lt=int(value)):
                high = value - 1
    return low, high


def _nested(info: FieldInfo) -> type[Settings] | None:
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None


def _read(control: Control, info: FieldInfo) -> Any:
    """Return a control's value; pydantic turns text into numbers and says what is wrong with it."""
    if get_origin(info.annotation) is tuple:
        return tuple(part.strip() for part in control.value.split(",") if part.strip())
    if not isinstance(control, LineEdit):
        return control.value
    text = control.value.strip()
    return None if not text and type(None) in get_args(info.annotation) else text


def _write(control: Control, value: Any) -> None:
    if not isinstance(control, LineEdit):
        control.value = value
    elif isinstance(value, tuple):
        control.value = ", ".join(str(part) for part in value)
    else:
        control.value = "" if value is None else str(value)
