"""Answers about signals.

This file decides what a signal is made from: the newest bars of the store, adjusted for splits and dividends, and no
more of them than `MOST_ROWS`, so that the answer comes while somebody waits for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.backtests.submitting import plain_id
from tradewright.application.envelope import Envelope
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.shelf.running import Runnable
from tradewright.application.signals.messages import GenerateSignals, SignalList
from tradewright.application.signals.opinions import SignalsAnswered, View, opinions
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import InputError
from tradewright.domain.signals import Opinion, Signal
from tradewright.engine.run import Run
from tradewright.ports.clock import Clock
from tradewright.ports.code import CodeFiles
from tradewright.ports.paging import Page, Slot
from tradewright.ports.signals import KeptSignal, KeptSignals, Parameter, SignalFilter, name_of
from tradewright.trading.bars import Bars

MOST_SYMBOLS: Final = 100
MOST_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Signaling:
    """Who gives signals."""

    engine: Callable[..., Run]
    runnable: Callable[[Reference], Runnable]
    confined: Callable[[Runnable, Mapping[str, object], Bars], SignalsAnswered]
    """Of an uploaded strategy, behind walls."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What a strategy said, and which one it was."""

    strategy: str
    version: int
    digest: str
    values: Mapping[str, Parameter]
    views: list[View]


def generate_signals(
    command: GenerateSignals,
    *,
    signals: KeptSignals,
    signaling: Signaling,
    code: CodeFiles,
    bars_of: Callable[[Market], LoadedBars],
    clock: Clock,
    envelope: Envelope,
) -> tuple[KeptSignal, ...]:
    """In the order of the symbols."""
    if not 0 < len(command.symbols) <= MOST_SYMBOLS:
        raise InputError("signals need symbols", expected=f"1 to {MOST_SYMBOLS}", found=str(len(command.symbols)))
    reference = reference_of(plain_id(command.strategy))
    found = None if reference is None else signaling.runnable(reference)
    market = Market(symbols=command.symbols, timeframe=command.interval, end=command.end, prices="adjusted")
    whole = bars_of(market).bars
    bars = whole.rows(max(0, len(whole) - MOST_ROWS), len(whole))
    if found is not None:
        told = signaling.confined(found, command.parameters, bars)
        given = _Given(found.strategy, found.version, found.source.digest, told.values, told.views)
    else:
        strategy, _ = make_strategy(command.strategy, command.parameters, code=code)
        views = opinions(strategy, bars, engine=signaling.engine)
        given = _Given(command.strategy, 0, "", dict(strategy.values), views)
    now_ns, who = clock.now_ns(), envelope.actor.name
    made = [_signal(given, view, bars, now_ns=now_ns, who=who) for view in given.views]
    return tuple(signals.keep(made))


def signal_list(query: SignalList, *, signals: KeptSignals) -> Page[KeptSignal]:
    """A page."""
    if query.opinion and query.opinion not in set(Opinion):
        raise InputError("that is no opinion", expected=", ".join(Opinion), found=query.opinion)
    reference = reference_of(query.strategy)
    wanted = SignalFilter(
        strategy=query.strategy if reference is None else reference.strategy,
        instrument=query.symbol,
        interval=query.interval,
        opinion=Opinion(query.opinion) if query.opinion else None,
        since_ns=query.since_ns,
        until_ns=query.until_ns,
    )
    return signals.all(wanted, Slot(query.limit, query.cursor))


def _signal(given: _Given, view: View, bars: Bars, *, now_ns: int, who: str) -> KeptSignal:
    target = float("nan") if view.target is None else view.target
    said = Signal(view.instrument, int(bars.time[-1]), target=target, previous=view.previous)
    about: dict[str, object] = {
        "strategy": given.strategy,
        "version": given.version,
        "digest": given.digest,
        "parameters": dict(given.values),
        "instrument": view.instrument,
        "interval": str(bars.timeframe),
        "bar_ns": said.time_ns,
        "target": view.target,
        "previous": view.previous,
    }
    return KeptSignal(
        id=name_of(about),
        strategy=given.strategy,
        version=given.version,
        digest=given.digest,
        parameters=given.values,
        instrument=view.instrument,
        interval=str(bars.timeframe),
        bar_ns=said.time_ns,
        opinion=said.opinion,
        strength=round(said.strength, 9),
        target=view.target,
        previous=view.previous,
        made_ns=now_ns,
        made_by=who,
    )
