"""The route of the platform's status. Whether the process lives, and its metrics, are in `health_routes.py`."""

from typing import Final

from tradewright.application.health.messages import PlatformStatus
from tradewright.application.health.views import PlatformView
from tradewright.interfaces.api.asks import Ask

GROUP: Final = "all"
"""Answered by every service."""

ASKS: Final = (
    Ask(
        method="GET", path="/status", same=("/status",), message=PlatformStatus, answer=PlatformView, group=GROUP,
        summary="Show how the platform is: its parts, the queue, sessions, data, the machine",
    ),
)  # fmt: skip
