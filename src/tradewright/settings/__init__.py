"""Settings: what a project decides once. Defaults, then the file, then the environment, then flags."""

from tradewright.settings.loading import FILE_NAME, Inspection, Setting, inspect, load, whereabouts
from tradewright.settings.problems import Problem, SettingsError
from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Settings

__all__ = [
    "FILE_NAME",
    "Inspection",
    "Problem",
    "Secret",
    "Setting",
    "Settings",
    "SettingsError",
    "inspect",
    "load",
    "whereabouts",
]
