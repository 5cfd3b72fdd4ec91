"""A name is a word you could say on a trading desk; the glossary says which word."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Source, project_texts, sources, told

INSTEAD = {
    "qty": "quantity",
    "candle": "bar",
    "candles": "bars",
    "candlestick": "bar",
    "kline": "bar",
    "klines": "bars",
    "tif": "time_in_force",
    "ticker": "instrument or symbol",
    "tickers": "instruments or symbols",
    "wallet": "account",
    "holding": "position",
    "holdings": "positions",
    "cancelled": "canceled",
    "lmt": "limit_price",
    "aux": "stop_price",
    "pct": "a fraction, or _bps",
    "perc": "a fraction, or _bps",
    "perf": "return or performance",
    "px": "price",
    "vol": "volume or volatility",
    "dd": "drawdown",
    "pnls": "pnl",
    "cum": "filled, or the whole word",
}
"""Words that stand for something we have a word for. Wire names of a venue stay in its adapter, as texts."""

WHOLE = {"profit_loss": "pnl", "current_price": "mark_price", "last_price": "mark_price", "order_type": "kind"}
BRITISH = re.compile(r"cancel" + r"led(?!error|\(\))")
"""But for the names that asyncio gave: an exception, and a method."""


def words(name: str) -> list[str]:
    """`fillPrice`, `FillPrice` and `fill_price` in words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def public_names(source: Source) -> Iterator[tuple[str, str]]:
    """(where, name) of classes, functions, their parameters and attributes that others see."""
    yield f"{source.name}:1", source.path.stem
    for node in source.nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield source.at(node), node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            given = node.args
            for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
                yield source.at(argument), argument.arg
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield source.at(node), node.target.id


def test_public_names_use_the_glossary() -> None:
    found: list[str] = []
    for one in sources():
        for where, name in public_names(one):
            if name.startswith("_"):
                continue
            found.extend(f"{where}: {name} says {word}; say {INSTEAD[word]}" for word in words(name) if word in INSTEAD)
            found.extend(f"{where}: {name}; say {word}" for whole, word in WHOLE.items() if whole in name.lower())
    assert not found, told(found)


def test_booleans_are_not_negated() -> None:
    found = [
        f"{where}: {name} reads as a double negation where it is false; turn it round"
        for one in sources()
        for where, name in public_names(one)
        if name.startswith(("is_not_", "has_no_", "not_is_"))
    ]
    assert not found, told(found)


def test_canceled_has_one_spelling() -> None:
    found = [
        f"{name}: line {number}: write canceled"
        for name, text in project_texts()
        if name.endswith((".py", ".md", ".toml")) and not name.startswith("tests/architecture/")
        for number, line in enumerate(text.splitlines(), 1)
        if BRITISH.search(line.lower())
    ]
    assert not found, told(found)
