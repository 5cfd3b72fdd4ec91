"""Routes of orders."""

from typing import Final

from tradewright.application.trading.messages import SubmitOrder
from tradewright.application.trading.views import Done
from tradewright.interfaces.api.asks import Ask

ASKS: Final = (
    Ask(method="POST", path="/orders", message=SubmitOrder, answer=Done, group="trader", status=201, needs_key=True),
)
