"""A cost is what a fill takes beside its price: a fee in money, or a worse price (spread, slippage).

Costs add and scale, and the same object estimates and charges. `repr` is the expression that makes it. Rates in basis
points are of the notional; money is in the account's currency.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tradewright.domain.arithmetic.costs import PER_NOTIONAL, PER_ORDER, PER_QUANTITY, charge, fee_of
from tradewright.domain.costs.rows import FeeRow, ImpactRow, RateRow

MADE, TOOK = 1, 2
"""A fill's side of liquidity: it waited in the book, or it took what was there."""
PARTS = ("fill", "order")
"""Of what a minimum or maximum is counted: of each fill, or of the order as a whole."""


class Cost:
    """One kind of cost. An own model derives from it and writes `fee` (and `slip`).

    A fee never falls as quantity rises: what the account affords is found by relying on it.

    >>> class Stamp(Cost):
    ...     def fee(self, quantity: float, price: float) -> float:
    ...         return 0.005 * quantity * price
    >>> (Stamp() + PerOrder(1)).fee(10, 50.0)
    3.5
    """

    __slots__ = ()

    def fee(self, quantity: float, price: float) -> float:
        """Money charged for a fill of `quantity` > 0 at `price` (money per unit), that takes liquidity, is its order's
        only one, and is the first of its month."""
        notional = quantity * price
        rated = sum(fee_of(row.fee, quantity, notional) for row in self.rates() if row.side != MADE and row.above == 0)
        return float(charge(self.rows() or (), quantity, notional) + rated)

    def slip(self) -> float:
        """How much worse than the reference a market or stop order fills, as a fraction of the price."""
        return 0.0

    def rows(self) -> tuple[FeeRow, ...] | None:
        """The fee as rows of a schedule; None for an own model that only `fee` knows."""
        return None

    def rates(self) -> tuple[RateRow, ...]:
        """What depends on more than the fill: on liquidity, on the month, on the order's other parts."""
        return ()

    def impacts(self) -> tuple[ImpactRow, ...]:
        """How the quantity moves the price of an order that takes liquidity."""
        return ()

    def scaled(self, factor: float) -> "Cost":
        """The same cost, `factor` times."""
        return Scaled(factor, self)

    def __add__(self, other: "Cost") -> "Cost":
        if not isinstance(other, Cost):
            return NotImplemented
        return total((self, other))

    def __mul__(self, factor: float) -> "Cost":
        if not isinstance(factor, int | float):
            return NotImplemented
        if isinstance(factor, bool) or not 0 <= factor < float("inf"):
            raise ValueError(f"a cost is scaled by a finite factor >= 0, found {factor}")
        return self.scaled(factor)

    __rmul__ = __mul__


def _parts(cost: Cost) -> tuple[Cost, ...]:
    return cost.parts if isinstance(cost, Costs) else (cost,)


def check_amounts(**amounts: float) -> None:
    """A ValueError for an amount of money, rate or share that is none."""
    for name, amount in amounts.items():
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < float("inf"):
            raise ValueError(f"{name} is a finite number >= 0, found {amount!r}")


def _check_per(per: str) -> None:
    if per not in PARTS:
        raise ValueError(f"per is one of {', '.join(PARTS)}, found {per!r}")


def _lines(row: FeeRow, per: str) -> tuple[tuple[FeeRow, ...], tuple[RateRow, ...]]:
    """A line as one of each fill, or as one of the order."""
    return ((row,), ()) if per == "fill" else ((), (RateRow(row, per_order=1),))


def _called(name: str, first: str, **rest: object) -> str:
    """The expression of a cost; what has its default is left away."""
    told = "".join(f", {key}={value!r}" for key, value in rest.items() if value and value != "fill")
    return f"{name}({first}{told})"


