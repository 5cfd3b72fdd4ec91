import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.errors import InputError, UnknownInstrument
from tradewright.domain.identifiers import (
    ROUTE_WORDS,
    InstrumentName,
    checked_symbol,
    checked_venue,
    near_matches,
    resolve,
    with_venue,
)

KNOWN = ("AAPL.XNAS", "MSFT.XNAS", "BRK.B.XNYS", "BTCUSDT.BINANCE", "BTCUSDT.BYBIT", "EURUSD.FX")
symbols = st.from_regex(r"[A-Z0-9][A-Z0-9.=_-]{0,18}[A-Z0-9]", fullmatch=True).filter(lambda s: s not in ROUTE_WORDS)
venues = st.from_regex(r"[A-Z][A-Z0-9]{1,8}", fullmatch=True)


@given(symbols, venues)
def test_an_id_is_read_back_as_it_was_composed(symbol: str, venue: str) -> None:
    name = InstrumentName.compose(symbol.lower(), venue.lower())
    assert InstrumentName.parse(name.id) == name
    assert str(name) == f"{symbol}.{venue}"


@pytest.mark.parametrize("word", ["latest", "validate", "Symbols", "market-data"])
def test_a_word_of_a_route_is_no_symbol(word: str) -> None:
    with pytest.raises(InputError, match="word of a web address"):
        checked_symbol(word)


def test_a_slash_is_refused_with_the_spelling_that_works() -> None:
    with pytest.raises(InputError, match="write BTCUSDT instead"):
        InstrumentName.compose("BTC/USDT", "BINANCE")


@pytest.mark.parametrize("text", ["", "A B", ".A", "A.", "ÄÖ", "a" * 41, "../etc"])
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be a symbol"):
        checked_symbol(text)


@pytest.mark.parametrize("text", ["", "X", "1X", "X-NAS", "A" * 17])
def test_what_is_no_venue_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be a venue"):
        checked_venue(text)


def test_a_bare_symbol_is_no_id() -> None:
    with pytest.raises(InputError, match=r"SYMBOL\.VENUE"):
        InstrumentName.parse("AAPL")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AAPL", "AAPL.XNAS"),
        (" aapl.xnas ", "AAPL.XNAS"),
        ("brk.b", "BRK.B.XNYS"),
        ("BTCUSDT.BYBIT", "BTCUSDT.BYBIT"),
    ],
)
def test_a_symbol_is_found_where_only_one_venue_has_it(text: str, found: str) -> None:
    assert resolve(text, KNOWN) == found


def test_a_symbol_of_several_venues_must_be_said_whole() -> None:
    with pytest.raises(InputError, match=r"found BTCUSDT\.BINANCE, BTCUSDT\.BYBIT; write the whole id"):
        resolve("BTCUSDT", KNOWN)


def test_a_typing_error_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownInstrument) as caught:
        resolve("APPL", KNOWN)
    assert caught.value.near == ("AAPL.XNAS",)
    with pytest.raises(UnknownInstrument) as caught:
        resolve("AAPL.XNYS", KNOWN)
    assert caught.value.near[0] == "AAPL.XNAS"
    with pytest.raises(UnknownInstrument) as caught:
        resolve("QQQQQQ", ())
    assert caught.value.near == ()


def test_near_names_come_best_first_and_few() -> None:
    known = [f"AAP{letter}.XNAS" for letter in "ABCDEFL"]
    assert near_matches("AAPL", known)[0] == "AAPL.XNAS"
    assert len(near_matches("AAPL", known)) == 3


def test_new_data_gets_the_default_venue_unless_it_names_one() -> None:
    known_venues = ("XNAS", "XNYS", "BINANCE")
    assert with_venue("spy", "XNYS", venues=known_venues) == "SPY.XNYS"
    assert with_venue("BRK.B", "XNYS", venues=known_venues) == "BRK.B.XNYS"
    assert with_venue("aapl.xnas", "XNYS", venues=known_venues) == "AAPL.XNAS"
