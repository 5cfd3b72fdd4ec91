"""Money is conserved to the last unit: random fills, fees in three currencies, busts, splits, dividends, funding.

The books are folded by `apply`; beside them stands the same arithmetic on fractions, written out here once more.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import InstrumentTerms, Role, SessionStarted
from tradewright.engine.session.state import OPERATOR, SessionState
from tradewright.ports.hosts import StrategyTerms

CASES = int(os.environ.get("LAW_CASES", "60"))
TERMS = (("AAA.XNYS", "USD", "1", "1"), ("ESZ.XCME", "USD", "50", "1"), ("CCC.XETR", "EUR", "1", "0.001"))
"""Instrument, currency, multiplier, lot."""
NAMES = tuple(name for name, *_ in TERMS)
FEES_IN = ("USD", "EUR", "BTC")
RATIOS = ("2", "3", "0.5", "1.5", "0.1", "1.25")
OPENING = Decimal(1_000_000)
KINDS = ("buy", "buy", "sell", "sell", "bust", "split", "dividend", "funding")

Step = tuple[str, int, int, int, int, int]
"""Kind, instrument, quantity in lots, price in cents, fee in millionths, and a number to pick by."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(0, 2), st.integers(1, 500), st.integers(1, 60_000),
        st.integers(-20_000, 5_000_000), st.integers(0, 1_000),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@dataclass
class Ledger:
    """The books, and on the other side fractions."""

    state: SessionState = field(default_factory=SessionState)
    fills: dict[str, tuple[int, Fill]] = field(default_factory=dict)
    """Those that stand, with their place in time."""
    splits: list[tuple[int, str, Fraction, Fraction]] = field(default_factory=list)
    moved: dict[str, Fraction] = field(default_factory=dict)
    now: int = 0

    def take(self, step: Step) -> None:
        kind, place, quantity, price, fee, pick = step
        self.now += 1
        match kind:
            case "buy" | "sell":
                self._trade(Side.BUY if kind == "buy" else Side.SELL, place, quantity, price, fee=fee, pick=pick)
            case "bust" if self.fills:
                name = sorted(self.fills)[pick % len(self.fills)]
                _, fill = self.fills.pop(name)
                apply(self.state, facts.FillBusted(self.now, fill.client_order_id, name))
            case "split":
                ratio, paid_at = Decimal(RATIOS[pick % len(RATIOS)]), Decimal(price) / 100
                booked = facts.SplitBooked(self.now, f"m{self.now}", NAMES[place], ratio, paid_at, self.now)
                apply(self.state, booked)
                self.splits.append((self.now, NAMES[place], Fraction(ratio), Fraction(paid_at)))
            case "dividend" | "funding":
                amount, currency = Decimal(fee) / 1_000_000, FEES_IN[pick % 2]
                apply(self.state, facts.CashBooked(self.now, f"m{self.now}", kind, NAMES[place], currency, amount))
                self.moved[currency] = self.moved.get(currency, Fraction(0)) + Fraction(amount)

    def _trade(self, side: Side, place: int, quantity: int, price: int, *, fee: int, pick: int) -> None:
        name, _, _, lot = TERMS[place]
        size, order = quantity * Decimal(lot), ClientOrderId(f"o{self.now}")
        request = OrderRequest(instrument=name, side=side, quantity=size)
        strategy = OPERATOR if pick % 3 == 0 else "x"
        intended = facts.OrderIntended(
            time_ns=self.now, client_order_id=order, intent=self.now, request=request, strategy=strategy,
            role=Role.PLAIN, limits_version=1, epoch=1, attempt=1, slice=0, correlation_id="c", arrival_price=None,
            wished=size,
        )  # fmt: skip
        apply(self.state, intended)
        apply(self.state, facts.OrderHandedOver(self.now, order, 1))
        apply(self.state, facts.OrderAccepted(self.now, order, f"v{self.now}"))
        for part, filled in enumerate(_parts(size, Decimal(lot), pick)):
            fill = Fill(
                execution_id=ExecutionId(f"e{self.now:05d}-{part}"), client_order_id=order, instrument=name, side=side,
                quantity=filled, price=Decimal(price) / 100, time_ns=self.now, venue_order_id=VenueOrderId("v"),
                fee=Money(Decimal(fee) / 1_000_000, FEES_IN[pick % 3]),
            )  # fmt: skip
            apply(self.state, facts.OrderFilled(self.now, fill))
            self.fills[fill.execution_id] = (self.now, fill)

    def course(self, place: int) -> tuple[Fraction, Fraction]:
        """What is held of an instrument, and what splits paid for fractions, in the order of time."""
        name, _, multiplier, lot = TERMS[place]
        events: list[tuple[int, Fraction, Fraction]] = [
            (when, Fraction(fill.signed_quantity), Fraction(-1))
            for when, fill in self.fills.values()
            if fill.instrument == name
        ]
        events += [(when, ratio, price) for when, of, ratio, price in self.splits if of == name]
        held = paid = Fraction(0)
        for _, amount, price in sorted(events):
            if price < 0:
                held += amount
                continue
            exact = held * amount
            held = int(exact / Fraction(lot)) * Fraction(lot)
            paid += (exact - held) * price * Fraction(multiplier)
        return held, paid

    def cash(self) -> dict[str, Fraction]:
        """By currency."""
        total = {"USD": Fraction(OPENING)}
        for currency, amount in self.moved.items():
            total[currency] = total.get(currency, Fraction(0)) + amount
        multipliers = {name: (currency, Fraction(multiplier)) for name, currency, multiplier, _ in TERMS}
        for _, fill in self.fills.values():
            currency, multiplier = multipliers[fill.instrument]
            notional = Fraction(fill.signed_quantity) * Fraction(fill.price) * multiplier
            total[currency] = total.get(currency, Fraction(0)) - notional
            fee_in = fill.fee.currency
            total[fee_in] = total.get(fee_in, Fraction(0)) - Fraction(fill.fee.amount)
        for place, (_, currency, _, _) in enumerate(TERMS):
            total[currency] = total.get(currency, Fraction(0)) + self.course(place)[1]
        return {currency: amount for currency, amount in total.items() if amount}


