"""Money is an exact amount of one currency; amounts of two currencies never add.

This file decides how money rounds (half to even, to the currency's smallest unit) and that a float is no money.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from types import MappingProxyType

from tradewright.domain.errors import InputError

MINOR_DIGITS = MappingProxyType(
    {"JPY": 0, "KRW": 0, "CLP": 0, "BTC": 8, "ETH": 8, "BNB": 8, "SOL": 8, "USDT": 8, "USDC": 8, "BUSD": 8, "XRP": 8}
)
"""Digits after the point of a currency's smallest unit; 2 where a currency is not listed."""


def minor_unit(currency: str) -> Decimal:
    """The smallest amount that can be paid in `currency`: 0.01 for USD, 1 for JPY."""
    return Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency.

    >>> Money.of("100.10", "USD") + Money.of("0.205", "USD")
    Money('100.305 USD')
    >>> (Money.of("100.305", "USD") * 3).rounded()
    Money('300.92 USD')
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise InputError("money cannot hold that", expected="a finite Decimal", found=repr(self.amount))
        if not (self.currency.isalnum() and self.currency.isupper()):
            raise InputError("money needs a currency", expected="an upper-case code, as USD", found=repr(self.currency))

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """Money from a decimal, an integer or a text; a float is refused because it is not exact."""
        if isinstance(amount, float):
            raise InputError("a float is no money", expected="a Decimal, an integer or a text", found=repr(amount))
        try:
            return cls(Decimal(amount), currency)
        except InvalidOperation:
            raise InputError("an amount cannot be read", expected="a decimal number", found=repr(amount)) from None

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, of that currency."""
        return cls(Decimal(0), currency)

    def rounded(self) -> "Money":
        """To the currency's smallest unit, half to even."""
        return Money(self.amount.quantize(minor_unit(self.currency), rounding=ROUND_HALF_EVEN), self.currency)

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise InputError(
                "amounts of two currencies do not combine",
                found=f"{self.currency} and {other.currency}",
                remedy="convert one of them at a stated rate first",
            )
        return other.amount

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        if isinstance(factor, float):
            raise InputError("money times a float is not exact", expected="a Decimal or an integer", found=repr(factor))
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({str(self)!r})"
