"""Walks a strategy through history as a session would: shown slice by slice, its wishes carried out, all on a tape."""

from collections.abc import Mapping
from typing import Any

from tests.unit.engine.engine_samples import Books, Columns

from tradewright.domain.matching.layout import PLAIN
from tradewright.engine.assumptions import AdjustedTo, Assumptions, Numbers
from tradewright.engine.backtest import run_backtest
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.run import REASONS
from tradewright.engine.runtime.decide import Planning, Wanted, decide, target
from tradewright.engine.runtime.desk import Desk
from tradewright.engine.runtime.numbers import numbers_of
from tradewright.engine.runtime.state import State
from tradewright.engine.session.strategies.desk import FORCES, KINDS
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.engine.tape import Tape
from tradewright.ports.feed import Slice, SliceBar
from tradewright.ports.historical import NewOrder
from tradewright.ports.hosts import (
    CancelWish,
    OrderWish,
    ProtectWish,
    Shown,
    ShownFill,
    ShownPosition,
    StrategyTerms,
    TargetWish,
    Wish,
)
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Dialect, Speaks, Strategy


def terms_of(bars: Bars, **other: Any) -> StrategyTerms:
    """Terms of a strategy over the bars' instruments."""
    stated: dict[str, Any] = {"strategy": "under_test", "parameters": {}, "multipliers": {}, "lots": {}}
    return StrategyTerms(**(stated | {"instruments": bars.instruments, "interval": str(bars.timeframe)} | other))


def slices_of(bars: Bars, *, trades_from: int = 0) -> list[Slice]:
    """The bars as a feed brings them; the rows before `trades_from` are warm-up."""
    slices = []
    for row in range(len(bars)):
        before = int(bars.session[row - 1]) if row else int(bars.session[0])
        slices.append(
            Slice(
                number=row + 1,
                time_ns=int(bars.time[row]),
                session=int(bars.session[row]),
                bars=tuple(_bar(bars, row, column) for column in range(len(bars.instruments))),
                actions=tuple(one for one in bars.actions if before < one.ex_session <= int(bars.session[row])),
                is_warm_up=row < trades_from,
            )
        )
    return slices


def _bar(bars: Bars, row: int, column: int) -> SliceBar | None:
    if bars.closes[row, column] != bars.closes[row, column]:
        return None
    columns = (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)
    return SliceBar(*(float(each[row, column]) for each in columns))


class _Made(Exception):
    """Carries the broker of a run."""

    def __init__(self, broker: Any) -> None:
        super().__init__()
        self.broker = broker


def broker_of(bars: Bars, assumptions: Assumptions) -> Any:
    """The broker that a backtest with these assumptions begins with."""

    def made(*parts: Any, **terms: Any) -> Any:
        raise _Made(Books()(*parts, **terms))

    try:
        run_backtest(Columns(bars.closes), bars, assumptions=assumptions, broker_factory=made, engine="runtime")
    except _Made as found:
        return found.broker
    raise AssertionError("the run began without a broker")


