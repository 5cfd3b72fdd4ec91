"""What a backtest asks of the broker it walks through history with: take orders, move protection, answer with reports.

Nothing here awaits: commands are enqueued, answers come back as reports, and the engine applies them (ideas 1 and 2).
Instruments are numbers of columns and moments are numbers of rows; prices of 0 mean "none". Numbers are floats or
Decimals, all of one kind within a run.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

Number = Any


class NewOrder(NamedTuple):
    """An order on its way to the broker; codes as in `domain/matching/layout.py`."""

    instrument: int
    side: int
    """1 buys, -1 sells, 2: the side follows from `weight` at the fill."""
    kind: int
    role: int
    quantity: Number
    limit: Number
    trigger: Number
    weight: Number
    loss: Number
    gain: Number
    until: int
    """Last session in which it works; 0: until canceled."""
    shrinks: int
    """1: cut to what the account affords; 0: ended when it does not fit."""
    by_weight: int
    """1: the quantity follows from `weight` at the moment of the fill."""
    force: int = 0
    """Time in force: GTC, DAY, GTD, IOC, FOK, AT_OPEN or AT_CLOSE; a DAY order without `until` works in the first
    session that comes."""
    expires: int = 0
    """GTD: the last moment in which it works, nanoseconds UTC: a bar that closes later is none of its bars."""
    group: int = 0
    """Orders of one group (not 0) stand for one another: what fills of one is taken off the others."""
    reduces: int = 0
    """1: it closes, and never opens or turns a position."""
    trail: Number = 0
    """TRAILING: how far the stop follows behind the best price, in money a unit ..."""
    trail_share: Number = 0
    """... or as a fraction of that price. A `trigger` of 0 starts from the last close."""
    passive: int = 0
    """1: it makes liquidity or ends."""
    parent: int = 0
    """The id of the working order that wakes it by filling, in part by a part; 0: it is awake."""


class Filled(NamedTuple):
    """A fill, of an order as a whole or in part; quantity is signed, `unit_price` is price x multiplier."""

    row: int
    order: int
    instrument: int
    role: int
    quantity: Number
    price: Number
    unit_price: Number
    fee: Number
    slippage: Number
    asked: Number
    """What was to fill here, before it was cut to what the account affords; positive."""
    remaining: Number = 0
    """What is left of the order: it works on, or an `Ended` follows.

    What was `asked` in its fills and what remains at last add up to the order.
    """
    rate: Number = 1
    """The account's money for one of the instrument's; `unit_price` and `fee` are in the account's."""
    made: int = 0
    """1: it made liquidity (a limit order that had waited in the book); 0: it took it."""


class Ended(NamedTuple):
    """An order ended before it was filled in full, or without a fill; reasons as in `domain/matching/layout.py`."""

    row: int
    order: int
    instrument: int
    reason: int
    needed: Number
    available: Number
    remaining: Number = 0
    """What was not filled."""


class Split(NamedTuple):
    """Shares were split; fractions of a `lot` were paid at `unit_price` (money per new share)."""

    row: int
    instrument: int
    ratio: Number
    unit_price: Number
    lot: Number
    rate: Number = 1
    """The account's money for one of the instrument's."""


class Dividend(NamedTuple):
    """Cash was paid per share."""

    row: int
    instrument: int
    amount: Number


class Carried(NamedTuple):
    """Cash that moved without an order: a kind of `domain/matching/layout.py` from EARNED on."""

    row: int
    instrument: int
    kind: int
    amount: Number
    """Received; negative: paid. In the account's money."""
    due: Number
    """How much more of the cash is earned and not paid yet."""
    is_after: int = 0
    """1: after the fills of the row's open."""


Report = Filled | Ended | Split | Dividend | Carried


class MarketFeed(NamedTuple):
    """History as columns, row x width + instrument; the fields are those of `domain/matching/layout.Venue`."""

    width: int
    open: Any
    high: Any
    low: Any
    close: Any
    mark: Any
    session: Any
    actions: Any
    fees: Any
    time: Any = ()
    """Close of each row, nanoseconds UTC; needed by orders that work until a moment."""
    last: Any = ()
    """1 for the last row of its session; empty where the sessions of the rows tell. A feed that grows has to say it."""
    volume: Any = ()
    """Needed where orders take no more than a share of it (`participation`), or where the quantity moves the price."""
    charges: Any = ()
    """Fees that depend on more than the fill."""
    impacts: Any = ()
    """How the quantity moves the price."""
    tiers: Any = ()
    """Lines of maintenance margin; needed where a position of the account names some."""
    rate: Any = ()
    """The account's money for one of the instrument's, as of each row's close; empty with one currency."""


class Broker(Protocol):
    """Takes orders for one account."""

    def submit(self, order: NewOrder, *, row: int) -> int:
        """Take an order and give its id; a target order replaces the instrument's target orders that still wait.

        Terms that cannot be carried out together are an InputError.
        """
        ...

    def supersede(self, instrument: int, *, row: int) -> None:
        """End the instrument's target orders that still wait."""
        ...

    def cancel(self, order: int, *, row: int) -> None:
        """Cancel a working order; one that ended already is left alone."""
        ...

    def replace(self, order: int, terms: NewOrder, *, row: int) -> None:
        """Give a working order another quantity and other prices, where 0 leaves them; one that ended is left alone.

        It keeps its place in the book when only its quantity falls.
        """
        ...

    def protect(self, instrument: int, *, row: int, loss: Number, gain: Number) -> None:
        """Set or move the protective prices of a position; 0 leaves that side as it is."""
        ...

    def reports(self) -> Sequence[Report]:
        """What happened since the last call, in order."""
        ...


class HistoricalBroker(Broker, Protocol):
    """A broker whose market is a history walked row by row."""

    def is_due(self, row: int) -> bool:
        """True when the row can bring a report."""
        ...

    def advance(self, row: int) -> None:
        """Let the row's open and range happen."""
        ...

    def close(self, row: int, *, is_last: bool) -> bool:
        """Let the row's close happen; True when the account was ruined there and trading is over."""
        ...

    def rests_until(self, row: int) -> int:
        """The next row after `row` that can bring a report by itself, when nothing is sent before."""
        ...

    def has_news(self) -> bool:
        """True when `reports` would not be empty."""
        ...

    def margin_calls(self) -> int:
        """How many margin calls there were."""
        ...


class BrokerFactory(Protocol):
    """Makes the broker of a run: bootstrap hands it in, so that the engine can't know whether the venue is real."""

    def __call__(
        self, feed: MarketFeed, ledger: Any, positions: list[Any], *, charge: Any, closes_out: bool
    ) -> HistoricalBroker:
        """A broker with the account `ledger`, its `positions` and the fee function `charge`."""
        ...
