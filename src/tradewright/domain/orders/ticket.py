"""A ticket is risk's approval of one send of one order: no adapter takes an order without it.

This file decides what an approval is bound to. Only the gate (`trading/risk/gate.py`) mints tickets; a test in
`tests/architecture` reads the whole package for anybody else who would.
"""

from dataclasses import dataclass

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One approval: for exactly this order, these limits, this engine, this attempt.

    >>> Ticket.__match_args__
    ()
    >>> [name for name in Ticket.__slots__ if name.startswith("limits")]
    ['limits_version']
    """

    client_order_id: ClientOrderId
    request: OrderRequest
    limits_version: int
    """The limits that it was measured by."""
    epoch: int
    """The engine's turn at the account; a ticket of an engine that was replaced is void."""
    attempt: int
    """Which send of the order it is good for, from 1."""
    minted_ns: int
    """When the gate approved, nanoseconds UTC."""

    def admits(self, client_order_id: ClientOrderId, request: OrderRequest, *, epoch: int, attempt: int) -> bool:
        """True for the order, the engine and the attempt that the gate approved, and for nothing else."""
        ours = (self.client_order_id, self.request, self.epoch, self.attempt)
        return ours == (client_order_id, request, epoch, attempt)
