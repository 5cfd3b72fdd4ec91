"""Small markets, scripted strategies and comparisons that the engine's tests share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.engine.kernel.run import run_kernel
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.program import NONE, Wishes
from tradewright.engine.run import ENDINGS, REASONS, Run
from tradewright.engine.runtime.run import run_runtime
from tradewright.engine.tape import Tape
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Signals, Strategy

DAY_NS = 86_400_000_000_000
FIRST_SESSION = 15_000
Price = tuple[float, float, float, float]
Row = Price | None
NAMES = ("AAA.XNYS", "BBB.XNYS", "CCC.XNYS", "DDD.XNYS")


def bars_of(
    *columns: Sequence[Row], actions: Sequence[CorporateAction] = (), session_bars: int = 1, volumes: Any = None
) -> Bars:
    """Bars from (open, high, low, close) rows, one sequence an instrument; None is a bar that did not happen.

    `volumes` has shape (rows, instruments); 1,000 everywhere where it is not given.
    """
    rows = len(columns[0])
    nothing = (np.nan,) * 4
    prices = np.array([[nothing if row is None else row for row in column] for column in columns], np.float64)
    open_, high, low, close = (np.ascontiguousarray(prices[:, :, k].T) for k in range(4))
    number = np.arange(rows)
    return Bars(
        instruments=NAMES[: len(columns)],
        timeframe=Timeframe.parse("1d"),
        time=(FIRST_SESSION + 1 + number) * DAY_NS,
        session=(FIRST_SESSION + number // session_bars).astype(np.int32),
        opens=open_,
        highs=high,
        lows=low,
        closes=close,
        volumes=np.where(np.isnan(close), np.nan, 1000.0 if volumes is None else volumes),
        actions=tuple(actions),
    )


def flat_rows(count: int, price: float = 100.0) -> list[Row]:
    return [(price, price, price, price)] * count


def split_on(row: int, ratio: float, instrument: str = NAMES[0]) -> CorporateAction:
    return CorporateAction(FIRST_SESSION + row, instrument, ActionKind.SPLIT, ratio)


def dividend_on(row: int, amount: float, instrument: str = NAMES[0]) -> CorporateAction:
    return CorporateAction(FIRST_SESSION + row, instrument, ActionKind.DIVIDEND, amount)


def random_bars(
    seed: int, *, rows: int = 60, width: int = 1, missing: float = 0.0, actions: int = 0, session_bars: int = 1
) -> Bars:
    """A random walk on a grid of cents, with gaps and thin bars; `missing` is the share of bars that did not happen."""
    random = np.random.default_rng(seed)
    columns = []
    for _ in range(width):
        close = np.round(50.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, rows))), 2)
        open_ = np.round(np.concatenate(([50.0], close[:-1])) * np.exp(random.normal(0.0, 0.01, rows)), 2)
        spread = np.where(random.random(rows) < 0.2, 0.0, 0.01)
        high = np.round(np.maximum(open_, close) * (1.0 + spread * random.random(rows)), 2)
        low = np.round(np.minimum(open_, close) * (1.0 - spread * random.random(rows)), 2)
        gone = random.random(rows) < missing
        made = zip(open_.tolist(), high.tolist(), low.tolist(), close.tolist(), strict=True)
        columns.append([None if skip else row for skip, row in zip(gone, made, strict=True)])
    happened = []
    for _ in range(actions):
        row, column = int(random.integers(1, rows)), int(random.integers(0, width))
        if random.random() < 0.5:
            happened.append(split_on(row, float(random.choice([2.0, 3.0, 0.5, 0.1, 1.5])), NAMES[column]))
        else:
            happened.append(dividend_on(row, float(random.choice([0.25, 1.0, 0.1])), NAMES[column]))
    volumes = np.floor(10.0 ** random.uniform(0.0, 3.0, (rows, width)))
    return bars_of(*columns, actions=happened, session_bars=session_bars, volumes=volumes)


def row_of(time: int) -> int:
    """The row of a daily stamp made by `bars_of`."""
    return time // DAY_NS - FIRST_SESSION - 1


class Columns(Strategy):
    """Says what it was given."""

    def __init__(self, strength: Any, stop_loss: Any = None, take_profit: Any = None) -> None:
        super().__init__()
        self._signals = Signals(strength, stop_loss, take_profit)

    def generate_signals(self, bars: Bars) -> Signals:
        return self._signals


Deed = Callable[[Any, Any], object]


class Script(Strategy):
    """Does one thing after the bar of a row."""

    def __init__(self, deeds: Mapping[int, Deed]) -> None:
        super().__init__()
        self.deeds = dict(deeds)
        self.told: list[tuple[int, str, float, float]] = []

    def on_bar(self, context: Any, bar: Any) -> None:
        deed = self.deeds.pop(row_of(bar.time), None)
        if deed is not None:
            deed(context, bar)

    def on_fill(self, context: Any, fill: Any) -> None:
        self.told.append((row_of(context.time), fill.reason, fill.quantity, fill.price))


class Gambler(Strategy):
    """Asks for random things, always the same ones for the same seed; a plain one without terms of orders."""

    def __init__(self, seed: int, often: float, *, is_plain: bool = False) -> None:
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.often = often
        self.is_plain = is_plain
        self.orders: list[int] = []
        self.asked: dict[int, tuple[str, float]] = {}
        """The price that binds, limit or stop, by id."""
        self.ordered: dict[int, tuple[float, str, dict[str, Any], int]] = {}
        """Quantity, instrument, terms and row of own orders by id."""

    def on_bar(self, context: Any, bar: Any) -> None:
        if self.random.random() < self.often:
            self.act(context, bar.close)

    def on_fill(self, context: Any, fill: Any) -> None:
        if self.random.random() < self.often / 2:
            self.act(context, fill.price)

    def on_end(self, context: Any) -> None:
        self.act(context, 50.0)

    def near(self, price: float) -> float:
        return float(np.round(price * np.exp(self.random.normal(0.0, 0.02)), 2))

    def act(self, context: Any, price: float) -> None:
        other = str(self.random.choice(context.instruments))
        terms: dict[str, Any] = {"stop_loss": 0.0, "take_profit": 0.0}
        for name in terms:
            if self.random.random() < 0.4:
                terms[name] = self.near(price)
        match int(self.random.integers(0, 8)):
            case 0:
                context.target(float(self.random.choice([1.0, -0.5, 0.3, 0.0])), instrument=other, **terms)
            case 1:
                context.enter(weight=float(self.random.choice([1.0, -1.0])), **terms)
            case 2:
                context.close(other)
            case 3:
                context.protect(instrument=other, **terms)
            case 4:
                if self.orders:
                    context.cancel(int(self.random.choice(self.orders)))
            case _:
                self.order(context, price, other, terms)

    def order(self, context: Any, price: float, instrument: str, terms: dict[str, Any]) -> None:
        random = self.random
        if self.is_plain:
            kind = str(random.choice(["", "limit", "stop"]))
        else:
            kind = str(random.choice(["", "limit", "stop", "stop_limit", "trail", "trail_percent"]))
        for name in ("limit", "stop"):
            if name in kind:
                terms[name] = self.near(price)
        if kind == "trail":
            terms[kind] = float(np.round(price * random.choice([0.01, 0.03]), 2))
        elif kind == "trail_percent":
            terms[kind] = float(random.choice([0.5, 2.0, 5.0]))
        if self.is_plain:
            terms["day_only"] = bool(random.random() < 0.3)
        else:
            self.condition(context, kind, terms)
        trade = context.buy if random.random() < 0.5 else context.sell
        quantity = float(random.integers(1, 40)) * float(random.choice([1.0, 0.5]))
        order = trade(quantity, instrument=instrument, **terms)
        if order:
            self.orders.append(order)
            self.ordered[order] = (quantity, instrument, terms, row_of(context.time))
            if kind in ("limit", "stop", "stop_limit"):
                self.asked[order] = (kind.split("_")[-1], terms[kind.split("_")[-1]])

    def condition(self, context: Any, kind: str, terms: dict[str, Any]) -> None:
        """Time in force, group, reduce-only."""
        random = self.random
        forces = ["gtc", "gtc", "day", "gtd"] + (["ioc", "fok", "at_open", "at_close"] if kind in ("", "limit") else [])
        terms["time_in_force"] = str(random.choice(forces))
        if terms["time_in_force"] == "gtd":
            terms["expires"] = context.time + int(random.choice([1, DAY_NS, 3 * DAY_NS + 5]))
        if random.random() < 0.4:
            terms["group"] = int(random.integers(1, 5))
        if random.random() < 0.3:
            terms.update(reduces_only=True, stop_loss=0.0, take_profit=0.0)


class DeepGambler(Gambler):
    """Also asks for orders that are touched, that only make, that sleep, for brackets and for other terms of orders."""

    def __init__(self, seed: int, often: float) -> None:
        super().__init__(seed, often)
        self.replaced: set[int] = set()
        self.children: dict[int, int] = {}
        """Parent by id of the child."""

    def order(self, context: Any, price: float, instrument: str, terms: dict[str, Any]) -> None:
        random = self.random
        match int(random.integers(0, 5)):
            case 0:
                super().order(context, price, instrument, terms)
            case 1:
                self.send(context, instrument, terms | {"touch": self.near(price)}, price)
            case 2:
                self.send(context, instrument, terms | {"limit": self.near(price), "post_only": True}, price)
            case 3:
                entry = {"limit": self.near(price)} if random.random() < 0.5 else {}
                parts = {
                    name: float(random.integers(1, 10)) for name in ("stop_quantity", "target_quantity")
                    if random.random() < 0.5
                }  # fmt: skip
                side = str(random.choice(["buy", "sell"]))
                ids = context.bracket(
                    side, 10.0, stop_loss=self.near(price), take_profit=self.near(price), instrument=instrument,
                    **parts, **entry,
                )  # fmt: skip
                self.children |= {child: ids[0] for child in ids[1:] if child}
                self.orders += [order for order in ids if order]
            case _:
                self.change(context, price)

    def send(self, context: Any, instrument: str, terms: dict[str, Any], price: float) -> None:
        random = self.random
        if "touch" in terms and random.random() < 0.5:
            terms["limit"] = self.near(price)
        terms["time_in_force"] = str(random.choice(["gtc", "gtc", "day"]))
        working = [order for order in self.orders if order in context._desk.state.working]
        if working and random.random() < 0.4:
            terms["after"] = int(random.choice(working))
        if random.random() < 0.3:
            terms["group"] = int(random.integers(1, 5))
        trade = context.buy if random.random() < 0.5 else context.sell
        quantity = float(random.integers(1, 40)) * 0.5
        order = trade(quantity, instrument=instrument, **terms)
        if order:
            self.orders.append(order)
            self.ordered[order] = (quantity, instrument, terms, row_of(context.time))
            if "limit" in terms:
                self.asked[order] = ("limit", terms["limit"])
            if "after" in terms:
                self.children[order] = terms["after"]

    def change(self, context: Any, price: float) -> None:
        if not self.orders:
            return
        order = int(self.random.choice(self.orders))
        sent = context._desk.sent.get(order)
        if sent is None:
            return
        kind = ("", "limit", "stop", "stop", "trail", "touch", "touch")[sent.kind]
        changes: dict[str, float] = {}
        if kind and self.random.random() < 0.6:
            changes[kind] = 1.5 if kind == "trail" else self.near(price)
        if not changes or self.random.random() < 0.5:
            changes["quantity"] = float(self.random.integers(1, 40)) * 0.5
        self.replaced.add(order)
        self.asked.pop(order, None)
        context.replace(order, **changes)


class Books:
    """A broker factory that keeps the broker's own books for comparison."""

    def __init__(self) -> None:
        self.ledger: Any = None
        self.positions: list[Any] = []
        self.venue: Any = None

    def __call__(self, feed: Any, ledger: Any, positions: list[Any], *, charge: Any, closes_out: bool) -> Any:
        self.ledger, self.positions = ledger, positions
        broker = SimulatedBroker(feed, ledger, positions, charge=charge, closes_out=closes_out)
        self.venue = broker.venue
        return broker

    def agree_with(self, run: Run) -> None:
        """The engine believes what the broker knows."""
        assert float(self.ledger.cash) == run.cash[-1]
        for name in ("fees", "slippage", "dividends", "due", "funding", "interest", "borrow"):
            assert float(getattr(self.ledger, name)) == getattr(run, name), name
        for name in ("quantity", "basis", "realized", "local", "by_price"):
            column = getattr(run, name)
            if column is None:
                continue
            assert [float(getattr(position, name)) for position in self.positions] == column.tolist(), name