@dataclass(frozen=True, slots=True)
class Commission(Cost):
    """A share of the notional, with an optional minimum in money, `per` fill or per order.

    >>> Commission(bps=10).fee(100, 50.0)
    5.0
    >>> 2 * Commission(bps=10)
    Commission(bps=20)
    """

    bps: float
    minimum: float = 0
    per: str = "fill"

    def __post_init__(self) -> None:
        check_amounts(bps=self.bps, minimum=self.minimum)
        _check_per(self.per)

    def rows(self) -> tuple[FeeRow, ...]:
        """One row per notional."""
        return _lines(self._row(), self.per)[0]

    def rates(self) -> tuple[RateRow, ...]:
        """The same, where it is counted by the order."""
        return _lines(self._row(), self.per)[1]

    def scaled(self, factor: float) -> Cost:
        """Rate and minimum, `factor` times."""
        return Commission(self.bps * factor, self.minimum * factor, self.per)

    def _row(self) -> FeeRow:
        return FeeRow(PER_NOTIONAL, self.bps / 10_000, self.minimum)

    def __repr__(self) -> str:
        return _called("Commission", f"bps={self.bps!r}", minimum=self.minimum, per=self.per)


@dataclass(frozen=True, slots=True)
class PerShare(Cost):
    """Money per share, with a minimum in money and a maximum as a part of the notional (0: none); `per` fill or order.

    >>> PerShare(0.005, minimum=1).fee(100, 50.0)
    1.0
    """

    rate: float
    minimum: float = 0
    maximum: float = 0
    per: str = "fill"

    def __post_init__(self) -> None:
        check_amounts(rate=self.rate, minimum=self.minimum, maximum=self.maximum)
        _check_per(self.per)

    def rows(self) -> tuple[FeeRow, ...]:
        """One row per quantity."""
        return _lines(self._row(), self.per)[0]

    def rates(self) -> tuple[RateRow, ...]:
        """The same, where it is counted by the order."""
        return _lines(self._row(), self.per)[1]

    def scaled(self, factor: float) -> Cost:
        """Rate, minimum and maximum, `factor` times."""
        return PerShare(self.rate * factor, self.minimum * factor, self.maximum * factor, self.per)

    def _row(self) -> FeeRow:
        return FeeRow(PER_QUANTITY, self.rate, self.minimum, self.maximum)

    def __repr__(self) -> str:
        return _called("PerShare", repr(self.rate), minimum=self.minimum, maximum=self.maximum, per=self.per)


@dataclass(frozen=True, slots=True)
class PerOrder(Cost):
    """The same money for every fill, or once for the order.

    >>> PerOrder(4.95).fee(1, 10.0)
    4.95
    """

    amount: float
    per: str = "fill"

    def __post_init__(self) -> None:
        check_amounts(amount=self.amount)
        _check_per(self.per)

    def rows(self) -> tuple[FeeRow, ...]:
        """One row per fill."""
        return _lines(FeeRow(PER_ORDER, self.amount), self.per)[0]

    def rates(self) -> tuple[RateRow, ...]:
        """The same, where it is counted by the order."""
        return _lines(FeeRow(PER_ORDER, self.amount), self.per)[1]

    def scaled(self, factor: float) -> Cost:
        """The amount, `factor` times."""
        return PerOrder(self.amount * factor, self.per)

    def __repr__(self) -> str:
        return _called("PerOrder", repr(self.amount), per=self.per)


@dataclass(frozen=True, slots=True)
class Spread(Cost):
    """The distance from bid to ask; a market or stop order pays half of it.

    >>> Spread(bps=2).slip()
    0.0001
    """

    bps: float

    def __post_init__(self) -> None:
        check_amounts(bps=self.bps)

    def slip(self) -> float:
        """Half the spread."""
        return self.bps / 20_000

    def rows(self) -> tuple[FeeRow, ...]:
        """No fee."""
        return ()

    def scaled(self, factor: float) -> Cost:
        """The spread, `factor` times."""
        return Spread(self.bps * factor)

    def __repr__(self) -> str:
        return f"Spread(bps={self.bps!r})"


@dataclass(frozen=True, slots=True)
class Slippage(Cost):
    """A fixed part of the price by which market and stop orders fill worse.

    >>> Slippage(bps=5).slip()
    0.0005
    """

    bps: float

    def __post_init__(self) -> None:
        check_amounts(bps=self.bps)

    def slip(self) -> float:
        """All of it."""
        return self.bps / 10_000

    def rows(self) -> tuple[FeeRow, ...]:
        """No fee."""
        return ()

    def scaled(self, factor: float) -> Cost:
        """The slippage, `factor` times."""
        return Slippage(self.bps * factor)

    def __repr__(self) -> str:
        return f"Slippage(bps={self.bps!r})"


