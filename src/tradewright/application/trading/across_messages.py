"""What can be asked about all sessions at once: those that run, and those that ended today. `session` names one, by its
id or the beginning of it, and `account` those of one account; what a message names narrows the answer.
"""

from dataclasses import dataclass
from decimal import Decimal

from tradewright.application.trading.messages import SubmitOrder
from tradewright.application.trading.views import OrderView, PositionView, RiskLine, ShutView


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOrders:
    """Orders, newest first. Answer: a page of `SessionOrder`."""

    session: str = ""
    account: str = ""
    is_open: bool = False
    """Only those that could still fill."""
    symbol: str = ""
    life: str = ""
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrder:
    """One order by its client order id, wherever it is. Answer: `SessionOrder`."""

    order: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTrace:
    """One order with every fact of its story, wherever it is. Answer: `OrderTraceView`."""

    order: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPositions:
    """What is held, by session and strategy. Answer: a tuple of `SessionPosition`."""

    session: str = ""
    account: str = ""
    symbol: str = ""
    with_flat: bool = False
    """Also what is closed, with its results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllFills:
    """Fills of our orders, newest first, from the tables that follow the journals. Answer: a page of `FillView`."""

    session: str = ""
    account: str = ""
    symbol: str = ""
    order: str = ""
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPortfolios:
    """Money, results and risk used of each session. Answer: a tuple of `PortfolioView`."""

    session: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllAccounts:
    """Every account that somebody trades or has traded on. Answer: a tuple of `AccountView`."""

    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllRisk:
    """How far trading is shut and how much of each limit is used, by session. Answer: a tuple of `AccountRisk`."""

    session: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskEvents:
    """What risk did and found, newest first, from the tables that follow the journals. Answer: a page of
    `RiskEventView`."""

    session: str = ""
    account: str = ""
    what: str = ""
    """`refused`, `state killed`, a code of an incident; the beginning is enough."""
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(SubmitOrder):
    """Send an order by hand to the session named, or to the one that runs on the account. Answer: `Done`."""

    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrder:
    """Other terms for a working order, wherever it is; None leaves a term as it is. Answer: `Done`."""

    order: str
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Cancel one order, wherever it is. Answer: `Done`."""

    order: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAll:
    """Cancel every order of the sessions that run. Answer: a tuple of `Done`, one a session."""

    session: str = ""
    account: str = ""
    keeps_protection: bool = False
    """Leave stops and targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseHeld:
    """Close what the session named, or the one on the account, holds of an instrument. Answer: `Done`."""

    symbol: str
    session: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrder(OrderView):
    """One order, with whose it is."""

    session: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPosition(PositionView):
    """What is held, with whose it is."""

    session: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillView:
    """One execution of our order."""

    session: str
    account: str
    execution: str
    time_ns: int
    order: str
    """Client order id."""
    instrument: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    strategy: str
    is_busted: bool
    """The venue took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One account."""

    account: str
    mode: str
    is_killed: bool
    killed_by: str
    kill_reason: str
    currency: str
    """Empty where nobody has traded on it yet."""
    opening_cash: Decimal | None
    costs: str
    session: str
    """That trades it now, else its newest; empty where there is none."""
    life: str
    """Of that session."""
    time_ns: int | None
    """Of the numbers that follow."""
    equity: Decimal | None
    day_result: Decimal | None
    drawdown: Decimal | None
    gross_exposure: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRisk:
    """The risk of one session."""

    session: str
    account: str
    strategy: str
    life: str
    currency: str
    equity: Decimal | None
    day_result: Decimal | None
    drawdown: Decimal | None
    gross_exposure: Decimal | None
    net_exposure: Decimal | None
    shut: tuple[ShutView, ...]
    """Everything, strategies and instruments that may not trade freely."""
    uses: tuple[RiskLine, ...]
    """Empty of a session that runs no more: its gate is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskEventView:
    """Something that risk did or found."""

    session: str
    account: str
    sequence: int
    """Its fact in the journal."""
    time_ns: int
    what: str
    subject: str
    who: str
    reason: str
