from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.errors import DataError, InputError, StrategyError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument, InstrumentStatus
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.market.bar import Bar
from tradewright.domain.market.book import Book, BookLevel
from tradewright.domain.market.funding import Funding
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.side import Side
from tradewright.domain.portfolio.position import Direction, Position
from tradewright.domain.signals import Opinion, Signal
from tradewright.domain.timeframe import DAILY, Timeframe

ONE = Decimal(1)


def fill(change: Decimal, price: Decimal, *, fee: str = "0.10", currency: str = "USD", name: str = "ES.XCME") -> Fill:
    return Fill(
        execution_id=ExecutionId("e"),
        client_order_id=ClientOrderId("o"),
        instrument=name,
        side=Side.of(change),
        quantity=abs(change),
        price=price,
        fee=Money.of(fee, currency),
        time_ns=0,
    )


changes = st.integers(-50, 50).filter(bool).map(Decimal)
prices = st.decimals(min_value=1, max_value=5000, places=2)


@settings(max_examples=150)
@given(st.lists(st.tuples(changes, prices), min_size=1, max_size=25), prices)
def test_realized_and_unrealized_are_the_cash_and_the_mark(
    trades: list[tuple[Decimal, Decimal]], mark: Decimal
) -> None:
    position = Position("ES.XCME", "USD", multiplier=Decimal(50))
    cash = Decimal(0)
    for change, price in trades:
        position = position.after_fill(fill(change, price))
        cash -= change * price * 50
    assert position.realized + position.unrealized(mark) == cash + position.market_value(mark)
    assert position.quantity == sum(change for change, _ in trades)
    assert position.fees == Decimal("0.10") * len(trades)
    assert position.is_flat is (position.average_price is None)


def test_average_price_is_a_view() -> None:
    position = Position("ES.XCME", "USD", multiplier=Decimal(50)).after_fill(fill(Decimal(-3), Decimal(100)))
    assert position.direction is Direction.SHORT
    assert position.average_price == 100
    assert position.cost_basis == -15_000
    assert position.notional(Decimal(99)) == 14_850
    turned = position.after_fill(fill(Decimal(5), Decimal(90)))
    assert (turned.direction, turned.average_price, turned.realized) == (Direction.LONG, Decimal(90), Decimal(1_500))
    assert turned.after_fill(fill(Decimal(-2), Decimal(90))).direction is Direction.FLAT


def test_a_split_keeps_the_cost_and_pays_out_fractions() -> None:
    held = Position("AAPL.XNAS", "USD", quantity=Decimal(15), cost_basis=Decimal(1500))
    doubled, cash = held.after_split(ratio=Decimal(2), lot=ONE, price=Decimal(50))
    assert (doubled.quantity, doubled.cost_basis, cash) == (Decimal(30), Decimal(1500), Decimal(0))
    merged, cash = held.after_split(ratio=Decimal("0.1"), lot=ONE, price=Decimal(1000))
    assert merged.quantity == 1
    assert cash == 500
    assert merged.realized + merged.unrealized(Decimal(1000)) == cash + merged.market_value(Decimal(1000)) - 1500


def test_a_fill_of_something_else_is_refused() -> None:
    position = Position("AAPL.XNAS", "USD")
    for wrong in (fill(ONE, ONE), fill(ONE, ONE, name="AAPL.XNAS", currency="EUR")):
        with pytest.raises(InputError, match="does not belong"):
            position.after_fill(wrong)
    with pytest.raises(AssertionError):
        Position("AAPL.XNAS", "USD", cost_basis=ONE)


@pytest.mark.parametrize(
    ("target", "previous", "opinion", "strength"),
    [
        (1.0, 0.0, Opinion.BUY, 1.0),
        (0.5, 0.5, Opinion.HOLD, 0.0),
        (0.0, 0.5, Opinion.SELL, 0.5),
        (-1.0, 1.0, Opinion.SELL, 1.0),
        (float("nan"), 1.0, Opinion.HOLD, 0.0),
    ],
)
def test_a_signal_is_read_from_the_change_of_its_target(
    target: float, previous: float, opinion: Opinion, strength: float
) -> None:
    signal = Signal("AAPL.XNAS", 0, target=target, previous=previous)
    assert (signal.opinion, signal.strength) == (opinion, strength)


def test_a_signal_out_of_range_is_the_strategy_s_fault() -> None:
    for target, previous in ((1.5, 0.0), (0.0, float("nan"))):
        with pytest.raises(StrategyError, match="out of range"):
            Signal("AAPL.XNAS", 0, target=target, previous=previous)


