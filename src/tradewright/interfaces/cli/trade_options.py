"""Options of trading that belong together, as one value each."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from tradewright.domain.errors import InputError

_MARKET = "Market"
_ACCOUNT = "Account"
_ORDER = "Order"

SessionId = Annotated[
    str, typer.Option("--session", help="Id of a session, or the beginning of it; needless while only one runs.")
]
SessionArgument = Annotated[
    str,
    typer.Argument(help="Id of a session or its beginning; needless while only one runs.", show_default=False),
]


def exact(text: str | None, option: str) -> Decimal | None:
    """The number as it was typed; InputError where it is none."""
    if text is None:
        return None
    try:
        found = Decimal(text.replace("_", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise InputError(f"{option} cannot be used", expected="a number, as 12.5", found=text)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """Which market data."""

    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", "-s", help="What is traded: A,B,C.", rich_help_panel=_MARKET),
    ] = None
    feed: Annotated[
        str,
        typer.Option(
            help="replay: bars of the store; trades: its recorded trades, made into bars.", rich_help_panel=_MARKET
        ),
    ] = "replay"
    first: Annotated[
        str | None, typer.Option("--from", help="First day that trades: 2005 or 2005-01-03.", rich_help_panel=_MARKET)
    ] = None
    last: Annotated[str | None, typer.Option("--to", help="Last day, included.", rich_help_panel=_MARKET)] = None
    speed: Annotated[
        str, typer.Option(help="20: bars (trades) a second; 60x: times real time; max.", rich_help_panel=_MARKET)
    ] = "max"
    timeframe: Annotated[
        str | None, typer.Option(help="Length of a bar: 1d, or 1m on trades, unless said.", rich_help_panel=_MARKET)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOptions:
    """The account, and what a new paper account is opened with."""

    account: Annotated[str, typer.Option(help="Its positions outlive a session.", rich_help_panel=_ACCOUNT)] = "paper"
    cash: Annotated[str | None, typer.Option(help="Of a new account.", rich_help_panel=_ACCOUNT)] = None
    commission_bps: Annotated[
        float | None,
        typer.Option(min=0, max=10_000, help="Of the notional of each fill, 10 = 0.1 %.", rich_help_panel=_ACCOUNT),
    ] = None
    slippage_bps: Annotated[
        float | None, typer.Option(min=0, max=10_000, help="Worse than the price.", rich_help_panel=_ACCOUNT)
    ] = None
    costs: Annotated[
        str | None, typer.Option(help="Any costs: PerShare(0.005, minimum=1)", rich_help_panel=_ACCOUNT)
    ] = None

    def expression(self) -> str | None:
        """The costs as one expression; None where none are said."""
        parts = [self.costs] if self.costs else []
        parts += [f"Commission(bps={self.commission_bps!r})"] if self.commission_bps else []
        parts += [f"Slippage(bps={self.slippage_bps!r})"] if self.slippage_bps else []
        return " + ".join(parts) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How the session runs."""

    detach: Annotated[bool, typer.Option("--detach", "-d", help="Run in the background.")] = False
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a session: the one named, or the last that crashed.")
    ] = False
    when_lost: Annotated[
        str, typer.Option(help="What the guard does with a lost trader: stop (tell only), cancel (entries), flatten.")
    ] = "cancel"
    lost_after: Annotated[float, typer.Option(help="Seconds of silence after which a trader counts as lost.")] = 5.0
    sizing: Annotated[
        str, typer.Option(help="Rules of size in place of equal slots: AtrRisk(0.01) + FixedPart(0.2)")
    ] = ""
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOptions:
    """Prices and terms of an order."""

    kind: Annotated[
        str | None,
        typer.Option(
            help="market, limit, stop, stop_limit, trailing_stop, market_if_touched, limit_if_touched; else by the "
            "prices.",
            rich_help_panel=_ORDER,
        ),
    ] = None
    limit: Annotated[str | None, typer.Option(help="Limit price.", rich_help_panel=_ORDER)] = None
    stop: Annotated[str | None, typer.Option(help="Stop price.", rich_help_panel=_ORDER)] = None
    touch: Annotated[
        str | None,
        typer.Option(
            help="Price at which it goes to market, come to from the better side; with --limit a limit order then.",
            rich_help_panel=_ORDER,
        ),
    ] = None
    trail: Annotated[
        str | None,
        typer.Option(help="How far a trailing stop follows: 1.5 (money) or 2% (of the price).", rich_help_panel=_ORDER),
    ] = None
    time_in_force: Annotated[
        str, typer.Option(help="day, gtc, ioc, fok, at_open, at_close.", rich_help_panel=_ORDER)
    ] = "day"
    reduce_only: Annotated[
        bool, typer.Option("--reduce-only", help="Shrink a position only.", rich_help_panel=_ORDER)
    ] = False
    post_only: Annotated[
        bool,
        typer.Option("--post-only", help="A limit order that ends where it would not wait.", rich_help_panel=_ORDER),
    ] = False
    stop_loss: Annotated[str | None, typer.Option(help="Protective stop from its fill on.", rich_help_panel=_ORDER)] = (
        None
    )
    take_profit: Annotated[str | None, typer.Option(help="Target from its fill on.", rich_help_panel=_ORDER)] = None

    def kind_of(self) -> str:
        """The kind that was said, or the one that the prices mean."""
        if self.kind is not None:
            return self.kind
        if self.trail is not None:
            return "trailing_stop"
        if self.touch is not None:
            return "market_if_touched" if self.limit is None else "limit_if_touched"
        named = {(True, True): "stop_limit", (True, False): "limit", (False, True): "stop", (False, False): "market"}
        return named[self.limit is not None, self.stop is not None]

    def stop_price(self) -> Decimal | None:
        """The price that wakes it, from the worse side or (touched) from the better."""
        if self.stop is not None and self.touch is not None:
            raise InputError("an order is stopped or touched", expected="--stop or --touch", found="both")
        return exact(self.stop, "--stop") if self.touch is None else exact(self.touch, "--touch")

    def trailing(self) -> tuple[Decimal | None, Decimal | None]:
        """(offset in money, share of the price)."""
        if self.trail is None:
            return None, None
        if self.trail.endswith("%"):
            share = exact(self.trail.removesuffix("%"), "--trail")
            return None, None if share is None else share / 100
        return exact(self.trail, "--trail"), None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOptions:
    """What a person says who stands for an order."""

    reason: Annotated[str, typer.Option(help="Why; it stands in the journal.")] = ""
    confirm: Annotated[
        list[str] | None, typer.Option(help="What a soft control has just refused this order for: price_collar=0.041.")
    ] = None