class Walk:
    """A session over history: the backtest's broker and books, and a strategy that is only shown things."""

    def __init__(self, strategy: Strategy, bars: Bars, *, trades_from: int = 0, **terms: Any) -> None:
        self.assumptions = Assumptions(
            numbers=Numbers.EXACT,
            adjusted_to=AdjustedTo.FIRST,
            trades_from_ns=int(bars.time[trades_from]),
            **terms,
        )
        self.market: MarketColumns = prepare(bars, self.assumptions)
        self.slices = slices_of(bars, trades_from=trades_from)
        self.tape = Tape()
        self.shown: list[Shown] = []
        self.answers: list[tuple[Wish, ...]] = []
        self.terms = terms_of(
            bars,
            lots={name: self.assumptions.lots.get(name, self.assumptions.lot) for name in bars.instruments},
            multipliers=dict(self.assumptions.multipliers),
            rebalance_band=self.assumptions.rebalance_band,
        )
        self.live = LiveStrategy(strategy, self.terms)
        self.is_events = strategy.dialect() is Dialect.EVENTS
        numbers = numbers_of(self.assumptions.numbers)
        self.broker = broker_of(bars, self.assumptions)
        state = State(self.market, numbers, numbers.of(self.assumptions.cash), numbers.of(0.01))
        self.desk = Desk(state, self.broker, self.tape)
        self.planning = Planning(
            int(strategy.speaks is Speaks.WEIGHTS),
            band=0.0,  # what has drifted is asked for by the strategy's own side
            sizes_at_fill=False,
        )
        self.told = 0
        self.numbers: dict[int, int] = {}
        """The strategy's number of each order by the broker's."""

    def run(self) -> "Walk":
        """All rows."""
        last = len(self.slices) - 1
        for row, shown in enumerate(self.slices):
            self.desk.row = row
            self.broker.advance(row)
            self.desk.take_reports()
            if not self.desk.state.is_over:
                self.shown.append(self._shown(shown, row))
                self.answers.append(self.live.show(self.shown[-1]))
                self._carry_out(self.answers[-1], row)
            if self.broker.close(row, is_last=row == last):
                self.desk.state.is_over = True
            self.desk.take_reports()
        return self

    def _shown(self, shown: Slice, row: int) -> Shown:
        state = self.desk.state
        names = self.market.bars.instruments
        fills = [
            ShownFill(
                self.numbers.get(fill.order, 0),
                names[fill.instrument],
                float(fill.quantity),
                float(fill.price),
                float(fill.fee),
                "plain" if fill.role == PLAIN else REASONS[fill.role],
                slice=fill.row + 1,
            )
            for fill in self.desk.fills[self.told :]
        ]
        self.told = len(self.desk.fills)
        return Shown(
            slice=shown,
            cash=float(state.ledger.cash),
            equity=float(state.equity(row)),
            positions={
                name: ShownPosition(float(position.quantity), float(position.basis))
                for name, position in zip(names, state.positions, strict=True)
                if position.quantity != 0
            },
            working={self.numbers.get(order, -order): names[column] for order, column in state.working.items()},
            fills=tuple(fills),
        )

    def _carry_out(self, wishes: tuple[Wish, ...], row: int) -> None:
        for wish in wishes:
            if self.is_events or (isinstance(wish, TargetWish) and wish.is_instruction):
                self._one(wish, row)
            else:
                wanted = [self._wanted(wish)]
                self.desk.carry_out(decide(self.desk.state, row, wanted=wanted, planning=self.planning))

    def _wanted(self, wish: Wish) -> Wanted:
        assert isinstance(wish, TargetWish | ProtectWish)
        of = self.desk.state.numbers.of
        weight = wish.weight if isinstance(wish, TargetWish) else float("nan")
        return Wanted(self.column(wish.instrument), weight, of(wish.stop_loss), of(wish.take_profit))

    def column(self, instrument: str) -> int:
        return self.market.bars.instruments.index(instrument)

    def _one(self, wish: Wish, row: int) -> None:
        state = self.desk.state
        of = state.numbers.of
        match wish:
            case TargetWish():
                assert wish.is_instruction
                wanted = self._wanted(wish)
                if not state.has_mark(row, wanted.instrument):
                    return
                state.wanted[wanted.instrument] = wish.weight
                self.desk.carry_out(target(state, row, wish=wanted, equity=state.equity(row), planning=self.planning))
            case ProtectWish():
                column = self.column(wish.instrument)
                self.desk.protect(column, loss=of(wish.stop_loss), gain=of(wish.take_profit))
            case CancelWish():
                self.desk.cancel({mine: theirs for theirs, mine in self.numbers.items()}.get(wish.number, wish.number))
            case OrderWish():
                self.numbers[self.desk.submit(self._order(wish))] = wish.number

    def _order(self, wish: OrderWish) -> NewOrder:
        of = self.desk.state.numbers.of
        return NewOrder(
            self.column(wish.instrument), 1 if wish.side == "BUY" else -1, code_of(KINDS, wish.kind), PLAIN,
            of(wish.quantity), of(wish.limit), of(wish.stop), of(0), of(wish.stop_loss), of(wish.take_profit), 0, 0, 0,
            code_of(FORCES, wish.time_in_force), wish.expires_ns, int(wish.group or 0), int(wish.reduces_only),
            of(wish.trail), of(wish.trail_share),
        )  # fmt: skip


def code_of(names: Mapping[int, str], name: str) -> int:
    """The step's code of a kind or a time in force."""
    return next(code for code, known in names.items() if known == name)


def taped(tape: Tape) -> list[tuple[Any, ...]]:
    """What was asked, row by row."""
    columns = [getattr(tape, name) for name in Tape.__slots__]
    return [(*row,) for row in zip(*columns, strict=True)]