def _parts(size: Decimal, lot: Decimal, pick: int) -> Iterator[Decimal]:
    """The size in one to three executions."""
    lots, count = int(size / lot), 1 + pick % 3
    for part in range(count):
        share = (lots * (part + 1)) // count - (lots * part) // count
        if share:
            yield share * lot


def opened() -> Ledger:
    ledger = Ledger()
    terms = tuple(
        InstrumentTerms(
            instrument=name, currency=currency, multiplier=Decimal(multiplier), lot=Decimal(lot), tick=Decimal("0.01"),
            asset_class="equity",
        )
        for name, currency, multiplier, lot in TERMS
    )  # fmt: skip
    strategy = StrategyTerms(strategy="x", parameters={}, instruments=NAMES, multipliers={}, lots={})
    started = SessionStarted(
        time_ns=0, session="s", mode="paper", account="a", broker="b", strategy=strategy, strategy_name="x",
        instruments=terms, feed={}, opening_cash={"USD": OPENING}, limits_version=1, engine_version="law",
    )  # fmt: skip
    apply(ledger.state, started)
    return ledger


def after(steps: list[Step]) -> Ledger:
    ledger = opened()
    for step in steps:
        ledger.take(step)
    return ledger


@settings(max_examples=CASES, deadline=None)
@given(STEPS)
def test_cash_and_positions_are_those_of_exact_fractions(steps: list[Step]) -> None:
    ledger = after(steps)
    ours = {currency: Fraction(amount) for currency, amount in ledger.state.cash.items() if amount}
    assert ours == ledger.cash()
    for place, name in enumerate(NAMES):
        assert Fraction(ledger.state.held(name)) == ledger.course(place)[0]


@settings(max_examples=CASES, deadline=None)
@given(STEPS)
def test_every_entry_has_its_counterpart(steps: list[Step]) -> None:
    """Cash, cost and realized gains of a currency add up to what was put in, whatever happened in between."""
    state = after(steps).state
    for currency in FEES_IN:
        positions = [
            one for of in state.positions.values() for one in of.values() if one.currency == currency
        ]  # fmt: skip
        basis = sum((Fraction(one.cost_basis) for one in positions), Fraction(0))
        realized = sum((Fraction(one.realized) for one in positions), Fraction(0))
        fees = sum(
            (Fraction(fill.fee.amount) for name, fill in state.executions.items()
             if name not in state.busted and fill.fee.currency == currency),
            Fraction(0),
        )  # fmt: skip
        put_in = Fraction(OPENING if currency == "USD" else 0) + Fraction(state.other_cash.get(currency, Decimal(0)))
        assert Fraction(state.cash.get(currency, Decimal(0))) + basis - realized + fees - put_in == 0, currency


@settings(max_examples=CASES, deadline=None)
@given(STEPS)
def test_what_is_taken_back_leaves_nothing_behind(steps: list[Step]) -> None:
    ledger = after(steps)
    for _ in range(len(ledger.fills)):
        ledger.take(("bust", 0, 1, 1, 0, 0))
    assert all(not held for held in ledger.state.net_positions().values())
    for place in range(len(TERMS)):
        assert ledger.course(place) == (Fraction(0), Fraction(0))
    left = {currency: Fraction(amount) for currency, amount in ledger.state.cash.items()}
    put_in = {currency: ledger.moved.get(currency, Fraction(0)) for currency in left}
    put_in["USD"] += Fraction(OPENING)
    assert left == put_in