def backtest(strategy: Strategy, bars: Bars, *, engine: str = "runtime", **terms: Any) -> Run:
    """A run with the broker's books compared; `terms` are assumptions."""
    books = Books()
    run = run_backtest(strategy, bars, assumptions=Assumptions(**terms), broker_factory=books, engine=engine)
    if run.engine == "runtime":
        books.agree_with(run)
    return run


def both(strategy: Callable[[], Strategy], bars: Bars, **terms: Any) -> Run:
    """The run at both speeds, compared bit for bit; an event strategy is played to the kernel from its tape."""
    market, assumptions = prepare(bars, Assumptions(**terms)), Assumptions(**terms)
    books, tape, speaker = Books(), Tape(), strategy()
    slow = run_runtime(speaker, market, assumptions=assumptions, broker_factory=books, tape=tape)
    books.agree_with(slow)
    if speaker.dialect().value != "events":
        fast = run_backtest(strategy(), bars, assumptions=assumptions, broker_factory=books, engine="kernel")
        same(slow, fast)
    same(slow, run_kernel(market, assumptions, tape=tape))
    return slow


def wishes(weight: Any, loss: Any = None, gain: Any = None, *, is_restated: bool = False) -> Wishes:
    return Wishes(
        np.asarray(weight, np.float64),
        NONE if loss is None else np.asarray(loss, np.float64),
        NONE if gain is None else np.asarray(gain, np.float64),
        is_restated,
    )


