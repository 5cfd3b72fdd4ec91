"""The parts of a running platform as a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tradewright.interfaces.terminal.output import DASH, moment
from tradewright.interfaces.terminal.tables import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tradewright.application.health.views import ComponentView

STYLES = {"ok": "green", "failed": "bold red", "silent": "yellow"}


def parts_table(parts: "Sequence[ComponentView]") -> "RenderableType":
    """One line a part, what failed first."""
    ranked = sorted(parts, key=lambda one: (one.state == "ok", not one.is_critical, one.name))
    rows = (
        (one.name, Text(one.state, style=STYLES[one.state]), moment(one.since_ns), _share(one.uptime), Text(one.story))
        for one in ranked
    )
    return table(("|Part", "State", "Since (UTC)", "Uptime", "Found"), rows)


def _share(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.2f}%"
