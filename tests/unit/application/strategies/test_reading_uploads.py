"""What the text of an uploaded strategy tells: each finding with its line and a stable code."""

import pytest

from tradewright.application.strategies.checking import MOST_BYTES, MOST_FINDINGS, read_source
from tradewright.application.strategies.template import strategy_text
from tradewright.ports.shelf import Finding

HEAD = "import numpy as np\nimport polars as pl\nimport tradewright as tw\n\n\n"
GOOD = HEAD + "class Idea(tw.Strategy):\n    def generate_signals(self, bars):\n        return bars.close * 0.0\n"


def found(text: str | bytes, **other: str) -> list[tuple[int, str, bool]]:
    content = text.encode() if isinstance(text, str) else text
    return [(one.line, one.code, one.is_fatal) for one in read_source(content, **other).findings]


def inside(line: str) -> str:
    """A strategy with this line as the eighth of its file."""
    return HEAD + f"class Idea(tw.Strategy):\n    def on_bar(self, context, bar):\n        {line}\n"


def test_the_file_that_we_write_to_start_from_is_fit() -> None:
    read = read_source(strategy_text("my_idea")[1].encode())
    assert read.findings == ()
    assert read.class_name == "MyIdea"
    assert read.is_fit


FATAL = {
    "import os": "forbidden-import",
    "import os.path": "forbidden-import",
    "import subprocess, math": "forbidden-import",
    "from socket import socket": "forbidden-import",
    "import ctypes": "forbidden-import",
    "import threading": "forbidden-import",
    "import pickle": "forbidden-import",
    "from . import other": "forbidden-import",
    "from numpy import ctypeslib": "forbidden-import",
    "import numpy.ctypeslib": "forbidden-import",
    "from tradewright.adapters.hosts import frames": "forbidden-import",
    "from tradewright import bootstrap": "forbidden-import",
    "eval('1')": "forbidden-call",
    "exec('1')": "forbidden-call",
    "compile('1', '', 'exec')": "forbidden-call",
    "open('file')": "forbidden-call",
    "__import__('os')": "forbidden-call",
    "globals()": "forbidden-call",
    "input()": "forbidden-call",
    "getattr(bar, '__class__')": "forbidden-call",
    "getattr(bar, name)": "forbidden-call",
    "time.sleep(1)": "forbidden-call",
    "np.load('file.npy')": "forbidden-call",
    "np.fromfile('file')": "forbidden-call",
    "pl.read_csv('file')": "forbidden-call",
    "pl.scan_parquet('file')": "forbidden-call",
    "frame.write_csv('file')": "forbidden-call",
    "tw.load_bars('AAPL')": "forbidden-call",
    "from tradewright import backtest": "forbidden-call",
    "().__class__.__base__": "dunder",
    "bar.__dict__": "dunder",
    "__builtins__": "dunder",
    "datetime.now()": "clock",
    "datetime.datetime.utcnow()": "clock",
    "date.today()": "clock",
    "from time import time_ns": "forbidden-import",
}


@pytest.mark.parametrize("line", sorted(FATAL))
def test_what_no_strategy_needs_is_found_with_its_line(line: str) -> None:
    assert (8, FATAL[line], True) in found(inside(line))


def test_a_star_hides_what_is_imported() -> None:
    assert found("from math import *\n" + GOOD) == [(1, "star-import", True)]


SMELLS = {
    "x = bars.close.shift(-1)": "look-ahead",
    "x = np.roll(bars.close, -1)": "look-ahead",
    "x = pl.col('close').shift(n=-1)": "look-ahead",
    "x = bars.close[::-1]": "look-ahead",
    "x = np.random.rand(3)": "no-seed",
    "x = np.random.default_rng()": "no-seed",
    "while True: pass": "endless-loop",
}


@pytest.mark.parametrize("line", sorted(SMELLS))
def test_what_smells_is_told_and_does_not_refuse(line: str) -> None:
    assert found(inside(line)) == [(8, SMELLS[line], False)]


