"""Answers about tracked symbols and watchlists.

This file decides what a new symbol must be: spelled as an id, at a venue, with a price step and a lot above zero where
they are said. Whether it exists is proven by whoever asks a source of market data.
"""

import re
from dataclasses import fields, replace
from decimal import Decimal
from typing import Final

from tradewright.application.symbols.messages import (
    AddSymbol,
    AddWatchlist,
    ChangeSymbol,
    ChangeWatchlist,
    RemoveSymbol,
    RemoveWatchlist,
    Symbols,
    SymbolShown,
    Watchlists,
    WatchlistShown,
)
from tradewright.domain.calendars import VENUES
from tradewright.domain.currencies import currency_of
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import InstrumentName, with_venue
from tradewright.ports.clock import Clock
from tradewright.ports.paging import Page, Slot
from tradewright.ports.symbols import SymbolFilter, SymbolLife, SymbolRegistry, TrackedSymbol, Watchlist

ASSET_CLASSES: Final = ("equity", "fund", "future", "option", "fx", "crypto", "index", "bond", "commodity", "other")
MOST_WATCHED: Final = 1_000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
_CURRENCY: Final = re.compile(r"[A-Z]{3,5}")


def add_symbol(command: AddSymbol, *, symbols: SymbolRegistry, default_venue: str, clock: Clock) -> TrackedSymbol:
    """New, and unverified."""
    if command.venue:
        bare = command.symbol.strip().upper().removesuffix(f".{command.venue.strip().upper()}")
        name = InstrumentName.compose(bare, command.venue)
    else:
        name = InstrumentName.parse(with_venue(command.symbol, default_venue, venues=VENUES))
    now_ns = clock.now_ns()
    made = TrackedSymbol(
        instrument=name.id,
        symbol=name.symbol,
        venue=name.venue,
        name=command.name,
        market=command.market,
        asset_class=command.asset_class,
        currency=command.currency.upper() or currency_of(name.id),
        tick=command.tick,
        lot=command.lot,
        multiplier=command.multiplier,
        sector=command.sector,
        created_ns=now_ns,
        changed_ns=now_ns,
    )
    symbols.add([checked(made)])
    return made


def change_symbol(command: ChangeSymbol, *, symbols: SymbolRegistry, clock: Clock) -> TrackedSymbol:
    """Only what is said."""
    before = symbols.find(command.symbol)
    said = {one.name: getattr(command, one.name) for one in fields(command) if one.name != "symbol"}
    given = {name: value for name, value in said.items() if value is not None}
    if not given:
        raise InputError(f"{before.instrument} is left as it is", expected="something to change", found="nothing")
    if command.life is SymbolLife.RETIRED and not (command.remark or "").strip():
        raise InputError(f"why is {before.instrument} retired?", expected="a remark", found="none")
    after = checked(replace(before, **given, changed_ns=max(clock.now_ns(), before.changed_ns + 1)))
    symbols.change(after)
    return after


def remove_symbol(command: RemoveSymbol, *, symbols: SymbolRegistry) -> TrackedSymbol:
    """Out of the registry and of every list."""
    found = symbols.find(command.symbol)
    symbols.remove(found.instrument)
    return found


def symbol_shown(query: SymbolShown, *, symbols: SymbolRegistry) -> TrackedSymbol:
    """One."""
    return symbols.find(query.symbol)


def tracked_symbols(query: Symbols, *, symbols: SymbolRegistry) -> Page[TrackedSymbol]:
    """A page."""
    wanted = SymbolFilter(
        text=query.text,
        venue=query.venue.upper(),
        market=query.market,
        asset_class=query.asset_class,
        life=query.life,
    )
    return symbols.all(wanted, Slot(query.limit, query.cursor))


def watchlists(_query: Watchlists, *, symbols: SymbolRegistry) -> tuple[Watchlist, ...]:
    """All."""
    return tuple(symbols.watchlists())


def watchlist_shown(query: WatchlistShown, *, symbols: SymbolRegistry) -> Watchlist:
    """One."""
    return symbols.watchlist(query.name)


def add_watchlist(command: AddWatchlist, *, symbols: SymbolRegistry, clock: Clock) -> Watchlist:
    """New."""
    if _NAME.fullmatch(command.name) is None:
        raise InputError(
            "the watchlist needs another name", expected="up to 64 letters, digits, spaces, - and _", found=command.name
        )
    now_ns = clock.now_ns()
    made = Watchlist(
        name=command.name,
        instruments=_instruments(command.symbols, symbols),
        description=command.description,
        created_ns=now_ns,
        changed_ns=now_ns,
    )
    symbols.keep_watchlist(made, is_new=True)
    return made


def change_watchlist(command: ChangeWatchlist, *, symbols: SymbolRegistry, clock: Clock) -> Watchlist:
    """In place of what was in it."""
    before = symbols.watchlist(command.name)
    after = replace(
        before,
        instruments=_instruments(command.symbols, symbols),
        description=before.description if command.description is None else command.description,
        changed_ns=max(clock.now_ns(), before.changed_ns + 1),
    )
    symbols.keep_watchlist(after, is_new=False)
    return after


def remove_watchlist(command: RemoveWatchlist, *, symbols: SymbolRegistry) -> Watchlist:
    """The list alone."""
    found = symbols.watchlist(command.name)
    symbols.remove_watchlist(found.name)
    return found


def checked(symbol: TrackedSymbol) -> TrackedSymbol:
    """The symbol, where it can be traded as it says."""
    steps = {"tick": symbol.tick, "lot": symbol.lot, "multiplier": symbol.multiplier}
    for name, value in steps.items():
        if value is not None and value <= Decimal(0):
            raise InputError(
                f"{name} of {symbol.instrument} cannot be used", expected="more than 0", found=f"{value:f}"
            )
    if symbol.asset_class not in ASSET_CLASSES:
        raise InputError(
            "there is no such asset class", expected=f"one of {', '.join(ASSET_CLASSES)}", found=symbol.asset_class
        )
    if _CURRENCY.fullmatch(symbol.currency) is None:
        raise InputError("this is no currency", expected="three to five letters, as USD", found=symbol.currency)
    return symbol


def _instruments(names: tuple[str, ...], symbols: SymbolRegistry) -> tuple[str, ...]:
    """Ids of tracked symbols, each once, in the order given."""
    if len(names) > MOST_WATCHED:
        raise InputError("the watchlist is too long", expected=f"at most {MOST_WATCHED} symbols", found=str(len(names)))
    return tuple(dict.fromkeys(symbols.find(one).instrument for one in names))
