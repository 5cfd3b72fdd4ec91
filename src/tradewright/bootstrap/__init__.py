"""The one place where concrete things meet: settings become a wired application, terms a running trading session."""

from tradewright.bootstrap.app import DEFAULT_VENUE, SETTINGS_FILE, STATE_FOLDER, App, Progress, find_project, open_app
from tradewright.bootstrap.engines import ENGINE_ROOMS, engine_version
from tradewright.bootstrap.routes import ROUTES, routes

__all__ = [
    "DEFAULT_VENUE",
    "ENGINE_ROOMS",
    "ROUTES",
    "SETTINGS_FILE",
    "STATE_FOLDER",
    "App",
    "Progress",
    "engine_version",
    "find_project",
    "open_app",
    "routes",
]