@pytest.mark.parametrize(
    ("open_", "high", "low", "close", "volume"),
    [
        (0.0, 1, 1, 1, 0),
        (1, 1, 2, 1, 0),
        (3, 2, 1, 1, 0),
        (1, 2, 1, 3, 0),
        (1, 1, 1, 1, -1.0),
        (1, float("nan"), 1, 1, 0),
    ],
)
def test_a_damaged_bar_cannot_be_made(open_: float, high: float, low: float, close: float, volume: float) -> None:
    with pytest.raises(DataError, match=r"the 1d bar of AAPL\.XNAS at 7 is damaged"):
        Bar("AAPL.XNAS", DAILY, 7, 0, open_, high, low, close, volume)


def test_a_bar_knows_its_range() -> None:
    bar = Bar("AAPL.XNAS", DAILY, 0, 0, 2.0, 4.0, 1.0, 3.0, 10.0)
    assert (bar.range, bar.middle) == (3.0, 2.5)
    assert [bar.contains(price) for price in (0.9, 1.0, 4.0, 4.1)] == [False, True, True, False]


def test_quotes_books_trades_and_funding_refuse_damage() -> None:
    for make in (
        lambda: Quote("X.FX", 0, -1.0, 1, 1.0, 1),
        lambda: Quote("X.FX", 0, 1.0, float("inf"), 1.0, 1),
        lambda: Trade("X.FX", 0, "1", 1.0, 0.0),
        lambda: Funding("X.FX", 0, float("nan"), 1.0),
        lambda: Book("X.FX", 0, (BookLevel(1, 1), BookLevel(2, 1)), ()),
        lambda: Book("X.FX", 0, (), (BookLevel(2, 1), BookLevel(2, 1))),
    ):
        with pytest.raises(DataError, match=r"X\.FX at 0 is damaged"):
            make()


def test_a_book_and_a_quote_weigh_both_sides() -> None:
    book = Book("X.FX", 0, (BookLevel(9, 3), BookLevel(8, 1)), (BookLevel(11, 1),))
    assert book.imbalance(levels=1) == 0.5
    assert book.best.imbalance == 0.5
    assert book.best.microprice == 10.5
    assert Book("X.FX", 0, (), ()).imbalance(levels=3) == 0.0
    with pytest.raises(DataError, match="no asks"):
        _ = Book("X.FX", 0, (BookLevel(9, 3),), ()).best
    with pytest.raises(DataError, match="no bids"):
        _ = Book("X.FX", 0, (), ()).best
    empty = Quote("X.FX", 0, 1.2, 0, 1.1, 0)
    assert empty.is_crossed
    assert (empty.imbalance, empty.microprice) == (0.0, empty.mid)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"tick": Decimal(0)}, "tick of AAPL.XNAS"),
        ({"lot": 1.0}, "lot of AAPL.XNAS"),
        ({"multiplier": Decimal("NaN")}, "multiplier of AAPL.XNAS"),
        ({"smallest_quantity": Decimal(-1)}, "smallest_quantity of AAPL.XNAS"),
        ({"currency": "dollar"}, "needs a currency"),
        ({"id": InstrumentId("AAPL")}, "SYMBOL.VENUE"),
    ],
)
def test_an_instrument_is_checked_when_it_is_made(parts: dict[str, object], told: str) -> None:
    whole: dict[str, object] = {
        "id": InstrumentId("AAPL.XNAS"),
        "currency": "USD",
        "asset_class": AssetClass.EQUITY,
    } | parts
    with pytest.raises(InputError, match=told):
        Instrument(**whole)  # type: ignore[arg-type]


def test_an_instrument_knows_its_names() -> None:
    mini = Instrument(InstrumentId("ESZ4.XCME"), "USD", AssetClass.FUTURE, multiplier=Decimal(50))
    assert (mini.symbol, mini.venue) == ("ESZ4", "XCME")
    assert mini.notional(Decimal(-2), Decimal(4000)) == 400_000
    assert mini.status.can_trade
    assert not InstrumentStatus.HALTED.can_trade
    assert not AssetClass.FX.is_derivative


def test_corporate_actions_have_a_positive_value() -> None:
    for value in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="positive and finite"):
            CorporateAction(0, "AAPL.XNAS", ActionKind.SPLIT, value)


@given(st.integers(1, 500), st.sampled_from("smhdw"))
def test_a_timeframe_is_read_back_as_long_as_it_was(count: int, unit: str) -> None:
    frame = Timeframe.parse(f"{count}{unit}")
    assert Timeframe.parse(str(frame)) == frame


def test_a_timeframe_that_is_none_is_refused() -> None:
    for text in ("", "1", "d", "0d", "1y", "-1d"):
        with pytest.raises(ValueError, match="is not understood"):
            Timeframe.parse(text)
    assert str(Timeframe(7)) == "7ns"
    assert repr(Timeframe.parse("90m")) == "Timeframe('90m')"
