"""From the tape of one instrument to its bars: believe or not, put into the bar, tell what was finished.

Fed one at a time or all at once, the bars are the same: nothing but the trades, their order and `advance` decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.trading.aggregation.belief import Belief, Doubt
from tradewright.trading.aggregation.builder import builder_of, require_quotes
from tradewright.trading.aggregation.news import FormedBar, LateTrade, News
from tradewright.trading.aggregation.quarantine import Quarantine, Quarantined, Reason
from tradewright.trading.aggregation.rules import BarRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before the first trade, from the store or the broker."""

    price: float | None = None
    time_ns: int | None = None


class BarAggregator:
    """Builds one instrument's bars from trades, or from quotes (then of mids, without volume)."""

    def __init__(
        self, instrument: str, rule: BarRule, *, doubt: Doubt | None = None, known: Known | None = None
    ) -> None:
        known = known or Known()
        self.instrument = instrument
        self.rule = rule
        self.quarantine = Quarantine()
        self.believed = 0
        """Trades and quotes that went into bars."""
        self._belief = Belief(doubt or Doubt(), reference=known.price, since_ns=known.time_ns)
        self._builder = builder_of(instrument, rule)

    @property
    def open_until_ns(self) -> int:
        """When the bar in the making will end by the clock; beyond all times when there is none."""
        return self._builder.open_until_ns

    @property
    def closed_ns(self) -> int:
        """Bars are closed up to this moment; what is older comes too late."""
        return self._builder.closed_ns

    @property
    def seen_ns(self) -> int:
        """When the newest believed trade or quote happened; 0 before the first. Old is stale."""
        return self._belief.seen_ns

    def take(self, trade: Trade) -> bool:
        """The next trade; whether it went into a bar. `collect` gives what was finished by it."""
        return self.take_values(trade.time_ns, trade.price, quantity=trade.quantity, trade_id=trade.trade_id)

    def take_values(self, time_ns: int, price: float, *, quantity: float, trade_id: str = "") -> bool:
        """The same for values as a feed sends them, which may be ones that no trade can have."""
        reason = self._belief.check_trade(time_ns, price, quantity=quantity, trade_id=trade_id)
        if reason is None:
            reason = self._builder.take(time_ns, price, quantity=quantity)
            if reason is None:
                self.believed += 1
                return True
        self._put_aside(Quarantined(self.instrument, time_ns, price, quantity, trade_id, reason))
        return False

    def take_quote(self, quote: Quote) -> bool:
        """The next quote; whether its mid went into a bar. An `InputError` for a rule that needs volume."""
        require_quotes(self.rule)
        mid = quote.mid
        reason = Reason.CROSSED if quote.is_crossed else self._belief.check_price(quote.time_ns, mid)
        if reason is None:
            reason = self._builder.take(quote.time_ns, mid, quantity=0.0)
            if reason is None:
                self.believed += 1
                return True
        self._put_aside(Quarantined(self.instrument, quote.time_ns, mid, 0.0, "", reason))
        return False

    def advance(self, time_ns: int) -> None:
        """Wait for nothing older than this any more: time bars that have ended are closed."""
        self._builder.advance(time_ns)

    def has_news(self) -> bool:
        """Whether `collect` has something to give."""
        return bool(self._builder.news)

    def collect(self) -> list[News]:
        """What was finished since the last time, in its order."""
        news, self._builder.news = self._builder.news, []
        return news

    def _put_aside(self, one: Quarantined) -> None:
        """Count it; one that is older than what is closed is told as a revision."""
        is_late = one.reason is Reason.LATE or (
            one.reason is Reason.OUT_OF_ORDER and one.time_ns < self._builder.closed_ns
        )
        if not is_late:
            self.quarantine.add(one)
            return
        self.quarantine.add(
            Quarantined(one.instrument, one.time_ns, one.price, one.quantity, one.trade_id, Reason.LATE)
        )
        self._builder.news.append(
            LateTrade(
                instrument=one.instrument,
                rule=self._builder.name,
                closed_ns=self._builder.closed_ns,
                time_ns=one.time_ns,
                price=one.price,
                quantity=one.quantity,
                trade_id=one.trade_id,
            )
        )


def bars_from(trades: Iterable[Trade], rule: BarRule, *, until_ns: int | None = None) -> list[FormedBar]:
    """All bars that one instrument's trades finish, oldest first; `until_ns` also closes what has ended by then.

    The bar in the making at the end is not a bar.
    """
    bars: list[FormedBar] = []
    aggregator: BarAggregator | None = None
    for trade in trades:
        if aggregator is None:
            aggregator = BarAggregator(trade.instrument, rule)
        aggregator.take(trade)
        if aggregator.has_news():
            bars += [one for one in aggregator.collect() if isinstance(one, FormedBar)]
    if aggregator is not None and until_ns is not None:
        aggregator.advance(until_ns)
        bars += [one for one in aggregator.collect() if isinstance(one, FormedBar)]
    return bars
