"""A trading session on the screen: who trades, what is held, what works, what was earned, how far risk is used."""

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tradewright.interfaces.terminal.output import DASH, moment
from tradewright.interfaces.terminal.tables import ScreenTable, table

if TYPE_CHECKING:
    from tradewright.application.trading.views import (
        ComponentView,
        FactView,
        OrderTraceView,
        OrderView,
        PortfolioView,
        PositionView,
        SessionLine,
        SessionView,
        TickView,
    )

_LIFE = {"running": "green", "starting": "yellow", "crashed": "bold red", "failed": "red", "stopped": "dim",
         "damaged": "bold red"}  # fmt: skip
_LONGEST = 120
"""Letters of a field of a fact that are shown."""
_FULL = Decimal("0.9")
"""From this part of a limit on it is shown as nearly used up."""


def sessions_table(lines: "Sequence[SessionLine]") -> ScreenTable:
    """The list of sessions."""
    rows = (
        [
            one.session,
            Text(one.life, style=_LIFE.get(one.life, "")),
            DASH if one.process is None else str(one.process),
            one.account or DASH,
            " ".join(symbol_of(name) for name in one.instruments) or DASH,
            one.feed or DASH,
            one.end or DASH,
        ]
        for one in lines
    )
    return table(["|session", "|state", ">process", "|account", "on", "feed", "end"], rows)


def session_screen(view: "SessionView") -> RenderableType:
    """A session on one screen."""
    parts: list[RenderableType] = [_head(view), Text(), _money(view.portfolio)]
    if view.positions:
        parts += [Text(), positions_table(view.positions)]
    if view.orders:
        parts += [Text(), orders_table(view.orders)]
    if view.portfolio.risk:
        parts += [Text(), risk_table(view.portfolio)]
    parts += [Text(), components_line(view.vitals.components)] if view.vitals.components else []
    parts += [Text.assemble(("! ", "bold red"), f"{one.code} {one.subject}: {one.story}") for one in view.alerts]
    parts += guard_lines(view)
    return Group(*parts)


def session_line(view: "SessionView") -> str:
    """A session in one line, for a log."""
    book = view.portfolio
    held = " ".join(f"{symbol_of(one.instrument)} {plain_number(one.quantity)}" for one in view.positions) or "flat"
    fills = view.counts.fills if view.counts else 0
    return (
        f"{moment(view.time_ns)}  equity {money(book.equity)} {book.currency}  day {money(book.day_result)}"
        f"  fills {fills}  open orders {len(view.orders)}  {held}"
    )


def session_report(view: "SessionView") -> RenderableType:
    """What came of a session."""
    book, counts = view.portfolio, view.counts
    rows: list[list[object]] = [
        ["ended", view.end or view.line.end or view.line.life],
        ["last market time", moment(view.time_ns)],
        ["equity", f"{money(book.equity)} {book.currency}"],
    ]
    for one in book.strategies:
        told = f"realized {money(one.realized)}, unrealized {money(one.unrealized)}, fees {money(one.fees)}"
        rows.append([f"P&L {one.strategy}", f"{money(one.net)} {one.currency} ({told})"])
    rows += [["opening, dividends", f"{money(amount)} {currency}"] for currency, amount in book.other_cash.items()]
    if counts is not None:
        rows += [
            ["slices, orders, fills", f"{counts.slices:,}, {counts.orders:,}, {counts.fills:,}"],
            ["refused by", counted(counts.refusals)],
            ["sizes bound by", counted(counts.bounds)],
            ["rejected by the venue", f"{counts.rejected:,}"],
            ["incidents", counted(counts.incidents)],
        ]
    rows.append(["open positions", ", ".join(_held(one) for one in view.positions) or "none"])
    rows.append(["working orders", str(len(view.orders)) if view.orders else "none"])
    if view.dropped:
        rows.append(["old orders", f"{view.dropped:,} have left memory; `trade orders` and `trade order` tell them"])
    return Group(Text(f"Session {view.line.session}", style="bold"), table(["", ""], rows), *guard_lines(view))


def components_line(components: "Sequence[ComponentView]") -> Text:
    """What a session stands on: the well ones in a row, each failed one on a line of its own."""
    told = Text("ok: " + (", ".join(_component(one) for one in components if one.is_ok) or "nothing"), style="dim")
    for one in components:
        if not one.is_ok:
            told.append(f"\nfailed: {_component(one)} since {moment(one.since_ns)}: {one.problem}", style="bold red")
    return told


def guard_lines(view: "SessionView") -> list[Text]:
    """What the guard did."""
    return [
        Text(f"guard {moment(one.time_ns)} {one.code}: {one.story}", style="red" if one.is_alarm else "dim")
        for one in view.guard
    ]


