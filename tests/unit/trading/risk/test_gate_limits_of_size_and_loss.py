"""Every limit of size, exposure and loss just under, at and over."""

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.gate_cases import LIMIT, Row, decide, quantity, row, three
from tests.unit.trading.risk.risk_desk import APPLE, COIN, OTHER, D, held, reserved

from tradewright.domain.orders.side import Side

ORDERS = [
    *three("order_quantity", what="quantity", values=(9, 10, 11), at=quantity, limit={"order_quantity": D(10)}),
    *three(
        "order_day_part",
        what="part of a day",
        values=(999, 1000, 1001),
        at=quantity,
        limit={"order_day_part": D("0.001")},
    ),
    *three("order_notional", what="notional", values=(99, 100, 101), at=quantity, limit={"order_notional": D(10_000)}),
    row(
        "notional counts the limit price above the mark",
        "order_notional",
        request={"quantity": D(100), "kind": LIMIT, "limit_price": D("100.01")},
        limits={"order_notional": D(10_000)},
    ),
    row(
        "notional counts the mark above a limit price",
        request={"quantity": D(100), "kind": LIMIT, "limit_price": D("99.99")},
        limits={"order_notional": D(10_000)},
    ),
    row(
        "a mild drawdown takes a quarter of the notional",
        "order_notional",
        request={"quantity": D(76)},
        book={"peak_equity": D(106_000)},
        limits={"order_notional": D(10_000)},
    ),
    row(
        "a mild drawdown leaves three quarters of the notional",
        request={"quantity": D(75)},
        book={"peak_equity": D(106_000)},
        limits={"order_notional": D(10_000)},
    ),
    row("a fraction of a lot is refused, not rounded", "grid", request={"quantity": D("1.5")}),
    row("a price between ticks is refused, not rounded", "grid", request={"kind": LIMIT, "limit_price": D("99.995")}),
    row("a price on a tick passes", request={"kind": LIMIT, "limit_price": D("99.99")}),
]
POSITIONS = [
    *three("position", what="position", values=(49, 50, 51), at=quantity, limit={"position": D("0.05")}),
    *three(
        "position",
        what="position with 20 held",
        values=(29, 30, 31),
        at=lambda n: {**quantity(n), "book": {"positions": (held(20),)}},
        limit={"position": D("0.05")},
    ),
    *three(
        "position",
        what="position with 20 in flight",
        values=(29, 30, 31),
        at=lambda n: {**quantity(n), "book": {"reservations": (reserved("r", 20),)}},
        limit={"position": D("0.05")},
    ),
    *three(
        "gross_exposure",
        what="gross exposure",
        values=(499, 500, 501),
        at=lambda n: {**quantity(n), "book": {"positions": (held(-500, OTHER),)}},
        limit={"gross_exposure": D(1)},
    ),
    row(
        "gross exposure is measured by the equity of the morning",
        "gross_exposure",
        request={"quantity": D(1001)},
        book={"equity": D(110_000), "peak_equity": D(110_000)},
        limits={"gross_exposure": D(1)},
    ),
    *three(
        "net_exposure",
        what="net exposure",
        values=(699, 700, 701),
        at=lambda n: {**quantity(n), "book": {"positions": (held(-200, OTHER),)}},
        limit={"net_exposure": D("0.5")},
    ),
    row(
        "net exposure does not trust a sell that may not fill",
        "net_exposure",
        request={"quantity": D(501)},
        book={"reservations": (reserved("s", 400, side=Side.SELL, instrument=OTHER),)},
        limits={"net_exposure": D("0.5")},
    ),
    *three(
        "leverage",
        what="leverage",
        values=(899, 900, 901),
        at=lambda n: {**quantity(n), "book": {"equity": D(90_000)}},
        limit={"leverage": D(1)},
    ),
    *three(
        "symbol_concentration",
        what="symbol at two venues",
        values=(49, 50, 51),
        at=lambda n: {
            **quantity(n),
            "book": {
                "positions": (held(50, "AAPL.XNYS"),),
                "markets": {name: desk.market(name) for name in (APPLE, "AAPL.XNYS")},
                "correlations": {(APPLE, "AAPL.XNYS"): D(1)},
            },
        },
        limit={"symbol_concentration": D("0.10")},
    ),
    *three(
        "sector_concentration",
        what="sector",
        values=(199, 200, 201),
        at=lambda n: {**quantity(n), "book": {"positions": (held(200, OTHER),)}},
        limit={"sector_concentration": D("0.40")},
    ),
    *three(
        "asset_class_concentration",
        what="asset class",
        values=(199, 200, 201),
        at=lambda n: {**quantity(n), "book": {"positions": (held(200, OTHER), held(100, COIN))}},
        limit={"asset_class_concentration": D("0.40")},
    ),
    *three(
        "correlated_exposure",
        what="correlation",
        values=(D("0.79"), D("0.80"), D("0.81")),
        at=lambda rho: {"book": {"positions": (held(300, OTHER),), "correlations": {(APPLE, OTHER): rho}}},
        limit={"correlated_exposure": D("0.30")},
        over_at=True,
    ),
    *three(
        "correlated_exposure",
        what="what moves together",
        values=(99, 100, 101),
        at=lambda n: {
            **quantity(n),
            "book": {"positions": (held(-200, OTHER),), "correlations": {(APPLE, OTHER): D("-0.9")}},
        },
        limit={"correlated_exposure": D("0.30")},
    ),
]
LOSSES = [
    *three(
        "portfolio_risk",
        what="loss to the stop",
        values=(999, 1000, 1001),
        at=quantity,
        limit={"portfolio_risk": D("0.02")},
    ),
    *three(
        "portfolio_risk",
        what="a bad day without a stop",
        values=(999, 1000, 1001),
        at=lambda n: {"request": {"quantity": D(n), "protective_stop": None}},
        limit={"portfolio_risk": D("0.02")},
    ),
    *three(
        "portfolio_risk",
        what="loss to the stop beside a held position",
        values=(499, 500, 501),
        at=lambda n: {**quantity(n), "book": {"positions": (held(1000, OTHER, protective_stop=D(99)),)}},
        limit={"portfolio_risk": D("0.02")},
    ),
    row(
        "half a stop covers half a position: 500 at one and 500 at two, and 500 more are too many",
        "portfolio_risk",
        request={"quantity": D(251)},
        limits={"portfolio_risk": D("0.02")},
        book={"positions": (held(1000, OTHER, protective_stop=D(99), protected=D(500)),)},
    ),
    row(
        "half a stop covers half a position: 500 at one and 500 at two leave 250",
        request={"quantity": D(250)},
        book={"positions": (held(1000, OTHER, protective_stop=D(99), protected=D(500)),)},
        limits={"portfolio_risk": D("0.02")},
    ),
    row(
        "a stop on the winning side protects from nothing",
        "portfolio_risk",
        request={"quantity": D(1001), "protective_stop": D(101)},
        limits={"portfolio_risk": D("0.02")},
    ),
    *three(
        "drawdown",
        what="drawdown",
        values=(D("85000.01"), D(85_000), D("84999.99")),
        at=lambda equity: {"book": {"equity": equity}},
        limit={},
        over_at=True,
    ),
    *three(
        "daily_loss",
        what="loss of the day",
        values=(D("98000.01"), D(98_000), D("97999.99")),
        at=lambda equity: {"book": {"equity": equity}},
        limit={"daily_loss": D("0.02")},
        over_at=True,
    ),
    *three(
        "buying_power",
        what="buying power with its buffer",
        values=(94, 95, 96),
        at=lambda n: {**quantity(n), "book": {"buying_power": D(10_000)}},
        limit={"buying_power_buffer": D("0.05")},
    ),
    row(
        "buying power that an order in flight may take is not there",
        "buying_power",
        request={"quantity": D(51)},
        book={"buying_power": D(10_000), "reservations": (reserved("r", 50, instrument=OTHER),)},
    ),
]
ROWS = [*ORDERS, *POSITIONS, *LOSSES]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
def test_limits_of_size_exposure_and_loss(case: Row) -> None:
    decide(case)
