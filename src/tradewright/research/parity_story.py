"""What a session or a backtest did, told in the same words, so that the two can be laid side by side."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class Intent(NamedTuple):
    """An order as it went to the venue; prices of None are none."""

    slice: int
    """The slice that it was decided after."""
    instrument: str
    role: str
    """`plain` or `target`."""
    side: int
    quantity: Decimal
    wished: Decimal
    """Before the limits cut it."""
    bound: str
    """The limit that cut it; empty where none did."""
    kind: str
    time_in_force: str
    limit: Decimal | None
    stop: Decimal | None
    trail: Decimal | None
    trail_share: Decimal | None
    expires_ns: int
    group: str
    reduces: bool
    stop_loss: Decimal | None
    take_profit: Decimal | None

    def __str__(self) -> str:
        """`buy 10 limit 99.5 day, stop loss 95`."""
        prices = (self.limit, self.stop, self.trail, self.trail_share)
        told = [
            f"{'buy' if self.side > 0 else 'sell'} {spelled(self.quantity)}",
            *([] if self.kind == "market" else [self.kind.replace("_", " ")]),
            *(spelled(price) for price in prices if price is not None),
            *([] if self.time_in_force == "gtc" else [self.time_in_force]),
            *(["reducing only"] if self.reduces else []),
        ]
        legs = "".join(
            f", {name} {spelled(price)}"
            for name, price in (("stop loss", self.stop_loss), ("take profit", self.take_profit))
            if price is not None
        )
        cut = f" (of {spelled(self.wished)}, cut by {self.bound})" if self.wished != self.quantity else ""
        return " ".join(told) + legs + cut


class Refusal(NamedTuple):
    """An order that risk did not let through."""

    slice: int
    instrument: str
    side: int
    quantity: Decimal
    controls: tuple[str, ...]

    def __str__(self) -> str:
        """`buy 10 refused by short`."""
        what = "buy" if self.side > 0 else "sell"
        return f"{what} {spelled(self.quantity)} refused by {', '.join(self.controls)}"


class Execution(NamedTuple):
    """One fill; the quantity is signed."""

    slice: int
    """The slice in whose bars it happened."""
    instrument: str
    role: str
    quantity: Decimal
    price: Decimal
    fee: Decimal

    def __str__(self) -> str:
        """`10 at 99.5, fee 1 (target)`."""
        fee = f", fee {spelled(self.fee)}" if self.fee else ""
        return f"{spelled(self.quantity)} at {spelled(self.price)}{fee} ({self.role.replace('_', ' ')})"


class Ledger(NamedTuple):
    """The account after a slice; positions that are flat and have gained nothing are left away."""

    cash: Decimal
    quantity: dict[str, Decimal]
    realized: dict[str, Decimal]


@dataclass(slots=True)
class Story:
    """Everything that is compared."""

    intents: list[Intent] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    fills: list[Execution] = field(default_factory=list)
    inside: list[Execution] = field(default_factory=list)
    """Those that a single trade inside a bar made, at its own price, of an order that waited for one."""
    ledgers: dict[int, Ledger] = field(default_factory=dict)
    """By slice: when its bars are over."""
    end: Ledger = field(default_factory=lambda: Ledger(Decimal(0), {}, {}))


def spelled(value: Decimal) -> str:
    """A number without the noise of its exponent."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def asked(value: Decimal) -> Decimal:
    """A quantity that was asked for and not sent, as exactly as a backtest's columns keep it."""
    return Decimal(repr(float(value)))