@dataclass(frozen=True, slots=True)
class Costs(Cost):
    """A sum of costs; without parts trading is free.

    >>> Commission(bps=1) + Spread(bps=2)
    Commission(bps=1) + Spread(bps=2)
    """

    parts: tuple[Cost, ...] = ()

    def fee(self, quantity: float, price: float) -> float:
        """The sum of the parts' fees."""
        return sum((part.fee(quantity, price) for part in self.parts), 0.0)

    def slip(self) -> float:
        """The sum of the parts' slippage."""
        return sum((part.slip() for part in self.parts), 0.0)

    def rows(self) -> tuple[FeeRow, ...] | None:
        """All rows in order; None when one of the parts is an own model."""
        rows: list[FeeRow] = []
        for part in self.parts:
            some = part.rows()
            if some is None:
                return None
            rows.extend(some)
        return tuple(rows)

    def rates(self) -> tuple[RateRow, ...]:
        """All of the parts, in order."""
        return tuple(row for part in self.parts for row in part.rates())

    def impacts(self) -> tuple[ImpactRow, ...]:
        """All of the parts, in order."""
        return tuple(row for part in self.parts for row in part.impacts())

    def scaled(self, factor: float) -> Cost:
        """Every part, `factor` times."""
        return Costs(tuple(part.scaled(factor) for part in self.parts))

    def __repr__(self) -> str:
        if len(self.parts) > 1:
            return " + ".join(repr(part) for part in self.parts)
        return f"Costs(({self.parts[0]!r},))" if self.parts else "Costs()"


@dataclass(frozen=True, slots=True)
class Scaled(Cost):
    """An own cost model, some times.

    >>> Scaled(2, PerOrder(1.5)).fee(10, 50.0)
    3.0
    """

    factor: float
    cost: Cost

    def fee(self, quantity: float, price: float) -> float:
        """The model's fee, `factor` times."""
        return self.factor * self.cost.fee(quantity, price)

    def slip(self) -> float:
        """The model's slippage, `factor` times."""
        return self.factor * self.cost.slip()

    def scaled(self, factor: float) -> Cost:
        """The product of the factors."""
        return Scaled(self.factor * factor, self.cost)

    def __repr__(self) -> str:
        return f"{self.factor!r} * {self.cost!r}"


def split_models(cost: Cost) -> tuple[tuple[FeeRow, ...], tuple[Cost, ...]]:
    """The rows that any engine can charge, and the own models that need Python."""
    rows: list[FeeRow] = []
    models: list[Cost] = []
    for part in _parts(cost):
        some = part.rows()
        if some is None:
            models.append(part)
        else:
            rows.extend(some)
    return tuple(rows), tuple(models)


def charging(cost: Cost, *, participation: Any, of: Callable[[float], Any]) -> dict[str, Any]:
    """What the ledger of a run or an account is told of its costs, in the numbers that `of` makes."""
    rows, _ = split_models(cost)
    impacts = cost.impacts()
    share = min((of(row.limit) for row in impacts if row.limit > 0), default=participation)
    if participation > 0:
        share = min(share, participation)
    has_charges, has_impact = int(bool(cost.rates())), int(bool(impacts))
    return {
        "slip": of(cost.slip()),
        "fee_rate": of(sum(row.rate for row in rows if row.kind == PER_NOTIONAL)),
        "fee_share": of(sum(row.rate for row in rows if row.kind == PER_QUANTITY)),
        "participation": share,
        "has_charges": has_charges,
        "has_impact": has_impact,
        "has_terms": int(has_charges or has_impact or share > 0),
        "has_passes": int(share > 0),
    }


def total(costs: Iterable[Cost]) -> Cost:
    """The sum of any number of costs; a sum of one is that one."""
    parts = tuple(part for cost in costs for part in _parts(cost))
    return parts[0] if len(parts) == 1 else Costs(parts)
