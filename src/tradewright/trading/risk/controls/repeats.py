"""Controls of repeats: the same order id, the same order twice."""

from dataclasses import dataclass
from typing import ClassVar

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.sent import SentOrder
from tradewright.trading.risk.verdict import Finding, stated


@dataclass(frozen=True, slots=True)
class SameId:
    """A client order id is used once; only a proven absence lets a further attempt pass."""

    name: ClassVar[str] = "order_id"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False

    def lets_pass(self, case: Case) -> bool:
        """Whether the id was seen before where it had to be, and only there."""
        return case.request.is_change or _is_known(case) is (case.request.attempt > 1)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        own, attempt = case.request.client_order_id, case.request.attempt
        if case.request.is_change:
            return stated(
                self.name, "change", limit="working", is_good=True, reason=f"order {own} works and changes", remedy=""
            )
        is_known = _is_known(case)
        return stated(
            self.name,
            "known" if is_known else "new",
            limit="known" if attempt > 1 else "new",
            is_good=self.lets_pass(case),
            reason=f"order {own} was {'sent before' if is_known else 'never sent'} and this is attempt {attempt}",
            remedy="make a new id for a new order; send one again only after its absence was proven",
        )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same order of the same strategy within a window is a double click or a loop."""

    name: ClassVar[str] = "duplicate"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    window_ms: int

    def lets_pass(self, case: Case) -> bool:
        """Whether there is none."""
        return self._twin(case) is None

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        twin = self._twin(case)
        return stated(
            self.name,
            "none" if twin is None else twin.client_order_id,
            limit=f"none in {self.window_ms} ms",
            is_good=twin is None,
            reason="no order of late is the same" if twin is None else f"order {twin.client_order_id} is the same",
            remedy="if it is meant, send it after the window",
        )

    def _twin(self, case: Case) -> SentOrder | None:
        """The same strategy, instrument, side, quantity and prices."""
        since = case.now_ns - self.window_ms * 1_000_000
        return case.book.sent.twin(case.request.order, of=case.request.client_order_id, after_ns=since)


def _is_known(case: Case) -> bool:
    own = case.request.client_order_id
    return case.book.sent.knows(own) or own in case.book.memo.known
