"""Answers about the shelf: what is on it beside the built-in strategies, one with its versions, a source.

This file decides the order of the list: strategies that come with Tradewright first, then those of the shelf by name.
"""

from tradewright.application.shelf.messages import ShelvedStrategies, ShelvedStrategyShown, StrategySource
from tradewright.application.shelf.naming import reference_of
from tradewright.application.shelf.views import (
    BUILT_IN,
    READY,
    UPLOADED,
    SourceView,
    StrategyEntry,
    StrategySheet,
    entry_of,
    entry_of_built_in,
    sheet_of,
)
from tradewright.application.strategies.handlers import known_strategies
from tradewright.application.strategies.messages import KnownStrategies
from tradewright.application.strategies.views import StrategyView
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.paging import Page, Slot
from tradewright.ports.shelf import ShelfFilter, ShelfLife, StrategyShelf

_OURS = "built_in-"
"""Begins the cursor of a page that ended among the built-in strategies."""


def shelved_strategies(query: ShelvedStrategies, *, shelf: StrategyShelf) -> Page[StrategyEntry]:
    """A page."""
    wanted = _wanted(query)
    shown: list[StrategyEntry] = []
    cursor = query.cursor
    if not cursor or cursor.startswith(_OURS):
        begin = int(cursor.removeprefix(_OURS)) if cursor.removeprefix(_OURS).isdigit() else 0
        ours = _ours(query)
        shown = ours[begin : begin + query.limit]
        if len(ours) > begin + len(shown):
            return Page(shown, f"{_OURS}{begin + len(shown)}")
        cursor = ""
    if query.kind == BUILT_IN:
        return Page(shown)
    left = query.limit - len(shown)
    page = shelf.all(wanted, Slot(max(left, 1), cursor))
    if left < 1:
        return Page(shown, f"{_OURS}{len(_ours(query))}" if page.items else "")
    return Page([*shown, *(entry_of(one) for one in page.items)], page.cursor)


def shelved_strategy_shown(query: ShelvedStrategyShown, *, shelf: StrategyShelf) -> StrategySheet:
    """One; deleted ones too, by their id."""
    for view in known_strategies(KnownStrategies()):
        if view.id == query.strategy:
            return _sheet_of_built_in(view)
    return shown(query.strategy, shelf)


def strategy_source(query: StrategySource, *, shelf: StrategyShelf) -> SourceView:
    """The bytes as text, which the check has proven them to be, or what is left of it in a draft."""
    asked = reference_of(query.strategy)
    strategy = shelf.find(query.strategy if asked is None else asked.strategy)
    number = query.version or (asked.version if asked else 0) or strategy.newest.version
    for version in shelf.versions(strategy.id):
        if version.version == number:
            text = shelf.source(version.digest).decode("utf-8", "replace")
            return SourceView(
                strategy=strategy.id,
                version=number,
                digest=version.digest,
                file_name=version.file_name,
                source=text,
            )
    raise NotFound(
        f"strategy {strategy.name} has no version {number}",
        expected=f"1 to {strategy.newest.version}",
        remedy=f"see: tradewright strategy versions {strategy.id}",
    )


def shown(strategy: str, shelf: StrategyShelf) -> StrategySheet:
    """A strategy of the shelf as it stands now."""
    asked = reference_of(strategy)
    found = shelf.find(strategy if asked is None else asked.strategy)
    return sheet_of(found, tuple(shelf.versions(found.id)))


def _wanted(query: ShelvedStrategies) -> ShelfFilter:
    if query.kind not in {"", BUILT_IN, UPLOADED}:
        raise InputError("there is no such kind", expected=f"{BUILT_IN} or {UPLOADED}", found=query.kind)
    if query.life and query.life not in set(ShelfLife):
        raise InputError("there is no such life", expected=", ".join(ShelfLife), found=query.life)
    return ShelfFilter(name=query.name, tag=query.tag, life=ShelfLife(query.life) if query.life else None)


def _ours(query: ShelvedStrategies) -> list[StrategyEntry]:
    """The built-in ones that are wanted; they have no tags."""
    if query.kind == UPLOADED or query.tag or query.life not in {"", READY}:
        return []
    part = query.name.lower()
    every = (entry_of_built_in(one) for one in known_strategies(KnownStrategies()))
    return [one for one in every if part in one.id.lower() or part in one.name.lower()]


def _sheet_of_built_in(view: StrategyView) -> StrategySheet:
    return StrategySheet(entry=entry_of_built_in(view), description=view.description, speaks=view.speaks)
