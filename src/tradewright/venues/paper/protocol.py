"""The paper venue's own protocol, as the server speaks it: frames of JSON, each with a kind and a body.

This file decides what a client may say and how it is read; what the server says are the events of the ports by name.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tradewright.domain.errors import InputError, TradewrightError
from tradewright.domain.identifiers import ClientOrderId
from tradewright.ports import broker
from tradewright.ports.feed import Subscription
from tradewright.ports.trades import TradeSubscription
from tradewright.simulation.paper import inputs

VERSION: Final = 1
LARGEST: Final = 1 << 24
"""Bytes of a frame without its length."""
LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame of a client."""

    version: int
    account: str
    """The account it believes to be at."""
    client: str
    """Who it is, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Play history for a trading session."""

    subscription: Subscription
    stretch: str
    """Names the trading session."""
    start: str = ""
    """First session that trades, as a date; empty: the first there is after the warm-up."""
    end: str = ""
    """Last session, inclusive."""
    speed: str = "max"
    patience_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeTrades:
    """Play recorded prints for a trading session."""

    subscription: TradeSubscription
    stretch: str
    start: str = ""
    end: str = ""
    speed: str = "max"
    """Prints a second, a multiple of real time, or `max`."""
    patience_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A slice, or a portion of prints, is dealt with."""

    number: int


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """No more slices."""


COMMANDS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            Hello, Subscribe, SubscribeTrades, Acknowledge, Unsubscribe, broker.AskOrder,
            broker.AskOpenOrders, broker.AskFills, broker.AskAccount, inputs.PlacedByHand, inputs.Busted,
            inputs.RestsWiped, inputs.MarketOpened, inputs.SlicePlayed,
        )
    }
    | {
        "SubmitOrder": inputs.Submitted,
        "ReplaceOrder": inputs.ReplaceAsked,
        "CancelOrder": inputs.CancelAsked,
        "CancelEverything": inputs.CancelAllAsked,
    }
)  # fmt: skip
"""What each kind of frame is read as. An order comes without its ticket: only the gate of the trader has one."""


def read(content: bytes) -> Any:
    """What a frame says; an InputError says what is wrong with it."""
    try:
        told = msgspec.json.decode(content)
        kind = COMMANDS.get(told.get("kind", "")) if isinstance(told, dict) else None
        if kind is None:
            raise InputError(
                "a frame cannot be read", expected=f"a kind among {', '.join(COMMANDS)}", found=str(told)[:200]
            )
        return msgspec.convert(told.get("body", {}), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise InputError(
            "a frame cannot be read", expected="JSON of a kind and its body", found=str(problem)
        ) from problem


def submitted(content: bytes) -> ClientOrderId | None:
    """The client order id of a frame that could not be read as a whole, so that its order can be rejected."""
    try:
        told = msgspec.json.decode(content)
        return ClientOrderId(str(told["body"]["client_order_id"])) if told["kind"] == "SubmitOrder" else None
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError):
        return None


def written(event: object, kind: str = "") -> bytes:
    """An event as a frame."""
    content = msgspec.json.encode({"kind": kind or type(event).__name__, "body": event})
    return LENGTH.pack(len(content)) + content


def refusal(problem: TradewrightError, kind: str) -> bytes:
    """An error as a frame: `Refused` ends the connection, `SubscribeRefused` does not."""
    body = {
        "error": type(problem).__name__, "problem": problem.problem, "expected": problem.expected,
        "found": problem.found, "remedy": problem.remedy,
    }  # fmt: skip
    return written(body, kind)


def movements_named(answer: broker.AccountAnswer) -> dict[str, Any]:
    """An account's answer with the kind of each movement: a split is not told from a payment by its fields alone."""
    plain: dict[str, Any] = msgspec.to_builtins(answer)
    plain["movements"] = [[type(one).__name__, msgspec.to_builtins(one)] for one in answer.movements]
    return plain
