"""The options of `data import`: what the file holds, and how it is written. What is not said is guessed and told."""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - an option is called date
from pathlib import Path
from typing import Annotated

import typer

from tradewright.domain.errors import InputError
from tradewright.lazy import load

_WHAT, _FORM = "What the file holds", "How it is written (else guessed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOptions:
    """How the file is written."""

    column: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", help="A role and its column: close=Last, or time=1.", rich_help_panel=_FORM),
    ] = None
    timezone: Annotated[str | None, typer.Option(help="Of times that name none.", rich_help_panel=_FORM)] = None
    stamps: Annotated[
        str | None, typer.Option(help="Whether a time is the open or the close of its bar.", rich_help_panel=_FORM)
    ] = None
    time_format: Annotated[
        str | None, typer.Option(help="As %d.%m.%Y %H:%M, or s, ms, us, ns since 1970.", rich_help_panel=_FORM)
    ] = None
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="What 01/02/2003 means.", rich_help_panel=_FORM)
    ] = None
    delimiter: Annotated[str | None, typer.Option(help="Between the values of a line.", rich_help_panel=_FORM)] = None
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether a line names columns.", rich_help_panel=_FORM)
    ] = None
    member: Annotated[str | None, typer.Option(help="Which file of a zip archive.", rich_help_panel=_FORM)] = None
    numbers: Annotated[
        str | None, typer.Option(help='As "1234.56", "1,234.56" or "1.234,56".', rich_help_panel=_FORM)
    ] = None
    date: Annotated[
        str | None, typer.Option(help="The day, where times count from midnight: 2020-01-31.", rich_help_panel=_FORM)
    ] = None
    skip_lines: Annotated[
        int | None, typer.Option(min=0, help="Lines above the header that are no data.", rich_help_panel=_FORM)
    ] = None
    wide: Annotated[
        list[str] | None,
        typer.Option(
            help="An instrument with columns of its own: AAPL=AAPL (its close), or AAPL:volume=V1.",
            rich_help_panel=_FORM,
        ),
    ] = None
    price_scale: Annotated[float, typer.Option(help="Prices are divided by it.", rich_help_panel=_FORM)] = 1.0
    max_rejected: Annotated[
        float, typer.Option(help="Above this part of bad rows nothing is stored.", rich_help_panel=_FORM)
    ] = 0.5

    def mapping(self) -> dict[str, str | int | None]:
        """`["close=Last", "time=1"]` -> `{"close": "Last", "time": 1}`."""
        chosen: dict[str, str | int | None] = {}
        for text in self.column or ():
            role, column = _pair(text, "--column", expected="role=column, as close=Last")
            chosen[role] = column
        return chosen

    def instruments(self) -> dict[str, dict[str, str | int | None]]:
        """`["AAPL=A", "AAPL:volume=3"]` -> `{"AAPL": {"close": "A", "volume": 3}}`."""
        chosen: dict[str, dict[str, str | int | None]] = {}
        for text in self.wide or ():
            name, column = _pair(text, "--wide", expected="symbol=column or symbol:role=column, as AAPL:close=A")
            symbol, _, role = name.partition(":")
            chosen.setdefault(symbol.strip(), {})[role.strip() or "close"] = column
        return chosen

    def separator(self) -> str | None:
        """The delimiter; a tab may be spelled, since a shell makes it hard to type."""
        return {"\\t": "\t", "tab": "\t"}.get((self.delimiter or "").lower(), self.delimiter)

    def day(self) -> Date | None:
        """The day that times count from."""
        if self.date is None:
            return None
        try:
            return Date.fromisoformat(self.date)
        except ValueError:
            raise InputError(
                f"--date {self.date} is no date", expected="a day as 2020-01-31", found=self.date
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the file holds."""

    symbol: Annotated[
        str | None, typer.Option("--symbol", "-s", help="Of a file that names none.", rich_help_panel=_WHAT)
    ] = None
    venue: Annotated[
        str | None, typer.Option(help="Where bare symbols trade: XNAS, BINANCE ...", rich_help_panel=_WHAT)
    ] = None
    venue_of: Annotated[
        list[str] | None, typer.Option(help="A symbol that trades elsewhere: IBM=XNYS.", rich_help_panel=_WHAT)
    ] = None
    table: Annotated[
        str | None, typer.Option(help="bars, trades, quotes, book, funding or actions.", rich_help_panel=_WHAT)
    ] = None
    with_actions: Annotated[
        bool,
        typer.Option("--with-actions", help="With the splits and dividends beside the bars.", rich_help_panel=_WHAT),
    ] = False
    timeframe: Annotated[str | None, typer.Option(help="Length of a bar: 1m, 1h, 1d.", rich_help_panel=_WHAT)] = None
    source: Annotated[str, typer.Option(help="Name under which the rows are kept.", rich_help_panel=_WHAT)] = "file"

    def message(self, file: Path, form: FormOptions) -> object:
        """The wish to import this file."""
        request = load("tradewright.application.data.importing_request")
        files, stores = load("tradewright.ports.files"), load("tradewright.ports.stores")
        numbers = load("tradewright.application.data.importing_numbers")
        table = None if self.table is None else _one_of(stores.Table, self.table, name="table")
        return request.ImportFile(
            str(file),
            table=table,
            symbol=self.symbol,
            venue=self.venue,
            venues=self._venues(),
            interval=self.timeframe,
            source=self.source,
            with_actions=self.with_actions,
            mapping=form.mapping(),
            wide=form.instruments(),
            timezone=form.timezone,
            stamps=None if form.stamps is None else _one_of(request.Stamps, form.stamps, name="stamps"),
            time_format=form.time_format,
            day_first=form.day_first,
            date=form.day(),
            numbers=None if form.numbers is None else _one_of(numbers.NumberFormat, form.numbers, name="numbers"),
            price_scale=form.price_scale,
            max_rejected=form.max_rejected,
            form=files.ReadOptions(
                header=form.header, skip_lines=form.skip_lines, delimiter=form.separator(), member=form.member
            ),
        )

    def _venues(self) -> dict[str, str]:
        pairs = (_pair(text, "--venue-of", expected="symbol=venue, as IBM=XNYS") for text in self.venue_of or ())
        return {symbol: str(venue) for symbol, venue in pairs}


def _pair(text: str, option: str, *, expected: str) -> tuple[str, str | int | None]:
    """`close=Last` -> `("close", "Last")`; a number is a position, counted from 1, nothing means none."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(f"{option} cannot be used", expected=expected, found=text)
    value = value.strip()
    return name.strip(), int(value) if value.isdecimal() else value or None


def _one_of(kinds: type, text: str, *, name: str) -> object:
    try:
        return kinds(text.lower())
    except ValueError:
        known = " or ".join(str(kind) for kind in kinds)  # type: ignore[attr-defined]
        raise InputError(f"--{name} {text} is not known", expected=known, found=text) from None
