"""Settings model → form → settings model.

Label, tooltip, bounds and choices come from the field, so a new setting needs no line
here. Nested models become groups; fields that few people change lie under "Advanced".
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from napari_rpdl.errors import InputError
from napari_rpdl.gui.controls import INT_MAX, Choice, Number, Section, WholeNumber, tighten
from napari_rpdl.settings import Settings, explain

Model = TypeVar("Model", bound=Settings)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The closed interval that a number must lie in."""

    low: float
    high: float


class SettingsForm(QWidget, Generic[Model]):
    """A form for one settings model; ``changed`` says that a person edited it.

    Args:
        model: the settings class.
        basic: names of the fields shown at once, in this order; the others fold away. All when empty.
    """

    changed = Signal()

    def __init__(self, model: type[Model], basic: Collection[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._controls: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        first = [*basic] or [*model.model_fields]
        column.addWidget(self._rows(first))
        if rest := [name for name in model.model_fields if name not in first]:
            column.addWidget(Section("Advanced", self._rows(rest)))

    def settings(self) -> Model:
        """Return what the form says; an InputError names the field that is wrong."""
        try:
            return self._model(**{name: _read(control) for name, control in self._controls.items()})
        except ValidationError as error:
            raise InputError(explain(error, "Settings")) from error

    def show_settings(self, settings: Model) -> None:
        """Put values into the form without telling that a person changed it."""
        self.blockSignals(True)
        for name, control in self._controls.items():
            _write(control, getattr(settings, name))
        self.blockSignals(False)

    def control(self, name: str) -> QWidget:
        """Return the control of a field."""
        return self._controls[name]

    def _rows(self, names: Collection[str]) -> QWidget:
        body = QWidget()
        rows = QFormLayout(body)
        tighten(rows)
        for name in names:
            self._add(rows, name)
        return body

    def _add(self, rows: QFormLayout, name: str) -> None:
        info = self._model.model_fields[name]
        control = self._controls[name] = _control(info)
        control.setObjectName(name)
        _changed(control).connect(self._emit)
        if isinstance(control, SettingsForm):
            rows.addRow(Section(words(name), control))
            return
        _write(control, info.get_default(call_default_factory=True))
        label = QLabel(words(name))
        for part in (label, control):
            part.setToolTip(info.description or "")
        rows.addRow(label, control)

    def _emit(self, *_: object) -> None:
        self.changed.emit()


def words(name: str) -> str:
    """Return a field's name as a person would write it."""
    return name.replace("_", " ").replace("rpmap", "RPMap").capitalize().replace("Rpmap", "RPMap")


def bounds(info: FieldInfo, whole: bool) -> Bounds:
    """Return the interval that a field's constraints allow; open ends move inwards a little."""
    step = 1.0 if whole else 1e-8
    low, high = (-float(INT_MAX), float(INT_MAX))
    for constraint in info.metadata:
        match constraint:
            case annotated_types.Ge(ge=value):
                low = float(value)  # type: ignore[arg-type]  # a protocol of comparables; ours are numbers
            case annotated_types.Gt(gt=value):
                low = float(value) + step  # type: ignore[arg-type]
            case annotated_types.Le(le=value):
                high = float(value)  # type: ignore[arg-type]
            case annotated_types.Lt(lt=value):
                high = float(value) - step  # type: ignore[arg-type]
    return Bounds(low, high)


def _control(info: FieldInfo) -> QWidget:
    kind = info.annotation
    if get_origin(kind) is Literal:
        return Choice(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return SettingsForm(kind)
    if kind is bool:
        return Choice((True, False))
    if kind is int:
        interval = bounds(info, whole=True)
        return WholeNumber(int(interval.low), int(interval.high))
    if kind is float:
        interval = bounds(info, whole=False)
        return Number(interval.low, interval.high)
    return QLineEdit()


def _changed(control: QWidget) -> Any:
    match control:
        case SettingsForm():
            return control.changed
        case Choice():
            return control.currentIndexChanged
        case QLineEdit():
            return control.editingFinished
        case _:
            return control.valueChanged


def _read(control: QWidget) -> Any:
    match control:
        case SettingsForm():
            return control.settings()
        case Choice():
            return control.currentData()
        case QLineEdit():
            return tuple(part.strip() for part in control.text().split(",") if part.strip())
        case _:
            return control.value()


def _write(control: QWidget, value: Any) -> None:
    match control:
        case SettingsForm():
            control.show_settings(value)
        case Choice():
            control.choose(value)
        case QLineEdit():
            control.setText(", ".join(str(part) for part in value))
        case _:
            control.setValue(value)
