"""Closing a position in pieces: it only shrinks, it never turns, and it ends flat (I17)."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.application.risk.kill_flatten import PART, Piece, next_pieces
from tradewright.domain.identifiers import ClientOrderId, VenueOrderId
from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import OrderReport, ReportedLife

NAME = "SPY.ARCX"


def working(request: OrderRequest, filled: str = "0") -> OrderReport:
    return OrderReport(
        client_order_id=ClientOrderId("c1"), venue_order_id=VenueOrderId("v1"), request=request,
        life=ReportedLife.WORKING, filled=Decimal(filled),
    )  # fmt: skip


def reducing(quantity: str, *, origin: Origin = Origin.STRATEGY, closes: bool = False) -> OrderReport:
    return working(
        OrderRequest(
            instrument=NAME, side=Side.SELL, quantity=Decimal(quantity), reduces_only=True, closes_position=closes,
            origin=origin,
        )
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    held=st.integers(-5_000, 5_000),
    day=st.one_of(st.none(), st.just(0), st.integers(2_000, 100_000)),
    lot=st.sampled_from(["1", "10", "0", "0.5"]),
    shares=st.lists(st.integers(0, 4), min_size=1, max_size=30),
)
def test_whatever_the_venue_fills_the_position_shrinks_to_nothing(
    held: int, day: int | None, lot: str, shares: list[int]
) -> None:
    left, turns = Decimal(held), 0
    known = {NAME: Piece(None if day is None else Decimal(day), Decimal(lot))}
    while left and turns < 1_000:
        (piece,) = next_pieces({NAME: left}, (), known=known)
        assert piece.reduces_only
        assert piece.origin is Origin.RISK
        assert piece.side is Side.of(-left)
        assert 0 < piece.quantity <= abs(left)
        if day and Decimal(lot) * 20 <= day:
            assert piece.quantity <= day * PART
        part = Decimal(shares[turns % len(shares)]) / 4 if turns < len(shares) else Decimal(1)
        before, left = left, left + piece.side.sign * piece.quantity * part
        assert abs(left) <= abs(before)
        assert left * before >= 0
        turns += 1
    assert left == 0


def test_nothing_is_sent_while_a_piece_is_on_its_way() -> None:
    held = {NAME: Decimal(100)}
    assert not next_pieces(held, (reducing("10", origin=Origin.RISK),), known={})


def test_other_closing_orders_leave_less_to_be_closed_and_protection_does_not() -> None:
    held = {NAME: Decimal(100)}
    (piece,) = next_pieces(held, (reducing("30"), reducing("100", closes=True)), known={})
    assert piece.quantity == 70
    assert not next_pieces(held, (reducing("100"),), known={})
    (piece,) = next_pieces(held, (replace(reducing("30"), filled=Decimal(20)),), known={})
    assert piece.quantity == 90


def test_what_is_flat_needs_nothing_and_the_rest_of_a_lot_goes_whole() -> None:
    assert not next_pieces({NAME: Decimal(0)}, (), known={})
    (piece,) = next_pieces({NAME: Decimal("-0.4")}, (), known={NAME: Piece(Decimal(1000), Decimal(1))})
    assert (piece.side, piece.quantity) == (Side.BUY, Decimal("0.4"))
