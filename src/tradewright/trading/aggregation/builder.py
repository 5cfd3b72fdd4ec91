"""A bar in the making: open, high, low, close, volume and how many trades, until its rule ends it.

Builders take trades that are believed already and in order (`belief.py`), and decide what is too late for its bar.
"""

from tradewright.domain.calendars import session_of, venue_of
from tradewright.domain.errors import InputError
from tradewright.trading.aggregation.news import BarGap, FormedBar, News
from tradewright.trading.aggregation.quarantine import Reason
from tradewright.trading.aggregation.rules import (
    BarRule,
    CountedBars,
    DollarBars,
    TickBars,
    TimeBars,
    VolumeBars,
    steps_of,
)
from tradewright.trading.aggregation.sessions import Span

NEVER = 2**63
"""Later than any time."""


class Builder:
    """What both kinds share: the bar in the making, counted in whole steps."""

    __slots__ = (
        "_begin_ns",
        "_close",
        "_exact",
        "_high",
        "_low",
        "_notional",
        "_open",
        "_scale",
        "_volume",
        "closed_ns",
        "instrument",
        "name",
        "news",
        "trades",
    )

    def __init__(self, instrument: str, rule: BarRule) -> None:
        self.instrument = instrument
        self.name = str(rule)
        self.news: list[News] = []
        """What was finished and not yet collected."""
        self.trades = 0
        """Trades in the bar in the making."""
        self.closed_ns = 0
        """Bars are closed up to this moment."""
        self._exact = 10**rule.decimals
        self._scale = float(self._exact)
        self._begin_ns = self._volume = self._notional = 0
        self._open = self._high = self._low = self._close = 0.0

    def _add(self, time_ns: int, price: float, *, quantity: float) -> bool:
        """Put a trade into the bar; False when it is too small to be counted."""
        price_steps = round(price * self._scale)
        volume = round(quantity * self._scale)
        if not price_steps or (quantity and not volume):
            return False
        if not self.trades:
            self._begin_ns = time_ns
            self._open = self._high = self._low = price
            self._volume = self._notional = 0
        elif price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._close = price
        self._volume += volume
        self._notional += volume * price_steps
        self.trades += 1
        return True

    def _finish(self, time_ns: int, session: int) -> None:
        self.news.append(
            FormedBar(
                instrument=self.instrument,
                rule=self.name,
                time_ns=time_ns,
                begin_ns=self._begin_ns,
                session=session,
                open=self._open,
                high=self._high,
                low=self._low,
                close=self._close,
                volume=self._volume / self._exact,
                notional=self._notional / (self._exact * self._exact),
                trades=self.trades,
            )
        )
        self.trades = 0


