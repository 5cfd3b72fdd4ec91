"""The inner side of a confined backtest: the ordinary engine, over bars that were handed in."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.margins import margin_of
from tradewright.application.confined.packing import pack, unpack
from tradewright.application.confined.words import Answered, Asked, AskedAccount, columns_of_run, made_bars
from tradewright.application.strategies.finding import make_strategy
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run
from tradewright.ports.code import CodeFiles, Source
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_text import read_policy
from tradewright.trading.sizing.allocation import Allocation, EqualSlots, Slots
from tradewright.trading.sizing.sizing_text import sizing_of

_PLAIN: Final = (
    "cash", "fill", "size_at", "lot", "leverage", "lots", "multipliers", "rebalance_band", "numbers", "close_at_end",
    "participation", "path",
)  # fmt: skip


def run_inside(source: Source, content: bytes | memoryview, *, code: CodeFiles, engine: Callable[..., Run]) -> bytes:
    """Run what is asked; what the strategy cannot do is raised as in any backtest."""
    asked, columns = unpack(content, Asked)
    bars = made_bars(
        columns,
        instruments=asked.instruments,
        timeframe=asked.timeframe,
        prices=asked.prices,
        currency=asked.currency,
        actions=asked.actions,
    )
    strategy, found = make_strategy(source.named(asked.class_name), asked.parameters, code=code)
    limits = _limits(asked.limits, bars.instruments)
    run = engine(strategy, bars, assumptions=_assumptions(asked.account), engine=asked.engine, limits=limits)
    answered = Answered(
        class_name=found.kind.__name__,
        values=dict(strategy.values),
        engine=run.engine,
        opening_cash=run.opening_cash,
        fees=float(run.fees),
        slippage=float(run.slippage),
        dividends=float(run.dividends),
        closed_round_trips=int(run.closed_round_trips),
        margin_calls=int(run.margin_calls),
        warnings=list(run.warnings),
        refusals=list(run.refusals),
        cuts=list(run.cuts),
        due=float(run.due),
    )
    return pack(answered, columns_of_run(run))


def _assumptions(account: AskedAccount) -> Assumptions:
    stated: Mapping[str, object] = {name: getattr(account, name) for name in _PLAIN}
    allocation: Allocation = EqualSlots(account.total) if account.shares is None else Slots(account.shares)
    allocation = sizing_of(account.sizing) if account.sizing else allocation
    costs, margin = costs_of(account.costs or None), margin_of(account.margin or None)
    return Assumptions(**stated, costs=costs, margin=margin, allocation=allocation)  # type: ignore[arg-type]


def _limits(text: str, instruments: tuple[str, ...]) -> LimitsPolicy | None:
    if not text:
        return None
    return read_policy(json.loads(text), instruments=frozenset(instruments), is_kept=True)