def report_text(view: "SessionView", *, width: int = 110) -> str:
    """The same as plain text."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, no_color=True).print(session_report(view))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def orders_table(orders: "Sequence[OrderView]") -> ScreenTable:
    """Orders, one a line."""
    headings = ["|order", "|instrument", "|side", ">quantity", ">filled", "|kind", ">limit", ">stop", ">average",
                "|state", "strategy", "remark"]  # fmt: skip
    rows = (
        [
            one.order,
            one.instrument,
            one.side,
            plain_number(one.quantity),
            plain_number(one.filled),
            f"{one.kind} {one.time_in_force}",
            price(one.limit_price),
            price(one.stop_price),
            price(one.average_price),
            f"{one.life}, {one.pending} asked" if one.pending else one.life,
            one.strategy if one.role in {"plain", "target"} else f"{one.strategy} {one.role}",
            "; ".join(part for part in (f"cut by {one.bound}" if one.bound else "", one.remark) if part),
        ]
        for one in orders
    )
    return table(headings, rows)


def positions_table(positions: "Sequence[PositionView]") -> ScreenTable:
    """Positions, one a line."""
    headings = ["|strategy", "|instrument", ">quantity", ">average price", ">mark", ">value", ">unrealized",
                ">realized", ">fees", "|currency"]  # fmt: skip
    rows = (
        [
            one.strategy,
            one.instrument,
            plain_number(one.quantity),
            price(one.average_price),
            price(one.mark),
            money(one.market_value),
            judged(one.unrealized),
            judged(one.realized),
            money(one.fees),
            one.currency,
        ]
        for one in positions
    )
    return table(headings, rows)


def portfolio_screen(book: "PortfolioView") -> RenderableType:
    """The account."""
    rows = (
        [one.strategy, judged(one.realized), judged(one.unrealized), money(one.fees), judged(one.net), one.currency]
        for one in book.strategies
    )
    results = table(["|strategy", ">realized", ">unrealized", ">fees", ">net", "|currency"], rows)
    parts: list[RenderableType] = [_money(book), Text(), results]
    return Group(*parts, Text(), risk_table(book)) if book.risk else Group(*parts)


def risk_table(book: "PortfolioView") -> ScreenTable:
    """Limits of the account and how much of each is used."""
    rows = (
        [
            one.name.replace("_", " "),
            DASH if one.value is None else f"{one.value:.4f}",
            f"{one.limit:f}",
            DASH if one.used is None else Text(f"{one.used:.0%}", style="bold red" if one.used >= _FULL else ""),
        ]
        for one in book.risk
    )
    return table(["limit", ">now", ">at most", ">used"], rows)


def trace_screen(view: "OrderTraceView") -> RenderableType:
    """The story of one order."""
    return Group(orders_table([view.order]), Text(), facts_table(view.facts))


def facts_table(found: "Iterable[FactView]") -> ScreenTable:
    """Facts, one a line."""
    rows = ([one.sequence, moment(one.time_ns), one.kind, _told(one.fields)] for one in found)
    return table([">record", "|session time", "|fact", "what"], rows)


def symbol_of(instrument: str) -> str:
    """`AAPL.XNAS` as people say it."""
    return instrument.rpartition(".")[0] or instrument


def money(value: Decimal | None) -> str:
    """Money with two digits."""
    return DASH if value is None else f"{value:,.2f}"


def price(value: Decimal | None) -> str:
    """A price as it is, at most six digits after the point."""
    return DASH if value is None else f"{round(value, 6).normalize():f}"


def plain_number(value: Decimal) -> str:
    """A quantity without needless zeros."""
    return f"{value.normalize():f}"


def judged(value: Decimal | None) -> Text:
    """A result: red where it is a loss, green where it is a profit."""
    style = "" if not value else "green" if value > 0 else "red"
    return Text(money(value), style=style)


def counted(found: Mapping[str, int]) -> str:
    """`position 12, fat finger 1`."""
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in found.items()) or "none"


def ticks_line(ticks: "TickView") -> str:
    """Trades and what came of them."""
    parts = (
        f"trades {ticks.trades:,} to {moment(ticks.last_ns)}, {ticks.per_second:,.0f}/s",
        f"lag {ticks.lag_ns / 1e6:.1f} ms",
        f"bars {ticks.bars:,}, slices {ticks.slices:,} ({ticks.incomplete:,} incomplete), gaps {ticks.gaps:,}",
        f"late {ticks.late:,}, put aside: {counted(ticks.quarantined)}",
    )
    return "  ".join(parts)


def _head(view: "SessionView") -> Text:
    line, vitals = view.line, view.vitals
    told = Text.assemble((line.session, "bold"), "  ", (line.life, _LIFE.get(line.life, "")))
    told.append(f"  strategy {view.strategy_life}  {moment(view.time_ns)}")
    if line.life == "running":
        is_well = vitals.is_connected and vitals.is_green and not vitals.problem
        state = "books agree" if is_well else vitals.problem or "reconciling"
        told.append(f"  {state}", style="" if is_well else "yellow")
        if vitals.lag_ns is not None:
            told.append(f"  lag {vitals.lag_ns / 1e6:.1f} ms")
    if vitals.ticks is not None:
        told.append(f"\n{ticks_line(vitals.ticks)}")
        for note in vitals.ticks.notes:
            told.append(f"\n  {note}", style="yellow")
    for one in view.shut:
        scope = f" {one.scope}" if one.scope else ""
        told.append(f"\ntrading{scope} is {one.state} by {one.who}: {one.reason}", style="bold red")
    return told


def _component(one: "ComponentView") -> str:
    return one.component if one.is_critical else f"{one.component} (optional)"


def _money(book: "PortfolioView") -> ScreenTable:
    cash = "  ".join(f"{money(amount)} {currency}" for currency, amount in book.cash.items())
    depth = DASH if book.drawdown is None else f"{book.drawdown:.2%}"
    row = [f"{money(book.equity)} {book.currency}", judged(book.day_result), cash, money(book.gross_exposure), depth]
    return table([">equity", ">today", ">cash", ">gross exposure", ">drawdown"], [row])


def _held(one: "PositionView") -> str:
    return f"{symbol_of(one.instrument)} {plain_number(one.quantity)}"


def _told(fields: Mapping[str, object]) -> str:
    """Fields of a fact in a line; what is empty is left out."""
    return " ".join(f"{name}={_short(value)}" for name, value in fields.items() if value not in ("", None, [], {}, 0))


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + _told(value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(one) for one in value) + "]"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text):,} letters; --json has them all)"