class TimeBuilder(Builder):
    """Bars by the clock."""

    __slots__ = ("_end_ns", "_next", "_number", "_rule", "_span")

    def __init__(self, instrument: str, rule: TimeBars) -> None:
        super().__init__(instrument, rule)
        self._rule = rule
        self._end_ns = 0
        """Where the interval that began at `closed_ns` ends; not after it when there is none."""
        self._span: Span | None = None
        self._number = 0
        """Which interval of the session it is."""
        self._next = 0
        """The first interval of the session that no bar or gap has told of."""

    @property
    def open_until_ns(self) -> int:
        """When the bar in the making will end; `NEVER` when there is none."""
        return self._end_ns if self.trades else NEVER

    def take(self, time_ns: int, price: float, *, quantity: float) -> Reason | None:
        """Put a trade into its bar; a reason when it cannot be."""
        if not self.closed_ns <= time_ns < self._end_ns:
            if time_ns < self.closed_ns:
                return Reason.LATE
            span = self._session_at(time_ns)
            if span is None:
                return Reason.OUTSIDE_SESSION
            self._close_bar()
            self._enter(span, time_ns)
        return None if self._add(time_ns, price, quantity=quantity) else Reason.TOO_SMALL

    def advance(self, time_ns: int) -> None:
        """No trade before this moment is waited for any more: close what has ended by then."""
        if time_ns <= self.closed_ns:
            return
        if self._end_ns <= time_ns:
            self._close_bar()
            span = self._session_at(time_ns)
            if span is None:
                self.closed_ns = self._end_ns = time_ns
            else:
                number = (time_ns - span.open_ns) // self._rule.timeframe.nanoseconds
                self.closed_ns = self._end_ns = span.open_ns + number * self._rule.timeframe.nanoseconds

    def _close_bar(self) -> None:
        if self.trades and self._span is not None:
            self._finish(self._end_ns, self._span.session)
            self.closed_ns = self._end_ns
            self._next = self._number + 1

    def _session_at(self, time_ns: int) -> Span | None:
        span = self._span
        if span is not None and span.open_ns <= time_ns < span.close_ns:
            return span
        return self._rule.sessions.at(time_ns)

    def _enter(self, span: Span, time_ns: int) -> None:
        """Begin the interval that holds the moment, and tell of those without trades before it."""
        length = self._rule.timeframe.nanoseconds
        number = (time_ns - span.open_ns) // length
        if self._span is None:
            self._next = number
        elif self._span != span:
            self._tell_gap(self._span, -(-(self._span.close_ns - self._span.open_ns) // length))
            self._next = 0
        self._tell_gap(span, number)
        self._span, self._number, self._next = span, number, number
        self.closed_ns = span.open_ns + number * length
        self._end_ns = min(self.closed_ns + length, span.close_ns)

    def _tell_gap(self, span: Span, until: int) -> None:
        missing = until - self._next
        if missing <= 0:
            return
        length = self._rule.timeframe.nanoseconds
        self.news.append(
            BarGap(
                instrument=self.instrument,
                rule=self.name,
                session=span.session,
                first_ns=min(span.open_ns + (self._next + 1) * length, span.close_ns),
                last_ns=min(span.open_ns + until * length, span.close_ns),
                missing=missing,
            )
        )


class CountedBuilder(Builder):
    """Bars by trades, volume or money; sessions do not end them."""

    __slots__ = ("_measure", "_threshold", "_venue", "open_until_ns")

    def __init__(self, instrument: str, rule: CountedBars) -> None:
        super().__init__(instrument, rule)
        self._venue = venue_of(instrument)
        self.open_until_ns = NEVER
        """Never ends by the clock."""
        if isinstance(rule, TickBars):
            self._measure, self._threshold = "trades", rule.trades
        elif isinstance(rule, VolumeBars):
            self._measure, self._threshold = "_volume", steps_of(rule.quantity, rule.decimals)
        else:
            self._measure, self._threshold = "_notional", steps_of(rule.notional, 2 * rule.decimals)

    def take(self, time_ns: int, price: float, *, quantity: float) -> Reason | None:
        """Put a trade into the bar, and end it when the threshold is reached; a reason when it cannot be."""
        if time_ns < self.closed_ns:
            return Reason.LATE
        if not self._add(time_ns, price, quantity=quantity):
            return Reason.TOO_SMALL
        reached: int = getattr(self, self._measure)
        if reached >= self._threshold:
            self._finish(time_ns, session_of(time_ns, self._venue, is_close=False))
            self.closed_ns = time_ns
        return None

    def advance(self, time_ns: int) -> None:
        """Time alone ends no such bar."""


AnyBuilder = TimeBuilder | CountedBuilder


def builder_of(instrument: str, rule: BarRule) -> AnyBuilder:
    """What builds an instrument's bars by the rule."""
    return TimeBuilder(instrument, rule) if isinstance(rule, TimeBars) else CountedBuilder(instrument, rule)


def require_quotes(rule: BarRule) -> None:
    """An `InputError` for a rule that quotes, which have no volume, cannot fulfil."""
    if isinstance(rule, VolumeBars | DollarBars):
        raise InputError(
            "bars of quotes have no volume", expected="time bars or tick bars", found=str(rule), remedy="feed trades"
        )
