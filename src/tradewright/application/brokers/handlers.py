"""Answers about brokers. Whoever reaches one is handed in, so that this knows no wire."""

from collections.abc import Callable

from tradewright.application.brokers.messages import BrokerList, CheckBroker, ConnectBroker
from tradewright.application.brokers.views import BrokerView, ConnectionView
from tradewright.application.trading.accounts import require_account
from tradewright.domain.errors import InputError
from tradewright.ports.sessions import Accounts

Reach = Callable[[str, bool], ConnectionView]
"""Connect to a paper account by its name, and ask everything where that is wanted."""
COMING = ("alpaca", "binance", "ibkr")


def broker_list(_query: BrokerList, *, accounts: Accounts) -> tuple[BrokerView, ...]:
    """The paper venue, and those that a later version brings."""
    paper = BrokerView(
        broker="paper",
        environments=("paper",),
        is_ready=True,
        accounts=tuple(accounts.names()),
        note="our own simulated venue, on this machine",
    )
    later = (
        BrokerView(broker=name, environments=("paper", "live"), is_ready=False, accounts=(), note="not in this version")
        for name in COMING
    )
    return (paper, *later)


def connect_broker(command: ConnectBroker, *, reach: Reach, accounts: Accounts) -> ConnectionView:
    """Only connect."""
    _check(command.broker, command.account, accounts)
    return reach(command.account, False)


def check_broker(command: CheckBroker, *, reach: Reach, accounts: Accounts) -> ConnectionView:
    """Connect and ask."""
    _check(command.broker, command.account, accounts)
    return reach(command.account, True)


def _check(broker: str, account: str, accounts: Accounts) -> None:
    if broker != "paper":
        known = broker in COMING
        raise InputError(
            f"broker {broker} is not {'in this version' if known else 'known'}",
            expected="paper",
            found=broker,
            remedy="see: tradewright broker list",
        )
    require_account(account, accounts)
