"""A tally counts what happened in a session, from its facts: fills, refusals, what bound sizes, incidents."""

from collections import Counter
from dataclasses import dataclass, field

from tradewright.application.trading.views import SessionCounts
from tradewright.engine.session import facts

KEPT = 200
"""Refused orders whose reasons are remembered."""


@dataclass(slots=True)
class Tally:
    """Add every fact once."""

    slices: int = 0
    orders: int = 0
    fills: int = 0
    rejected: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    bounds: Counter[str] = field(default_factory=Counter)
    incidents: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    """Why the last orders were refused, by client order id."""

    def add(self, fact: object) -> None:
        """Count it; a fact of no interest counts nothing."""
        match fact:
            case facts.SliceClosed():
                self.slices += 1
            case facts.OrderIntended(attempt=1):
                self.orders += 1
                self.bounds.update([fact.bound] if fact.bound else [])
            case facts.OrderRefused():
                self.refusals.update(one.control for one in fact.by)
                self._remember(fact)
            case facts.OrderFilled():
                self.fills += 1
            case facts.FillBusted():
                self.fills -= 1
            case facts.OrderRejected():
                self.rejected += 1
            case facts.IncidentRaised():
                self.incidents[fact.code] += 1

    def counts(self) -> SessionCounts:
        """As doors show it, the most frequent first."""
        return SessionCounts(
            slices=self.slices,
            orders=self.orders,
            fills=self.fills,
            refusals=dict(self.refusals.most_common()),
            bounds=dict(self.bounds.most_common()),
            rejected=self.rejected,
            incidents=dict(self.incidents.most_common()),
        )

    def _remember(self, fact: facts.OrderRefused) -> None:
        told = (f"{one.control}: {one.reason} ({one.remedy})" for one in fact.by)
        self.reasons[fact.client_order_id] = "; ".join(told)
        for name in list(self.reasons)[:-KEPT]:
            del self.reasons[name]
