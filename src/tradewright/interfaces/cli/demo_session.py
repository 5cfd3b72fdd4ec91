"""The demo's trading session: the fixed example of `trade parity example`, traded anew on paper by real processes.

This file decides that every demo trades on an account of its own, because an account's time runs forwards only, and
that nothing that was started for it stays.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tradewright.application.trading.messages import SessionList, SessionShown, StartSession
from tradewright.bootstrap import App
from tradewright.lazy import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tradewright.application.trading.parity import ParityView
    from tradewright.application.trading.views import SessionLine, SessionView

STRATEGY: Final = "trend_following"
PARAMETERS: "Final[Mapping[str, int]]" = {"fast": 10, "slow": 40}
SYMBOLS: Final = ("AAPL", "IBM", "MSFT")
FIRST, LAST = "2004-08-27", "2005-06-30"
ACCOUNT: Final = "demo"
_PARITY: Final = "tradewright.application.trading.parity"
_VIEWS: Final = "tradewright.application.trading.views"


@dataclass(frozen=True, slots=True)
class DemoSession:
    """A session that is over, and whether it was its backtest."""

    view: "SessionView"
    parity: "ParityView"


def trade_demo(app: App, *, costs: str) -> DemoSession:
    """Trade the example on a new account, to its end."""
    account = _free(one.account for one in _lines(app))
    command = StartSession(
        strategy=STRATEGY, symbols=SYMBOLS, first=FIRST, last=LAST, account=account, parameters=PARAMETERS, costs=costs
    )
    line: SessionLine = app.ask(command, answer=load(_VIEWS).SessionLine)
    try:
        app.trade(line.session)
        view = app.ask(SessionShown(line.session), answer=load(_VIEWS).SessionView)
    finally:
        app.dismiss(account)
    parity = load(_PARITY)
    return DemoSession(view, app.ask(parity.SessionParity(line.session), answer=parity.ParityView))


def _lines(app: App) -> "tuple[SessionLine, ...]":
    found: tuple[SessionLine, ...] = app.ask(SessionList(), answer=tuple)
    return found


def _free(taken: "Iterable[str]") -> str:
    """`demo`, else `demo-2`, ..."""
    names, number = set(taken), 1
    while (name := ACCOUNT if number == 1 else f"{ACCOUNT}-{number}") in names:
        number += 1
    return name
