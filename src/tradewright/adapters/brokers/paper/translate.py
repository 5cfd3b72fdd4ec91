"""Commands of the ports as frames of the paper venue, and its frames as events of the ports: pure, both ways.

This file decides that an order leaves without its ticket (the venue has no use for our approval) and that a frame
nobody can read is a broken connection, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tradewright.domain import errors
from tradewright.domain.errors import BrokerError, TradewrightError
from tradewright.ports import broker, feed
from tradewright.ports.broker import (
    AccountAnswer,
    BrokerEvent,
    CashMoved,
    Command,
    ReplaceOrder,
    SplitDone,
    SubmitOrder,
)
from tradewright.ports.feed import FeedEvent, Subscription
from tradewright.ports.trades import TradePortion, TradeSubscription

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The history that a trading session wants to be played, and how fast."""

    stretch: str
    """Names the trading session: the same name goes on where it stood, another one begins anew."""
    start: str = ""
    """First session that trades, as a date; empty: the first there is after the warm-up."""
    end: str = ""
    """Last session, inclusive; empty: all there is."""
    speed: str = "max"
    """Bars (or prints) a second as `20`, a multiple of real time as `60x`, or `max`."""
    patience_s: float = 5.0
    """How long the venue waits for an acknowledgement."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The venue let us in."""

    version: int
    account: str
    process: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The replay begins."""

    after: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The venue said no: to us, or to the replay."""

    error: str
    problem: str
    expected: str
    found: str
    remedy: str

    def raised(self) -> TradewrightError:
        """The error as it was at the venue; the nearest branch of the tree that takes these fields."""
        kind = getattr(errors, self.error, BrokerError)
        branches = [one for one in getattr(kind, "__mro__", ()) if one.__init__ is TradewrightError.__init__]
        made: type[TradewrightError] = branches[0] if branches else BrokerError
        return made(self.problem, expected=self.expected, found=self.found, remedy=self.remedy)


@dataclass(frozen=True, slots=True)
class SubscribeRefused(Refused):
    """The venue said no to the replay; the connection stands."""


Said = BrokerEvent | FeedEvent | TradePortion | Welcome | Subscribed | Refused
_EVENTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            broker.OrderReport, broker.SubmitRejected, broker.CancelRejected, broker.ReplaceRejected, broker.Replaced,
            broker.Executed, broker.ExecutionBusted, broker.SplitDone, broker.CashMoved, broker.OrderAnswer,
            broker.OpenOrdersAnswer, broker.FillsAnswer, broker.AccountAnswer, broker.NoAnswer, feed.Slice,
            feed.FeedGap, feed.FeedLost, feed.FeedEnded, TradePortion, Welcome, Subscribed, Refused, SubscribeRefused,
        )
    }
)  # fmt: skip


def hello(account: str, client: str) -> bytes:
    """The first frame."""
    return _written("Hello", {"version": VERSION, "account": account, "client": client})


def told(command: Command) -> bytes:
    """A command as a frame's content."""
    if isinstance(command, SubmitOrder | ReplaceOrder):
        ticket = command.ticket
        body: object = {"client_order_id": ticket.client_order_id, "request": ticket.request}
    else:
        body = command
    return _written(type(command).__name__, body)


def subscribing(wanted: Subscription | TradeSubscription, replay: Replay) -> bytes:
    """The wish for a replay of bars, or of prints."""
    kind = "Subscribe" if isinstance(wanted, Subscription) else "SubscribeTrades"
    return _written(kind, {"subscription": wanted, **msgspec.to_builtins(replay)})


def acknowledging(number: int) -> bytes:
    """A slice is dealt with."""
    return _written("Acknowledge", {"number": number})


def unsubscribing() -> bytes:
    """No more slices."""
    return _written("Unsubscribe", {})


def heard(content: bytes) -> Said:
    """What a frame of the venue says; BrokerError where it cannot be read."""
    try:
        frame = msgspec.json.decode(content)
        kind, body = _EVENTS[frame["kind"]], frame["body"]
        if kind is AccountAnswer:
            return _account(body)
        said: Said = msgspec.convert(body, kind)
        return said
    except (
        msgspec.MsgspecError,
        UnicodeDecodeError,
        RecursionError,
        LookupError,
        TypeError,
        TradewrightError,
    ) as problem:
        raise BrokerError(
            "the paper venue sent a frame that cannot be read",
            expected="an event of its protocol",
            found=f"{problem} in {content[:200]!r}",
        ) from problem


@dataclass(frozen=True, slots=True)
class _Account:
    """An account's answer as it is on the wire: movements with the names of their kinds."""

    number: int
    positions: dict[str, Decimal]
    cash: dict[str, Decimal]
    is_complete: bool
    is_quiet: bool
    movements: tuple[tuple[str, dict[str, Any]], ...]


def _account(body: object) -> AccountAnswer:
    told = msgspec.convert(body, _Account)
    movements = tuple(_movement(name, plain) for name, plain in told.movements)
    return AccountAnswer(told.number, told.positions, told.cash, told.is_complete, told.is_quiet, movements)


def _movement(name: str, plain: object) -> SplitDone | CashMoved:
    found: SplitDone | CashMoved = msgspec.convert(plain, _EVENTS[name])
    return found


def _written(kind: str, body: object) -> bytes:
    return msgspec.json.encode({"kind": kind, "body": body})