@pytest.mark.parametrize(
    "line",
    [
        "import math, statistics, decimal, fractions, itertools, functools, dataclasses, datetime, collections, typing",
        "from collections.abc import Mapping",
        "from tradewright.indicators import sma, ema",
        "from tradewright.domain.errors import InputError",
        "from numpy.lib.stride_tricks import sliding_window_view",
        "x = datetime.timedelta(days=1)",
        "x = getattr(bar, 'close')",
        "x = np.random.default_rng(7).normal()",
        "x = bars.close.shift(1)",
        "super().__init__()",
        "while True: break",
        "context.buy(1, limit=bar.close)",
    ],
)
def test_what_strategies_need_is_let_through(line: str) -> None:
    assert found(inside(line)) == []


def test_an_error_of_syntax_has_line_and_column() -> None:
    read = read_source(b"x = 1\ny = (2\nz = 3\n")
    assert read.findings == (Finding(2, "syntax", "'(' was never closed (line 2, column 5)"),)


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"x" * (MOST_BYTES + 1), 0, "too-large"),
        (b"x = 1\ny = '\0'\n", 2, "nul"),
        (b"x = 1\n\ny = '\xff'\n", 3, "encoding"),
        (b"", 0, "no-strategy"),
        (b"# -*- coding: utf-7 -*-\nx = 1\n", 1, "encoding"),
        (b"#!python\n# vim: set fileencoding=latin-1 :\n", 2, "encoding"),
        (b"# -*- coding: UTF_8 -*-\nx = 1\n", 0, "no-strategy"),
        (b"(" * 5_000 + b")" * 5_000, 1, "syntax"),
        (b"x = " + b"-" * 200_000 + b"1", 0, "too-deep"),
        (b"x = " + b"9" * 100_000, 1, "syntax"),
        (b"\tx = 1\n  y = 2\n", 1, "syntax"),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, line: int, code: str) -> None:
    assert found(content) == [(line, code, True)]


def test_of_several_strategies_one_has_to_be_named() -> None:
    text = GOOD + "\n\nclass Other(Idea):\n    pass\n"
    assert found(text) == [(11, "several-strategies", True)]
    assert found(text, class_name="Other") == []
    assert read_source(text.encode(), class_name="Other").class_name == "Other"
    assert found(text, class_name="Nobody") == [(0, "no-strategy", True)]


def test_a_strategy_speaks_one_dialect() -> None:
    silent = HEAD + "class Idea(tw.Strategy):\n    def warm_up_bars(self):\n        return 1\n"
    assert found(silent) == [(6, "no-handler", True)]
    both = GOOD + "\n    def on_bar(self, context, bar):\n        pass\n"
    assert found(both) == [(6, "several-dialects", True)]
    waiting = HEAD + "class Idea(tw.Strategy):\n    async def on_bar(self, context, bar):\n        pass\n"
    assert found(waiting) == [(6, "no-handler", True), (7, "async", True)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fast: int = tw.parameter(20, low=2, high=200)", []),
        ("kind: str = tw.parameter('a', choices=('a', 'b'))", []),
        ("is_long: bool = tw.parameter(True)", []),
        ("share: float = tw.parameter(1, low=0, high=1)", []),
        ("fast: int = tw.parameter(20)", [(7, "no-range", False)]),
        ("fast = tw.parameter(20, low=2, high=200)", [(7, "untyped-parameter", False)]),
        ("fast: int = tw.parameter(2.5, low=2, high=200)", [(7, "wrong-type", True)]),
        ("kind: int = tw.parameter('a')", [(7, "wrong-type", True)]),
    ],
)
def test_parameters_have_a_type_and_a_range(line: str, expected: list[tuple[int, str, bool]]) -> None:
    text = HEAD + f"class Idea(tw.Strategy):\n    {line}\n\n    def on_bar(self, context, bar):\n        pass\n"
    assert found(text) == expected


def test_a_class_derives_from_a_strategy_of_ours_or_of_the_file() -> None:
    text = "import tradewright as tw\n\n\nclass Mine(tw.MovingAverage):\n    pass\n"
    assert found(text) == []
    assert found("class Mine(dict):\n    pass\n") == [(0, "no-strategy", True)]


def test_findings_have_an_end() -> None:
    assert len(found("import os\n" * 5_000)) == MOST_FINDINGS
