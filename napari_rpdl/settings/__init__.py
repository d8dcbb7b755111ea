"""Every parameter a person can set, written once.

From a field come the command-line flag, the form field with its tooltip, and the
line in the saved file. Models are frozen and refuse unknown names, so that a typo in
a settings file is an error, not a silent default.
"""

from napari_rpdl.settings.base import LENGTH, Settings, explain
from napari_rpdl.settings.data import PhantomSettings, RecordingSettings
from napari_rpdl.settings.decision import RULES_OF_OWN_THRESHOLD, DecisionSettings
from napari_rpdl.settings.deformation import DeformationSettings
from napari_rpdl.settings.drilling import DrillingSettings
from napari_rpdl.settings.effect import check_effect, idle_fields, without_idle
from napari_rpdl.settings.figure import (
    BoneFigureSettings,
    ComparisonFigureSettings,
    FigureSettings,
    RPMapFigureSettings,
    SurgeonsFigureSettings,
    View,
)
from napari_rpdl.settings.loss import LossName, LossSettings
from napari_rpdl.settings.network import NetworkName, NetworkSettings
from napari_rpdl.settings.optimisation import ComputationSettings, OptimisationSettings
from napari_rpdl.settings.prediction import AskingSettings, PredictionSettings
from napari_rpdl.settings.presets import PRESETS, PresetName, followed, preset_for, preset_named
from napari_rpdl.settings.rpmap import RPMAP_VARIANTS, RPMapSettings
from napari_rpdl.settings.saved import SavedSettings, load_training_settings, save_training_settings
from napari_rpdl.settings.training import DEMO, TrainingSettings

__all__ = [
    "DEMO",
    "LENGTH",
    "PRESETS",
    "RPMAP_VARIANTS",
    "RULES_OF_OWN_THRESHOLD",
    "AskingSettings",
    "BoneFigureSettings",
    "ComparisonFigureSettings",
    "ComputationSettings",
    "DecisionSettings",
    "DeformationSettings",
    "DrillingSettings",
    "FigureSettings",
    "LossName",
    "LossSettings",
    "NetworkName",
    "NetworkSettings",
    "OptimisationSettings",
    "PhantomSettings",
    "PredictionSettings",
    "PresetName",
    "RPMapFigureSettings",
    "RPMapSettings",
    "RecordingSettings",
    "SavedSettings",
    "Settings",
    "SurgeonsFigureSettings",
    "TrainingSettings",
    "View",
    "check_effect",
    "explain",
    "followed",
    "idle_fields",
    "load_training_settings",
    "preset_for",
    "preset_named",
    "save_training_settings",
    "without_idle",
]
