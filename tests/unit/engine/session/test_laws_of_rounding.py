"""Rounding never makes an order larger than what was wished, and never lets a value out that a venue would not take.

Wishes with any quantity, weight and price go through the core, over instruments with the steps of real venues.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.session.core_desk import A, B, Desk, QuietMarkets, commands_of, start_of

from tradewright.domain.identifiers import AccountId, InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.engine.session.core import Core
from tradewright.engine.session.inputs import Opened
from tradewright.engine.session.state import SessionState
from tradewright.ports import broker, hosts
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

CASES = int(os.environ.get("LAW_CASES", "60"))
FILTERS = (
    ("0.01", "1", "0", "0"),
    ("0.0001", "1", "0", "0"),
    ("0.01", "0.00001", "0.00001", "5"),
    ("0.1", "0.001", "0.001", "100"),
    ("0.00001", "0.1", "0.1", "5"),
    ("0.25", "1", "1", "0"),
    ("0.005", "100", "100", "0"),
    ("0.05", "0.000001", "0.000001", "1"),
)
"""Tick, lot, smallest quantity, smallest notional: shares, sub-penny shares, coins, futures, board lots."""
PRICES = st.floats(0.5, 400.0)
WISHES = st.tuples(
    st.sampled_from(("market", "limit", "stop", "target")), st.booleans(), st.floats(1e-6, 120.0), PRICES,
    st.floats(-0.2, 0.2),
)  # fmt: skip


class FilteredMarkets(QuietMarkets):
    """The quiet markets with the steps of a venue."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self._instruments = {str(one.id): one for one in instruments}

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        found = super().view(instrument, mark=mark, marked_ns=marked_ns, now_ns=now_ns)
        return None if found is None else replace(found, instrument=self._instruments[instrument])


def filtered(names: tuple[str, ...], steps: tuple[str, str, str, str]) -> tuple[Instrument, ...]:
    tick, lot, smallest, notional = (Decimal(one) for one in steps)
    return tuple(
        Instrument(
            InstrumentId(name), "USD", AssetClass.EQUITY, tick=tick, lot=lot, smallest_quantity=smallest,
            smallest_notional=notional,
        )
        for name in names
    )  # fmt: skip


def desk_over(instruments: tuple[Instrument, ...]) -> Desk:
    terms = tuple(
        replace(one, tick=known.tick, lot=known.lot)
        for one, known in zip(start_of().instruments, instruments, strict=True)
    )
    core = Core(
        SessionState(), start=replace(start_of(), instruments=terms), markets=FilteredMarkets(instruments),
        policy=LimitsPolicy(everywhere=shipped_limits(frozenset({A, B}))),
        traits=broker.BrokerTraits(
            name="paper", environment=broker.Environment.PAPER, account=AccountId("main"), has_brackets=True,
            has_groups=True, settles_within_ns=1,
        ),
    )  # fmt: skip
    desk = Desk(core)
    core.state.epoch = 1
    desk.give(Opened(1), hosts.HostReady("code", 0, speaks_weights=False), broker.Connected())
    desk.reconcile()
    desk.slice()
    return desk


def wish_of(kind: str, buys: bool, quantity: float, price: float, weight: float) -> hosts.Wish:
    if kind == "target":
        return hosts.TargetWish(A, weight, is_instruction=True)
    side = "BUY" if buys else "SELL"
    limit, stop = (price if kind == wanted else 0.0 for wanted in ("limit", "stop"))
    return hosts.OrderWish(
        number=1, instrument=A, side=side, quantity=quantity, kind=kind, limit=limit, stop=stop
    )  # fmt: skip


@settings(max_examples=CASES, deadline=None)
@given(st.sampled_from(FILTERS), WISHES)
def test_what_leaves_is_legal_and_never_larger_than_what_was_wished(
    steps: tuple[str, str, str, str], wished: tuple[str, bool, float, float, float]
) -> None:
    instruments = filtered((A, B), steps)
    known, desk = instruments[0], desk_over(instruments)
    kind, _, quantity, _, weight = wished
    said = desk.wish(wish_of(*wished))
    equity = desk.core.state.equity()
    assert equity is not None
    for command in commands_of(said, broker.SubmitOrder):
        assert isinstance(command, broker.SubmitOrder)
        request = command.ticket.request
        assert request.quantity % known.lot == 0
        assert request.quantity >= known.smallest_quantity
        for price in (request.limit_price, request.stop_price, request.stop_loss, request.take_profit):
            assert price is None or price % known.tick == 0
        assert known.notional(request.quantity, Decimal(100)) >= known.smallest_notional
        if kind == "target":
            assert request.quantity * 100 <= abs(Decimal(repr(weight))) * equity
        else:
            assert request.quantity <= Decimal(repr(quantity))


def test_some_of_these_wishes_do_leave() -> None:
    for steps in FILTERS[:4]:
        desk = desk_over(filtered((A, B), steps))
        assert commands_of(desk.wish(wish_of("target", True, 1.0, 100.0, 0.0333)), broker.SubmitOrder)
