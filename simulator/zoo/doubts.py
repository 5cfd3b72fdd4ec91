"""Mutants 1 to 9: what goes wrong when nobody can tell whether an order arrived."""

from collections.abc import Callable, Iterator
from typing import Any

from simulator.zoo.mutant import Mutant
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session import facts
from tradewright.engine.session.deciding import doubting, reports
from tradewright.engine.session.deciding.desk import Desk
from tradewright.engine.session.deciding.ordering import resend
from tradewright.ports.broker import OrderAnswer, ReportedLife, SendUnclear

Right = Callable[..., Iterator[Any]]
_DOUBT = {OrderLife.APPROVED, OrderLife.UNKNOWN}


def _in_doubt(desk: Desk, name: str) -> Any:
    tracked = desk.state.orders.get(name)
    return tracked if tracked is not None and tracked.order.life in _DOUBT else None


def _resend_on_timeout(right: Right) -> Right:
    def unclear(desk: Desk, given: SendUnclear) -> Iterator[Any]:
        yield from right(desk, given)
        tracked = _in_doubt(desk, given.client_order_id)
        if tracked is not None:
            yield from resend(desk, tracked)

    return unclear


def _timeout_is_rejected(right: Right) -> Right:
    def rang(desk: Desk, name: str) -> Iterator[Any]:
        if _in_doubt(desk, name) is not None:
            yield facts.OrderRejected(desk.now_ns, name, "no answer in time")
            return
        yield from right(desk, name)

    return rang


def _server_error_is_failure(right: Right) -> Right:
    def unclear(desk: Desk, given: SendUnclear) -> Iterator[Any]:
        if "server error" in given.reason and _in_doubt(desk, given.client_order_id) is not None:
            yield facts.OrderRejected(desk.now_ns, given.client_order_id, given.reason)
            return
        yield from right(desk, given)

    return unclear


def _only_open_orders(right: Right) -> Right:
    def answered(desk: Desk, given: OrderAnswer) -> Iterator[Any]:
        is_open = given.report is not None and given.report.life is ReportedLife.WORKING
        tracked = _in_doubt(desk, given.client_order_id)
        if not is_open and tracked is not None and tracked.order.life is OrderLife.UNKNOWN:
            yield facts.OrderLost(desk.now_ns, tracked.id, "not among the open orders")
            return
        yield from right(desk, given)

    return answered


def _retry_timer_lives_on(right: Right) -> Right:
    def rang(desk: Desk, name: str) -> Iterator[Any]:
        tracked = desk.state.orders.get(name)
        if tracked is not None and tracked.order.life is OrderLife.WORKING and tracked.order.attempt == 1:
            yield from resend(desk, tracked)
            return
        yield from right(desk, name)

    return rang


def _network_error_is_lost(right: Right) -> Right:
    def unclear(desk: Desk, given: SendUnclear) -> Iterator[Any]:
        yield from right(desk, given)
        if _in_doubt(desk, given.client_order_id) is not None:
            yield facts.OrderLost(desk.now_ns, given.client_order_id, given.reason)

    return unclear


def _absent_once_is_lost(right: Right) -> Right:
    del right

    def absent(desk: Desk, tracked: Any) -> Iterator[Any]:
        yield facts.OrderLost(desk.now_ns, tracked.id, "not found")

    return absent


def _cancel_timeout_is_canceled(right: Right) -> Right:
    del right

    def again(desk: Desk, tracked: Any) -> Iterator[Any]:
        if tracked.order.pending is not None and tracked.order.life.is_at_venue:
            yield facts.OrderCanceled(desk.now_ns, tracked.id, "no answer to the cancel")

    return again


def _pending_for_ever(right: Right) -> Right:
    del right

    def nothing(desk: Desk, given: Any) -> Iterator[Any]:
        del desk, given
        return iter(())

    return nothing


MUTANTS = (
    Mutant("1", "sent again on a time-out, without asking (catalyst #317)", ((reports, "unclear"),), _resend_on_timeout,
           families=("replies",)),
    Mutant("2", "a time-out counts as rejected (nautilus)", ((doubting, "rang"),), _timeout_is_rejected,
           families=("replies",)),
    Mutant("3", "a server error counts as failed", ((reports, "unclear"),), _server_error_is_failure,
           families=("errors",)),
    Mutant("4", "only open orders are looked at after a time-out (ccxt #1880)", ((doubting, "answered"),),
           _only_open_orders, families=("replies", "events")),
    Mutant("5", "the retry timer outlives a late accept (nautilus #4215)", ((doubting, "rang"),), _retry_timer_lives_on,
           families=("replies",)),
    Mutant("6", "a network error drops the order (hummingbot #8457)", ((reports, "unclear"),), _network_error_is_lost,
           families=("replies",)),
    Mutant("7", "not found once counts as failed (hummingbot #601)", ((doubting, "_absent"),), _absent_once_is_lost,
           families=("late", "replies", "stale")),
    Mutant("8", "a cancel without an answer counts as canceled (freqtrade #3647)", ((doubting, "_again"),),
           _cancel_timeout_is_canceled, families=("requests",)),
    Mutant("9", "a pending cancel is never left (Alpaca #111)", ((reports, "cancel_rejected"), (doubting, "_again")),
           _pending_for_ever,
           families=("rejects",)),
)  # fmt: skip
