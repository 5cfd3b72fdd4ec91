"""`tradewright risk`: limits and their use, how much to trade, the kill switch, and the arming of live accounts."""

import re
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.risk.messages import (
    ChangeLimits,
    KillShown,
    PressKill,
    ReleaseKill,
    RiskLimits,
    RiskShown,
    SizeQuestion,
)
from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli import risk_arming
from tradewright.interfaces.cli.options import Json, at_hand, example, flat, login, opened, pairs
from tradewright.interfaces.cli.trade_options import SessionId, exact
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.risk.views import KillView, LimitsChange

_VIEWS = "tradewright.application.risk.views"
_LONGEST_LIMIT = 16
"""Letters of a limit that stands in a column; what is longer gets a line of its own."""
_VERDICTS = {"passed": "green", "refused": "bold red", "exempt": "yellow"}
Account = Annotated[str, typer.Option(help="Which account.")]
Who = Annotated[str, typer.Option(help="Your name; it is kept. Else the name you are logged in by.")]
group = typer.Typer(
    help="Limits, sizes, the kill switch, and the arming of live accounts.",
    epilog=example("tradewright risk limits", "tradewright risk kill --reason 'looks wrong'"),
    no_args_is_help=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOptions:
    """Where the limits are, and what they are to be."""

    account: Annotated[str, typer.Option(help="What holds on this account, or is set for it.")] = ""
    strategy: Annotated[str, typer.Option(help="What holds for this strategy, or is set for it.")] = ""
    change: Annotated[list[str] | None, typer.Option("--set", help="A limit: position=0.04. Several times.")] = None
    confirm: Annotated[
        list[str] | None, typer.Option(help="The same once more, for what allows more than before: position=0.10.")
    ] = None
    why: Annotated[str, typer.Option(help="Why; it is kept.")] = ""
    new_account: Annotated[
        bool, typer.Option("--new-account", help="Of --account: it is not there yet, limits come first.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOptions:
    """What is killed or released."""

    account: Account = "paper"
    strategy: Annotated[str, typer.Option(help="Only this strategy of the account's session.")] = ""
    symbol: Annotated[str, typer.Option(help="Only this instrument.")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationOptions:
    """What sizing knows of the idea."""

    method: Annotated[
        list[str] | None,
        typer.Option(help="risk_part=0.01, atr_risk:part=0.01,ranges=2, fixed_part=0.05, ... The least of several."),
    ] = None
    entry: Annotated[str | None, typer.Option(help="Price to open at; else the mark.")] = None
    stop: Annotated[str | None, typer.Option(help="Price of the protective stop.")] = None
    atr: Annotated[str | None, typer.Option(help="Average true range, in price.")] = None
    volatility: Annotated[str | None, typer.Option(help="Of returns a year, a fraction.")] = None
    value_at_risk: Annotated[str | None, typer.Option(help="One-day 95% loss, a fraction.")] = None
    margin: Annotated[str | None, typer.Option(help="Maintenance margin, a fraction.")] = None


@group.command(
    epilog=example(
        "tradewright risk limits",
        "tradewright risk limits --set position=0.04 --why 'smaller for now'",
        "tradewright risk limits --set position=0.10 --confirm position=0.10 --why 'approved by the desk'",
    )
)
@flat
def limits(context: typer.Context, *, wanted: LimitsOptions, who: Who = "", json: Json = False) -> None:
    """Show the limits, or set some. Tightening holds at once; loosening needs the new number typed once more."""
    app = opened(context)
    if wanted.change:
        _set(app, wanted, who=who, json=json)
        return
    view = app.ask(RiskLimits(wanted.account, wanted.strategy), answer=load(_VIEWS).LimitsView)
    if json:
        print_json(view)
        return
    screen().print(f"Limits version {view.version}, {view.scope}", markup=False, style="bold")
    short = [one for one in view.limits if max(len(one.value), len(one.shipped)) <= _LONGEST_LIMIT]
    rows = ([one.name, one.value, one.shipped or DASH, one.least or DASH, one.most or DASH] for one in short)
    screen().print(table(["|limit", ">value", ">shipped", ">least", ">most"], rows))
    for one in view.limits:
        if one not in short:
            screen().print(f"{one.name}: {one.value} (shipped: {one.shipped or DASH})", markup=False)


@group.command(epilog=example("tradewright risk show", "tradewright risk show --symbol AAPL --side SELL --json"))
def show(
    context: typer.Context,
    *,
    session: SessionId = "",
    symbol: Annotated[str, typer.Option(help="Which instrument; else the session's first.")] = "",
    side: Annotated[str, typer.Option(help="BUY or SELL.")] = "BUY",
    json: Json = False,
) -> None:
    """Show how far trading is shut, and what every control says to one lot."""
    view = at_hand(context).ask(RiskShown(session, symbol, side), answer=load(_VIEWS).RiskView)
    if json:
        print_json(view)
        return
    console = screen()
    shut = f" by {view.shut_by}: {view.shut_because}" if view.shut_by else ""
    console.print(f"Trading on {view.account} is {view.state}{shut}", markup=False, style="bold")
    for scope, state in view.halts.items():
        console.print(f"{scope} is {state}", markup=False, style="yellow")
    console.print(f"Asked: {view.asked} (limits version {view.limits_version})", markup=False)
    rows = (
        [
            one.control,
            load_text(one.verdict),
            _rounded(one.value),
            _rounded(one.limit),
            _rounded(one.reason) if one.verdict != "passed" else "",
        ]
        for one in view.controls
    )
    console.print(table(["|control", "|verdict", "value", "limit", "reason"], rows))


@group.command(
    epilog=example(
        "tradewright risk size AAPL --method risk_part=0.01 --stop 95",
        "tradewright risk size AAPL --method fixed_part=0.05 --method volatility_target=0.1 --volatility 0.3",
    )
)
@flat
def size(
    context: typer.Context,
    *,
    symbol: Annotated[str, typer.Argument(help="Of what.", show_default=False)],
    side: Annotated[str, typer.Option(help="BUY or SELL.")] = "BUY",
    situation: SituationOptions,
    session: SessionId = "",
    json: Json = False,
) -> None:
    """Say how much to trade, and which method or limit made it no larger."""
    query = SizeQuestion(
        symbol=symbol,
        side=side,
        entry=exact(situation.entry, "--entry"),
        stop=exact(situation.stop, "--stop"),
        methods=methods(situation.method),
        atr=exact(situation.atr, "--atr"),
        volatility_annual=exact(situation.volatility, "--volatility"),
        value_at_risk=exact(situation.value_at_risk, "--value-at-risk"),
        maintenance_margin=exact(situation.margin, "--margin"),
        session=session,
    )
    view = at_hand(context).ask(query, answer=load(_VIEWS).SizeView)
    if json:
        print_json(view)
        return
    console = screen()
    told = f"{view.side} {view.quantity:f} {view.instrument} at {view.entry:f}, notional {view.notional:,.2f}"
    console.print(told, markup=False, style="bold")
    console.print(f"bound by {view.bound}: {view.reason}", markup=False)
    console.print(table(["method", ">quantity"], ([one.name, f"{one.quantity:.4f}"] for one in view.constraints)))


@group.command(
    epilog=example(
        "tradewright risk kill",
        "tradewright risk kill --account paper --mode flatten --reason 'fat finger'",
        "tradewright risk kill --symbol AAPL --reason 'a rumour'",
    )
)
@flat
def kill(
    context: typer.Context,
    *,
    scope: ScopeOptions,
    mode: Annotated[
        str, typer.Option(help="stop (only shut), cancel (and cancel what could open), flatten (and close).")
    ] = "cancel",
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    who: Who = "",
    json: Json = False,
) -> None:
    """Stop trading an account now: entries are canceled, protection stays. It works while the trader is frozen."""
    message = PressKill(who or login(), reason, scope.account, mode=mode, strategy=scope.strategy, symbol=scope.symbol)
    _tell_kill(at_hand(context, done="Killed").ask(message, answer=load(_VIEWS).KillView), json=json)


@group.command(epilog=example("tradewright risk release --account paper --who 'Ada Lovelace' --confirm paper"))
@flat
def release(
    context: typer.Context,
    *,
    who: Annotated[str, typer.Option(help="Name of the person who answers for it.")] = "",
    scope: ScopeOptions,
    confirm: Annotated[str, typer.Option(help="The account's name, typed.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    json: Json = False,
) -> None:
    """Let a killed account trade again: a named person types the account's name."""
    if sys.stdin.isatty() and not json:
        who = who or typer.prompt("Your name")
        confirm = confirm or typer.prompt(f"Type the account's name ({scope.account}) to let it trade again")
    message = ReleaseKill(who, confirm, reason, scope.account, strategy=scope.strategy, symbol=scope.symbol)
    _tell_kill(opened(context).ask(message, answer=load(_VIEWS).KillView), json=json)


@group.command("state", epilog=example("tradewright risk state --account paper"))
def state(context: typer.Context, *, account: Account = "paper", json: Json = False) -> None:
    """Show whether an account is killed, and by whom it was before; of a live one its arming, too."""
    _tell_kill(at_hand(context).ask(KillShown(account), answer=load(_VIEWS).KillView), json=json)


def methods(given: list[str] | None) -> dict[str, dict[str, Decimal]]:
    """`["risk_part=0.01", "atr_risk:part=0.01,ranges=2"]` by name, with their numbers."""
    found: dict[str, dict[str, Decimal]] = {}
    for text in given or ():
        name, colon, numbers = text.partition(":")
        if not colon:
            name, _, number = text.partition("=")
            numbers = f"={number}"
        values = {}
        for part in numbers.split(","):
            key, equals, value = part.partition("=")
            number_given = exact(value.strip(), "--method") if equals else None
            if number_given is None:
                raise InputError("--method cannot be used", expected="risk_part=0.01", found=text)
            values[key.strip()] = number_given
        found[name.strip()] = values
    return found


def _rounded(text: str) -> str:
    """Numbers of many digits as people read them, at most six of them after the point; `--json` has them all."""
    return re.sub(r"-?\d+\.\d{7,}", _short, text)


def _short(number: re.Match[str]) -> str:
    found = round(Decimal(number[0]), 6)
    return f"{found.normalize():f}" if found else f"{Decimal(number[0]):.1e}"


def load_text(verdict: str) -> object:
    """A verdict in its colour."""
    return load("rich.text").Text(verdict, style=_VERDICTS.get(verdict, ""))


def _set(app: App, wanted: LimitsOptions, *, who: str, json: bool) -> None:
    values, typed = pairs(wanted.change, "--set"), pairs(wanted.confirm, "--confirm")
    if not wanted.why.strip():
        raise InputError(
            "why are the limits changed?", expected="a reason, which is kept", found="none",
            remedy="--why 'smaller for now'",
        )  # fmt: skip
    change = _asked(app, wanted, values=values, typed=typed, who=who)
    if not change.is_done and not typed and sys.stdin.isatty() and not json:
        notes().print("This allows more than before. Type each number once more.", markup=False)
        typed = {name: typer.prompt(f"{name} (now {text} is wished)") for name, text in change.to_type.items()}
        change = _asked(app, wanted, values=values, typed=typed, who=who)
    if not change.is_done:
        asked = " ".join(f"--confirm {name}={text}" for name, text in change.to_type.items())
        raise InputError("nothing was changed: it allows more than before", expected=asked, found="no confirmation")
    if json:
        print_json(change)
        return
    console = screen()
    for name, text in change.after.items():
        console.print(f"{name}: {change.before[name]} -> {text}", markup=False)
    console.print(f"Limits version {change.version} hold from now on ({change.scope})", markup=False)
    for told in change.told:
        console.print(told, markup=False)


def _asked(
    app: App, wanted: LimitsOptions, *, values: dict[str, str], typed: dict[str, str], who: str
) -> "LimitsChange":
    message = ChangeLimits(
        values=values, who=who or login(), why=wanted.why, account=wanted.account, strategy=wanted.strategy,
        is_new=wanted.new_account, typed=typed,
    )  # fmt: skip
    found: LimitsChange = app.ask(message, answer=load(_VIEWS).LimitsChange)
    return found


def _tell_kill(view: "KillView", *, json: bool) -> None:
    if json:
        print_json(view)
        return
    console = screen()
    told = f"killed by {view.who or 'nobody named'}: {view.reason}" if view.is_killed else "open"
    console.print(f"Account {view.account} is {told}", markup=False, style="bold red" if view.is_killed else "")
    if view.story:
        console.print(view.story, markup=False)
    if view.history:
        rows = ([moment(one.time_ns), one.what, one.who, one.reason] for one in view.history)
        console.print(table(["|when", "|what", "|who", "why"], rows))
    if view.arming is not None:
        risk_arming.tell_arming(view.arming)


risk_arming.register(group)
