"""The gate of a backtest: what the run knows of its account, row by row, becomes the view that the gatekeeper judges.

This file decides how a run fills in that view. Orders that the limits leave less of are cut and go on; orders of which
they leave nothing are refused and go nowhere; both are facts of the run. The desk sends the orders of a row one after
the other, as fast as the limits let a desk send; what only shrinks a position passes as it does in trading.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import numpy as np

from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, ClientOrderId, StrategyId
from tradewright.domain.matching import layout
from tradewright.domain.orders.request import LEAST, OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.assumptions import Assumptions, FillRule, SizeAt
from tradewright.engine.gatekeeper import Gatekeeper, Verdict
from tradewright.engine.margin import most_leverage
from tradewright.engine.market import MarketColumns
from tradewright.engine.run import CutOrder, RefusedOrder
from tradewright.engine.runtime.known_market import FINEST, KnownMarket
from tradewright.engine.runtime.limits_in_time import LimitsInTime
from tradewright.engine.runtime.state import State
from tradewright.ports.historical import Ended, Filled, NewOrder, Report, Split
from tradewright.trading.risk.account import AccountView, book_of
from tradewright.trading.risk.book import MarketView, OpenPosition, Reservation
from tradewright.trading.risk.gate import Approved
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import Moments, SentOrders

ACCOUNT: Final = AccountId("backtest")
NEAR: Final = 1e-12
"""How far a float may be from what it means, relative: a few of its last digits."""
_KINDS: Final = (
    OrderKind.MARKET,
    OrderKind.LIMIT,
    OrderKind.STOP,
    OrderKind.STOP_LIMIT,
    OrderKind.TRAILING_STOP,
    OrderKind.MARKET_IF_TOUCHED,
    OrderKind.LIMIT_IF_TOUCHED,
)
_AUCTIONS: Final = {layout.AT_OPEN: TimeInForce.AT_OPEN, layout.AT_CLOSE: TimeInForce.AT_CLOSE}


@dataclass(slots=True)
class _Standing:
    """An order that works at the broker."""

    reservation: Reservation
    loss: Decimal
    """The protective stop that its fill attaches; 0: none."""
    is_target: bool = False


class BacktestGate:
    """Judges the orders of one run before they are sent."""

    __slots__ = (
        "_asked", "_at_close", "_equity", "_fills", "_gatekeeper", "_known", "_leverage", "_limits", "_market",
        "_pace_ns", "_passing", "_peak", "_sent", "_standing", "_state", "_stops", "_strategy", "cuts", "refusals",
    )  # fmt: skip

    def __init__(
        self,
        policy: LimitsPolicy | LimitsInTime,
        *,
        strategy: str,
        state: State,
        market: MarketColumns,
        assumptions: Assumptions,
    ) -> None:
        if assumptions.size_at is SizeAt.FILL:
            raise InputError(
                "limits need to know how much is asked for",
                expected='size_at="decision"',
                found='size_at="fill"',
                remedy="size orders at the decision, as in trading, or run without limits",
            )
        self._limits = policy if isinstance(policy, LimitsInTime) else LimitsInTime(policy)
        self._gatekeeper = Gatekeeper(self._limits.first)
        self._strategy = StrategyId(strategy)
        self._state = state
        self._market = market
        self._known = KnownMarket(market, self._limits.opens)
        most = most_leverage(assumptions)
        self._leverage = _exact(most) * (1 + Decimal(repr(NEAR)))  # all of equity may be asked for
        self._at_close = assumptions.fill is FillRule.SIGNAL_CLOSE
        self._pace_ns = self._pace()
        self._asked = (-1, 0)
        self._equity = np.full(1, float(assumptions.cash))
        self._peak = float(assumptions.cash)
        self._sent = SentOrders()
        self._fills = Moments()
        self._standing: dict[int, _Standing] = {}
        self._stops: dict[int, Decimal] = {}
        self._passing: _Standing | None = None
        self.refusals: list[RefusedOrder] = []
        self.cuts: list[CutOrder] = []

    def admit(self, order: NewOrder, *, row: int) -> NewOrder | None:
        """The order as it may be sent: whole, cut, or not at all. Nothing is asked of one that has no bar to come."""
        policy = self._limits.at(int(self._market.bars.time[row]))
        if policy is not self._gatekeeper.policy:
            self._gatekeeper = Gatekeeper(policy)
            self._pace_ns = self._pace()
        now_ns = self._moment(row)
        request = self._request(order, row, now_ns)
        if request is None:
            return order
        view = self._view(order, row, now_ns)
        verdict = self._gatekeeper.cut_and_judge(request, book_of(view), now_ns=view.now_ns)
        if not isinstance(verdict.answer, Approved):
            self._refuse(order, row, verdict)
            return None
        self._sent = self._sent.adding(verdict.answer.sent)
        self._passing = _Standing(verdict.answer.reservation, _exact(order.loss), order.role == layout.TARGET)
        if verdict.cut is None:
            return order
        return self._cut(order, row, verdict)

    def admit_in_place(self, identity: int, order: NewOrder, *, row: int) -> NewOrder | None:
        """Other terms for a working order, judged as if it were not there; refused, it stands as before."""
        standing = self._standing.pop(identity, None)
        admitted = self.admit(order, row=row)
        if admitted is None:
            if standing is not None:
                self._standing[identity] = standing
        else:
            self.took(identity)
        return admitted

    def took(self, identity: int) -> None:
        """The broker took the order that was admitted last, under its own number."""
        if self._passing is not None:
            self._standing[identity] = self._passing
            self._passing = None

    def protects(self, instrument: int, *, loss: Any) -> None:
        """Protection was set or moved: of what is held, and of targets that wait."""
        if loss <= 0:
            return
        stop = _exact(loss)
        if self._state.positions[instrument].quantity != 0:
            self._stops[instrument] = stop
        for standing in self._targets(instrument).values():
            standing.loss = stop
            standing.reservation = replace(standing.reservation, protective_stop=stop)

    def supersedes(self, instrument: int) -> None:
        """The instrument's targets that wait end, before the one in their place is judged."""
        for identity in self._targets(instrument):
            del self._standing[identity]

    def cancels(self, identity: int) -> None:
        """An order is canceled: it counts no more, though the broker has not said so yet."""
        self._standing.pop(identity, None)

    def heard(self, report: Report) -> None:
        """The broker reported something, and the books have it."""
        if isinstance(report, Filled):
            self._filled(report)
        elif isinstance(report, Ended):
            self._standing.pop(report.order, None)
        elif isinstance(report, Split):
            self._split(report)

    def _targets(self, instrument: int) -> dict[int, _Standing]:
        name = self._market.bars.instruments[instrument]
        return {
            identity: one
            for identity, one in self._standing.items()
            if one.is_target and one.reservation.instrument == name
        }

    def _filled(self, report: Filled) -> None:
        self._fills = self._fills.adding(int(self._market.bars.time[report.row]))
        standing = self._standing.pop(report.order, None)
        after = self._state.positions[report.instrument].quantity
        # as the step attaches legs: of what opens, and of targets for what stays
        if standing is not None and standing.loss > 0 and (after * report.quantity > 0 or standing.is_target):
            self._stops[report.instrument] = standing.loss
        if after == 0:
            self._stops.pop(report.instrument, None)
        if standing is not None and report.remaining > 0:
            standing.reservation = replace(
                standing.reservation, quantity=self._quantity(report.instrument, report.remaining)
            )
            self._standing[report.order] = standing

    def _split(self, report: Split) -> None:
        name, ratio = self._market.bars.instruments[report.instrument], _exact(report.ratio)
        if report.instrument in self._stops:
            self._stops[report.instrument] /= ratio
        for standing in self._standing.values():
            one = standing.reservation
            if one.instrument == name:
                prices, limit = tuple(price / ratio for price in one.prices), one.limit_price
                standing.loss /= ratio
                standing.reservation = replace(
                    one,
                    quantity=one.quantity * ratio,
                    prices=prices,
                    limit_price=None if limit is None else limit / ratio,
                    protective_stop=None if one.protective_stop is None else one.protective_stop / ratio,
                )

    def _pace(self) -> int:
        """How long the desk takes from one order to the next."""
        limits = self._gatekeeper.policy.tightest(account=ACCOUNT, strategy=self._strategy)
        return max(SECOND // limits.orders_per_second, 60 * SECOND // limits.orders_per_minute) + 1

    def _moment(self, row: int) -> int:
        """Now: the row's close, and as much later as the orders before it take to send; a close waits for nobody."""
        self._asked = (row, self._asked[1] + 1 if self._asked[0] == row else 0)
        return int(self._market.bars.time[row]) + (0 if self._at_close else self._asked[1] * self._pace_ns)

    def _request(self, order: NewOrder, row: int, now_ns: int) -> RiskRequest | None:
        force = TimeInForce.AT_CLOSE if self._at_close else _AUCTIONS.get(order.force, TimeInForce.GTC)
        executes = int(self._market.bars.time[row]) if self._at_close else self._known.executes_ns(
            row, at_close=order.force == layout.AT_CLOSE
        )  # fmt: skip
        if executes is None or _exact(order.quantity) < LEAST:  # dust of a divisible lot risks nothing
            return None
        kind = _KINDS[order.kind]
        wish = OrderRequest(
            instrument=self._market.bars.instruments[order.instrument],
            side=Side.BUY if order.side > 0 else Side.SELL,
            quantity=self._quantity(order.instrument, order.quantity),
            kind=kind,
            limit_price=_exact(order.limit) if kind.has_limit else None,
            stop_price=_exact(order.trigger) if kind.has_stop else None,
            trailing_offset=_exact(order.trail) if order.trail > 0 else None,
            trailing_share=_exact(order.trail_share) if order.trail_share > 0 else None,
            time_in_force=force,
            reduces_only=bool(order.reduces),
            is_passive=bool(order.passive),
            strategy=self._strategy,
        )
        return RiskRequest(
            client_order_id=ClientOrderId(f"b{row}-{self._asked[1] + 1}"),
            order=wish,
            executes_ns=max(executes, now_ns),
            protective_stop=_exact(order.loss) if order.loss > 0 else None,
            group=f"{order.group}" if order.group else "",
        )

    def _view(self, order: NewOrder, row: int, now_ns: int) -> AccountView:
        state, names = self._state, self._market.bars.instruments
        held = [i for i, position in enumerate(state.positions) if position.quantity != 0]
        waiting = tuple(one.reservation for one in self._standing.values())
        columns = {names.index(one.instrument) for one in waiting} | {*held, order.instrument}
        equity = self._equities(row)
        day = int(self._known.day_row[row])
        began = int(self._market.bars.time[day]) if day >= 0 else int(self._known.begins[0])
        self._sent = self._sent.since(began)
        return AccountView(
            account=ACCOUNT,
            now_ns=now_ns,
            cash=_exact(state.ledger.cash),
            peak_equity=_exact(self._peak),
            day_equity=_exact(equity[day + 1]),
            day_began_ns=began,
            positions=tuple(
                OpenPosition(
                    instrument=names[i],
                    quantity=self._quantity(i, state.positions[i].quantity),
                    protective_stop=self._stops.get(i),
                )
                for i in held
            ),
            reservations=waiting,
            markets={names[i]: self._market_view(order, row, i) for i in sorted(columns)},
            correlations=self._correlations(row, order.instrument, columns),
            sent=self._sent,
            fills=self._fills,
            leverage=self._leverage,
        )

    def _market_view(self, order: NewOrder, row: int, column: int) -> MarketView:
        numbers = (order.quantity, order.limit, order.trigger, order.trail)
        finest = min(FINEST, *(_step(_exact(one)) for one in numbers)) if column == order.instrument else FINEST
        mark = _exact(self._state.marks[row * len(self._state.positions) + column])
        return self._known.view(row, column, mark=mark, instrument=self._known.instrument(column, finest=finest))

    def _quantity(self, column: int, value: Any) -> Decimal:
        """A quantity of the run, exact: floats that are whole lots but for their last digits are whole lots."""
        lot = float(self._market.lot[column])
        if isinstance(value, Decimal) or not lot:
            return _exact(value)
        lots = round(float(value) / lot)
        is_whole = abs(lots * lot - float(value)) <= NEAR * lot * max(abs(lots), 1)
        return lots * _exact(lot) if is_whole else _exact(value)

    def _correlations(self, row: int, own: int, columns: set[int]) -> dict[tuple[str, str], Decimal]:
        names, found = self._market.bars.instruments, {}
        for other in columns - {own}:
            correlation = self._known.correlation(row, own, second=other)
            if correlation is not None:
                first, second = sorted((names[own], names[other]))
                found[first, second] = correlation
        return found

    def _equities(self, row: int) -> Any:
        """Equity after each row up to this one, the opening cash first; only what is new is added up."""
        done, state, market = len(self._equity) - 1, self._state, self._market
        if row < done:
            return self._equity
        changes = [one for one in state.changes if one[0] <= row]
        past = [one for one in changes if one[0] < done]
        cash, held = past[-1][1:] if past else (float(self._equity[0]), (0.0,) * market.mark.shape[1])
        parts, since = [self._equity], done
        for at, new_cash, new_held in [*changes[len(past) :], (row + 1, 0.0, ())]:
            worth = market.mark[since:at] * market.multiplier @ np.asarray(held) + cash
            parts.append(worth)
            since, cash, held = at, new_cash, new_held
        self._equity = np.concatenate(parts)
        self._peak = max(self._peak, float(self._equity[done + 1 :].max(initial=self._peak)))
        return self._equity

    def _refuse(self, order: NewOrder, row: int, verdict: Verdict) -> None:
        assert not isinstance(verdict.answer, Approved)
        asked = float(order.quantity) * order.side
        reasons = tuple((one.control, one.reason, one.remedy) for one in verdict.answer.reasons)
        self.refusals.append(RefusedOrder(row, order.instrument, asked, reasons, self._asked[1]))

    def _cut(self, order: NewOrder, row: int, verdict: Verdict) -> NewOrder:
        assert verdict.cut is not None
        left, asked = verdict.cut.left, float(order.quantity)
        self.cuts.append(
            CutOrder(
                row,
                order.instrument,
                asked * order.side,
                float(left.quantity) * order.side,
                left.bound,
                left.reason,
                self._asked[1],
            )
        )
        return order._replace(quantity=type(order.quantity)(left.quantity))


def _exact(value: Any) -> Decimal:
    """A number of the run as the decimal that a person would read."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def _step(value: Decimal) -> Decimal:
    """The last decimal place of a number."""
    exponent = value.as_tuple().exponent
    return Decimal((0, (1,), min(exponent, 0))) if isinstance(exponent, int) and value else FINEST
