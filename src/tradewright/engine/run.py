"""A run: what an engine gives back, in plain columns. Statistics and views are made from it when asked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

REASONS = ("order", "target", "stop_loss", "take_profit", "liquidation", "end", "delisted")
"""Why a filled order existed, by role code."""

ENDINGS = (
    "",
    "not enough buying power",
    "expired",
    "canceled",
    "superseded",
    "nothing to close",
    "less than one lot is affordable",
    "account ruined",
    "already on target",
    "not filled at once",
    "another order of its group filled",
    "position liquidated",
    "not enough initial margin",
    "a cash account holds no short positions",
    "more than can be borrowed",
    "delisted",
    "would have taken liquidity",
    "the order it waited for ended",
)
"""Why an order ended before it was filled in full, by reason code."""

REFUSALS = (1, 6, 12, 13, 14)
"""The reasons that a user must hear of."""


@dataclass(frozen=True, slots=True, eq=False)
class FillColumns:
    """Fills in order of time; quantity is signed, fee and slippage are money."""

    row: Whole
    order: Whole
    instrument: Whole
    role: Whole
    quantity: Floats
    price: Floats
    fee: Floats
    slippage: Floats
    asked: Floats
    """What was to fill, before it was cut to what the account affords; positive."""
    remaining: Floats
    """What is left of the order after the fill."""
    rate: Floats
    """The account's money for one of the instrument's; fee and slippage are in the account's, the price is not."""
    made: Whole
    """1: it made liquidity (a limit order that had waited in the book); 0: it took it."""

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class EndingColumns:
    """Orders that ended before they were filled in full."""

    row: Whole
    order: Whole
    instrument: Whole
    reason: Whole
    needed: Floats
    available: Floats
    remaining: Floats
    """What was not filled."""

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """An order that the limits left nothing of: it was never sent."""

    row: int
    instrument: int
    asked: float
    """Signed quantity."""
    reasons: tuple[tuple[str, str, str], ...]
    """Of each control that refused: its name, what it found, what to do."""
    place: int = 0
    """Among the orders that were asked for after the row, from 0."""


@dataclass(frozen=True, slots=True)
class CutOrder:
    """An order that was sent smaller than it was asked for."""

    row: int
    instrument: int
    asked: float
    """Signed quantity."""
    left: float
    control: str
    """The limit that left no more."""
    reason: str
    place: int = 0
    """Among the orders that were asked for after the row, from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class CarriedColumns:
    """What moved cash without an order, in order of time: kinds of `domain/matching/layout.py` from EARNED on."""

    row: Whole
    instrument: Whole
    """That of interest is 0, and says nothing."""
    kind: Whole
    amount: Floats
    """Received, negative: paid; of a payment what was due, which was in cash before."""
    is_after: Whole
    """1: after the fills of the row's open."""

    def __len__(self) -> int:
        return len(self.row)


_NONE = np.empty(0, np.int64)
NOTHING_CARRIED = CarriedColumns(_NONE, _NONE, _NONE, np.empty(0), _NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One finished run; columns per bar have shape (rows,), money in the account's currency."""

    engine: str
    """`runtime` or `kernel`."""
    opening_cash: float
    equity: Floats
    change_row: Whole
    """Rows after which cash or positions differ from the row before."""
    change_cash: Floats
    change_quantity: Floats
    """Signed quantities after each of these rows, shape (changes, instruments)."""
    mark: Floats
    """Marks per bar, shape (rows, instruments)."""
    multiplier: Floats
    fills: FillColumns
    endings: EndingColumns
    quantity: Floats
    """Signed quantities held at the end, one an instrument."""
    basis: Floats
    """Cost basis at the end, signed like the quantity."""
    realized: Floats
    """Realized PnL per instrument, before fees."""
    fees: float
    slippage: float
    dividends: float
    closed_round_trips: int = 0
    margin_calls: int = 0
    """Times that the account did not have the margin its positions needed, and was sold down for it."""
    splits: tuple[tuple[int, int, float], ...] = ()
    """Splits that took effect: (row, instrument, ratio)."""
    warnings: tuple[str, ...] = ()
    refusals: tuple[RefusedOrder, ...] = ()
    """Orders that the limits refused; empty without limits."""
    cuts: tuple[CutOrder, ...] = ()
    """Orders that the limits made smaller."""
    bound: tuple[tuple[str, int], ...] = ()
    """How often each method of the sizing made a position no larger, the most frequent first."""
    carried: CarriedColumns = NOTHING_CARRIED
    due: float = 0.0
    """The part of the cash at the end that is earned and not paid yet; negative: owed."""
    funding: float = 0.0
    """Received; negative: paid. So are interest and borrow."""
    interest: float = 0.0
    borrow: float = 0.0
    rate: Floats | None = None
    """The account's money for one of each instrument's, known by each row; None: one currency."""
    local: Floats | None = None
    """With several currencies: the cost basis at the end in each instrument's own money ..."""
    by_price: Floats | None = None
    """... and the part of `realized` that came from prices, each at the rate of its fill."""
    fill_times: Whole | None = None
    """When each fill happened, nanoseconds UTC, where that is known better than by its row."""

    @property
    def exchanged(self) -> float:
        """The part of realized and unrealized PnL that came from rates of exchange; 0 with one currency."""
        if self.rate is None or self.local is None or self.by_price is None:
            return 0.0
        worth = self.quantity * self.mark[-1] * self.multiplier
        unrealized_by_price = worth - self.local * self.rate[-1]
        return float(((self.realized - self.by_price) + (worth - self.basis - unrealized_by_price)).sum())

    @property
    def cash(self) -> Floats:
        """Cash per bar."""
        return np.repeat(np.concatenate(([self.opening_cash], self.change_cash)), self._lengths())

    @property
    def gross(self) -> Floats:
        """Sum of the absolute position values per bar."""
        return self._exposure(np.abs(self.change_quantity))

    @property
    def net(self) -> Floats:
        """Signed value of all positions per bar."""
        return self._exposure(self.change_quantity)

    def _lengths(self) -> Whole:
        """How many rows each state of the account lasted, the opening state first."""
        return np.diff(np.concatenate(([0], self.change_row, [len(self.equity)])))

    def _exposure(self, quantity: Floats) -> Floats:
        worth = np.zeros(len(self.equity))
        lengths = self._lengths()
        for i in range(self.mark.shape[1]):
            worth += np.repeat(np.concatenate(([0.0], quantity[:, i])), lengths) * self.mark[:, i] * self.multiplier[i]
        return worth