def same(one: Run, other: Run) -> None:
    """Both runs agree to the last bit in everything but the name of the engine."""
    for part in ("fills", "endings", "carried"):
        mine, theirs = getattr(one, part), getattr(other, part)
        for column in fields(mine):
            equal(f"{part}.{column.name}", getattr(mine, column.name), getattr(theirs, column.name))
    for name in ("equity", "change_row", "change_cash", "change_quantity", "quantity", "basis", "realized"):
        equal(name, getattr(one, name), getattr(other, name))
    totals = ("opening_cash", "fees", "slippage", "dividends", "due", "funding", "interest", "borrow")
    for name in (*totals, "splits", "margin_calls"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.exchanged == other.exchanged
    equal("cash", one.cash, other.cash)
    equal("gross", one.gross, other.gross)
    equal("net", one.net, other.net)


def equal(name: str, one: NDArray[Any], other: NDArray[Any]) -> None:
    assert one.shape == other.shape, f"{name}: {one.tolist()} against {other.tolist()}"
    assert np.array_equal(one, other), f"{name}: first difference at {np.argwhere(one != other)[0]}"


def told_fills(run: Run) -> list[tuple[int, str, float, float]]:
    """(row, reason, signed quantity, price) of every fill."""
    f = run.fills
    columns = (f.row.tolist(), f.role.tolist(), f.quantity.tolist(), f.price.tolist())
    return [(row, REASONS[role], quantity, price) for row, role, quantity, price in zip(*columns, strict=True)]


def told_endings(run: Run) -> list[tuple[int, str]]:
    """(row, reason) of every order that ended without a fill."""
    return [
        (row, ENDINGS[reason])
        for row, reason in zip(run.endings.row.tolist(), run.endings.reason.tolist(), strict=True)
    ]


def market_of(bars: Bars, **terms: Any) -> MarketColumns:
    return prepare(bars, Assumptions(**terms))
