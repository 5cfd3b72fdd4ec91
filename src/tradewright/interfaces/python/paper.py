"""`tw.paper`: one call from a strategy and bars to a trading session on paper, and what came of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradewright.application.playing.messages import PlayedSession, PlaySession
from tradewright.bootstrap import open_app
from tradewright.domain.costs import Cost
from tradewright.domain.errors import InputError
from tradewright.interfaces.limits import DEFAULT, limits_said
from tradewright.interfaces.python.loading import load_bars
from tradewright.lazy import load
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Strategy

if TYPE_CHECKING:
    from tradewright.application.trading.parity import ParityView
    from tradewright.application.trading.views import SessionView

_TIME = pl.Datetime("ns", "UTC")
_ORDERS = {
    "time": _TIME, "order": pl.String, "instrument": pl.String, "side": pl.String, "quantity": pl.Float64,
    "wished": pl.Float64, "bound": pl.String, "kind": pl.String, "filled": pl.Float64, "average_price": pl.Float64,
    "state": pl.String,
}  # fmt: skip
_FILLS = {
    "time": _TIME, "order": pl.String, "instrument": pl.String, "side": pl.String, "quantity": pl.Float64,
    "price": pl.Float64, "fee": pl.Float64, "role": pl.String,
}  # fmt: skip
_REFUSALS = {
    "time": _TIME, "order": pl.String, "instrument": pl.String, "side": pl.String, "wished": pl.Float64,
    "control": pl.String, "reason": pl.String, "remedy": pl.String,
}  # fmt: skip
_ACCOUNT = {"time": _TIME, "equity": pl.Float64, "cash": pl.Float64}


class PaperResult:
    """A trading session on paper that is over.

    Tables are Polars frames, times UTC, money in the currency of the bars; `view` has the same as exact decimals.
    Printing it shows the session's report.
    """

    def __init__(self, played: PlayedSession) -> None:
        self._played = played

    @property
    def view(self) -> "SessionView":
        """The session at its end: positions, results, counts, what refused and what bound."""
        return self._played.view

    @cached_property
    def equity(self) -> pl.DataFrame:
        """One row a bar: time, equity, cash."""
        return _frame(_ACCOUNT, [(one.time_ns, one.equity, one.cash) for one in self._played.account])

    @cached_property
    def orders(self) -> pl.DataFrame:
        """One row an order; `wished` is its quantity before `bound`, the limit that cut it."""
        rows = [
            (one.born_ns, one.order, one.instrument, one.side, one.quantity, one.wished, one.bound, one.kind,
             one.filled, one.average_price, one.life)
            for one in self._played.orders
        ]  # fmt: skip
        return _frame(_ORDERS, rows)

    @cached_property
    def fills(self) -> pl.DataFrame:
        """One row an execution."""
        rows = [
            (one.time_ns, one.order, one.instrument, one.side, one.quantity, one.price, one.fee, one.role)
            for one in self._played.fills
        ]
        return _frame(_FILLS, rows)

    @cached_property
    def refusals(self) -> pl.DataFrame:
        """One row for each control that refused an order, with its reason and what to do."""
        rows = [
            (one.time_ns, one.order, one.instrument, one.side, one.wished, one.control, one.reason, one.remedy)
            for one in self._played.refusals
        ]
        return _frame(_REFUSALS, rows)

    @cached_property
    def parity(self) -> "ParityView":
        """The session beside a backtest of the same bars through the same gate: every difference with its cause."""
        return self._played.parity()

    def __repr__(self) -> str:
        text: str = load("tradewright.interfaces.terminal.trading").report_text(self.view)
        return text


def paper(
    strategy: Strategy | type[Strategy] | str,
    bars: object,
    *,
    cash: float | Decimal = 100_000,
    costs: Cost | str | None = None,
    limits: str | Path | Mapping[str, object] | LimitsPolicy = DEFAULT,
    lot: float = 1.0,
    sizing: object | None = None,
) -> PaperResult:
    """Trade a strategy on bars as a session on paper does, as fast as it goes; nothing is written anywhere.

    It is the core of `tradewright trade start` (orders, risk gate, journal, simulated venue) in this process. The first
    bars warm the strategy up. `strategy`, `bars`, `costs` and `sizing` are those of `tw.backtest`; `limits` are never
    absent: `"default"` is what is shipped with the risk of the settings, else a TOML file, a mapping, or a
    `LimitsPolicy`.

    Raises InputError for what cannot be used, StrategyError when the strategy raises or answers nonsense.
    """
    if limits is None:
        raise InputError("a session needs limits", expected='"default", a TOML file, or names and values', found="None")
    command = PlaySession(
        strategy=strategy,
        bars=bars if isinstance(bars, Bars) else load_bars(bars),
        cash=Decimal(str(cash)),
        costs=costs,
        limits=_stated(limits),
        lot=lot,
        sizing=sizing,
    )
    return PaperResult(open_app().ask(command, answer=PlayedSession))


def _stated(limits: str | Path | Mapping[str, object] | LimitsPolicy) -> Mapping[str, object] | LimitsPolicy:
    if isinstance(limits, LimitsPolicy):
        return limits
    said = limits_said(limits, risk=open_app().settings.risk)
    assert said is not None, "limits were said"
    return said


def _frame(schema: dict[str, object], rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Decimals as floats: frames are for looking and plotting."""
    plain = [[float(value) if isinstance(value, Decimal) else value for value in row] for row in rows]
    return pl.DataFrame(plain, schema=schema, orient="row")  # type: ignore[arg-type]
