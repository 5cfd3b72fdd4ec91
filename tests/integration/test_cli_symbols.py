"""Tracked symbols and watchlists from the shell."""

from pathlib import Path

from tests.integration.cli_tools import asked, run


def test_symbols_are_tracked_listed_and_removed_with_their_place_in_lists(tmp_path: Path) -> None:
    made = asked("symbols", "add", "AAPL.XNAS", "--name", "Apple", "--tick", "0.01", folder=tmp_path)["symbols"]
    assert made[0]["life"] == "unverified" and made[0]["currency"] == "USD" and made[0]["tick"] == "0.01"
    asked("symbols", "add", "MSFT,IBM", "--venue", "XNAS", folder=tmp_path)
    told = asked("symbols", "list", "--text", "ap", folder=tmp_path)["symbols"]
    assert [one["instrument"] for one in told] == ["AAPL.XNAS"]
    assert asked("symbols", "show", "aapl", folder=tmp_path)["name"] == "Apple"
    asked("watchlist", "add", "tech", "AAPL,MSFT", folder=tmp_path)
    assert asked("watchlist", "set", "tech", "IBM,AAPL,IBM", folder=tmp_path)["instruments"] == [
        "IBM.XNAS",
        "AAPL.XNAS",
    ]
    asked("symbols", "remove", "AAPL", folder=tmp_path)
    assert asked("watchlist", "show", "tech", folder=tmp_path)["instruments"] == ["IBM.XNAS"]
    asked("watchlist", "remove", "tech", folder=tmp_path)
    assert asked("watchlist", "list", folder=tmp_path)["watchlists"] == []


def test_what_cannot_be_tracked_is_told(tmp_path: Path) -> None:
    asked("symbols", "add", "AAPL.XNAS", folder=tmp_path)
    again = asked("symbols", "add", "AAPL.XNAS", folder=tmp_path, code=2)["error"]
    assert again["code"] == "conflict"
    for arguments, code in (
        (("symbols", "add", "A/B"), "input_error"),
        (("symbols", "add", "MSFT", "--tick", "0"), "input_error"),
        (("symbols", "add", "MSFT", "--class", "stone"), "input_error"),
        (("symbols", "show", "AAPLE"), "unknown_instrument"),
        (("watchlist", "add", "x", "MSFT.XNAS"), "unknown_instrument"),
        (("watchlist", "show", "x"), "not_found"),
        (("symbols", "list", "--life", "dead"), "input_error"),
    ):
        assert asked(*arguments, folder=tmp_path, code=2)["error"]["code"] == code, arguments


def test_no_database_is_made_by_what_needs_none(tmp_path: Path) -> None:
    run("strategy", "list", folder=tmp_path)
    run("data", "list", folder=tmp_path)
    assert not (tmp_path / ".tradewright" / "state.sqlite").exists()
    run("symbols", "list", folder=tmp_path)
    assert (tmp_path / ".tradewright" / "state.sqlite").exists()
