"""How handlers of health get what they need, each made when it is first asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App


def providers(app: "App") -> dict[str, Callable[[], object]]:
    """By the names that handlers ask for."""
    return {"sight": lambda: app.health.sight, "noted": lambda: lambda: load("tradewright.bootstrap.health").noted(app)}
