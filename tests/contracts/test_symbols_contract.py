"""What every registry of symbols promises, on both databases."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.symbols import DatabaseSymbols
from tradewright.domain.errors import Conflict, InputError, UnknownInstrument
from tradewright.ports.paging import Slot
from tradewright.ports.symbols import SymbolFilter, SymbolLife, SymbolRegistry, TrackedSymbol, Watchlist

AAPL = TrackedSymbol(
    instrument="AAPL.XNAS",
    symbol="AAPL",
    venue="XNAS",
    name="Apple Inc.",
    market="US",
    currency="USD",
    tick=Decimal("0.0100"),
    lot=Decimal("1"),
    sector="Technology",
    life=SymbolLife.ACTIVE,
    verified_ns=7,
    remark="",
    created_ns=5,
    changed_ns=6,
)


def named(instrument: str, **changes: object) -> TrackedSymbol:
    symbol, _, venue = instrument.rpartition(".")
    return replace(AAPL, instrument=instrument, symbol=symbol, venue=venue, **changes)  # type: ignore[arg-type]


CBA = named("CBA.XASX", name="Commonwealth Bank", market="ASX", currency="AUD", life=SymbolLife.UNVERIFIED)
BTC = named("BTCUSDT.BINANCE", name="", market="CRYPTO", asset_class="perpetual", tick=None, lot=None)


@pytest.fixture
def registry(database: Database) -> SymbolRegistry:
    return DatabaseSymbols(database)


def test_symbols_come_back_as_they_were_to_the_last_digit(registry: SymbolRegistry) -> None:
    exact = replace(BTC, multiplier=Decimal("0.000000000000000001"), lot=Decimal("123456789012345678901234567890.5"))
    registry.add([AAPL, CBA, exact])
    assert registry.find("AAPL.XNAS") == AAPL
    assert str(registry.find("AAPL.XNAS").tick) == "0.0100"
    assert registry.find("BTCUSDT.BINANCE") == exact
    assert list(registry.all(SymbolFilter(), Slot()).items) == [AAPL, exact, CBA]


def test_all_are_added_or_none(registry: SymbolRegistry) -> None:
    registry.add([AAPL])
    with pytest.raises(Conflict, match=r"AAPL\.XNAS are tracked already"):
        registry.add([CBA, replace(AAPL, name="other"), BTC])
    assert list(registry.all(SymbolFilter(), Slot()).items) == [AAPL]
    with pytest.raises(Conflict, match=r"CBA\.XASX are tracked already"):
        registry.add([CBA, CBA])


def test_a_bare_symbol_is_enough_where_only_one_has_it(registry: SymbolRegistry) -> None:
    registry.add([AAPL, CBA])
    assert registry.find(" aapl ") == AAPL
    registry.add([named("AAPL.XASX")])
    with pytest.raises(InputError, match=r"several venues: found AAPL\.XASX, AAPL\.XNAS"):
        registry.find("AAPL")
    with pytest.raises(UnknownInstrument, match=r"did you mean CBA\.XASX\?"):
        registry.find("CBAA")


def test_what_is_not_tracked_cannot_be_found_changed_or_removed(registry: SymbolRegistry) -> None:
    with pytest.raises(UnknownInstrument, match="no symbol is tracked yet"):
        registry.find("AAPL")
    with pytest.raises(UnknownInstrument):
        registry.change(AAPL)
    with pytest.raises(UnknownInstrument):
        registry.remove("AAPL.XNAS")


def test_a_symbol_is_changed_as_a_whole(registry: SymbolRegistry) -> None:
    registry.add([AAPL])
    retired = replace(AAPL, life=SymbolLife.RETIRED, remark="delisted", verified_ns=None, tick=None, changed_ns=99)
    registry.change(retired)
    assert registry.find("AAPL.XNAS") == retired


def test_lists_can_be_narrowed(registry: SymbolRegistry) -> None:
    registry.add([AAPL, CBA, BTC])

    def found(wanted: SymbolFilter) -> list[str]:
        return [one.symbol for one in registry.all(wanted, Slot()).items]

    assert found(SymbolFilter(text="bank")) == ["CBA"]
    assert found(SymbolFilter(text="aap")) == ["AAPL"]
    assert found(SymbolFilter(text="%")) == []
    assert found(SymbolFilter(venue="XASX")) == ["CBA"]
    assert found(SymbolFilter(market="CRYPTO", asset_class="perpetual")) == ["BTCUSDT"]
    assert found(SymbolFilter(life=SymbolLife.ACTIVE)) == ["AAPL", "BTCUSDT"]


def test_pages_go_on_where_the_last_one_ended(registry: SymbolRegistry) -> None:
    registry.add([named(f"S{number}.XNAS") for number in range(5)])
    first = registry.all(SymbolFilter(), Slot(limit=2))
    registry.remove("S1.XNAS")
    second = registry.all(SymbolFilter(), Slot(limit=3, cursor=first.cursor))
    assert [one.symbol for page in (first, second) for one in page.items] == ["S0", "S1", "S2", "S3", "S4"]
    assert second.cursor == ""


def test_a_watchlist_keeps_its_owners_order(registry: SymbolRegistry) -> None:
    registry.add([AAPL, CBA, BTC])
    tech = Watchlist(name="tech", instruments=("CBA.XASX", "AAPL.XNAS"), description="d", created_ns=1, changed_ns=2)
    empty = Watchlist(name="Empty", instruments=(), created_ns=1, changed_ns=2)
    registry.keep_watchlist(tech, is_new=True)
    registry.keep_watchlist(empty, is_new=True)
    assert registry.watchlist("tech") == tech
    assert list(registry.watchlists()) == [empty, tech]
    other = replace(tech, instruments=("AAPL.XNAS", "BTCUSDT.BINANCE", "CBA.XASX"), description="", changed_ns=3)
    registry.keep_watchlist(other, is_new=False)
    assert registry.watchlist("tech") == other


def test_a_watchlist_that_cannot_be_is_refused(registry: SymbolRegistry) -> None:
    registry.add([AAPL, CBA])
    kept = Watchlist(name="tech", instruments=("CBA.XASX",), created_ns=1, changed_ns=2)
    registry.keep_watchlist(kept, is_new=True)
    with pytest.raises(Conflict, match="there is a watchlist tech already"):
        registry.keep_watchlist(replace(kept, instruments=()), is_new=True)
    with pytest.raises(UnknownInstrument, match="MSFT"):
        registry.keep_watchlist(replace(kept, instruments=("AAPL.XNAS", "MSFT.XNAS")), is_new=False)
    with pytest.raises(InputError, match=r"AAPL\.XNAS stands in the list more than once"):
        registry.keep_watchlist(replace(kept, instruments=("AAPL.XNAS", "AAPL.XNAS")), is_new=False)
    assert registry.watchlist("tech") == kept
    with pytest.raises(InputError, match=r"there is no watchlist tehc; did you mean tech\?"):
        registry.watchlist("tehc")
    registry.remove_watchlist("tech")
    with pytest.raises(InputError, match="there is no watchlist tech"):
        registry.remove_watchlist("tech")
    assert registry.find("CBA") == CBA


def test_a_removed_symbol_leaves_every_watchlist(registry: SymbolRegistry) -> None:
    registry.add([AAPL, CBA, BTC])
    kept = Watchlist(name="all", instruments=("CBA.XASX", "AAPL.XNAS", "BTCUSDT.BINANCE"), created_ns=1, changed_ns=2)
    registry.keep_watchlist(kept, is_new=True)
    registry.remove("AAPL.XNAS")
    assert registry.watchlist("all").instruments == ("CBA.XASX", "BTCUSDT.BINANCE")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_any_number_comes_back_exactly(registry: SymbolRegistry, number: Decimal) -> None:
    if not registry.all(SymbolFilter(), Slot()).items:
        registry.add([AAPL])
    registry.change(replace(AAPL, multiplier=number))
    assert registry.find("AAPL").multiplier == number


def test_what_is_no_number_is_refused(registry: SymbolRegistry) -> None:
    for wrong in ("NaN", "Infinity"):
        with pytest.raises(InputError, match="only numbers can be kept"):
            registry.add([replace(AAPL, tick=Decimal(wrong))])
