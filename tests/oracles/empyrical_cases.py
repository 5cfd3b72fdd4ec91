"""empyrical's tables of expected values, as named series and cases.

empyrical's risk-free and required returns are per period: here they become series.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import numpy as np
import pytest
from tests.shared_data import FOLDER, shared

from tradewright.quant.performance.arrays import Floats, Integers

PERIODS = {"daily": 252, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}
SPANS: dict[str, Literal["week", "month", "quarter", "year"]] = {
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}


@cache
def inputs() -> dict[str, Any]:
    """The named series."""
    with gzip.open(shared("oracles/metrics_empyrical/inputs.json.gz")) as file:
        return dict(json.load(file))


@cache
def tables() -> dict[str, list[list[Any]]]:
    """The cases of each of empyrical's tests by its name; none where the shared folder is absent."""
    if not FOLDER.exists():
        return {}
    found = json.loads(shared("oracles/metrics_empyrical/cases.json").read_text())
    return {table["test"]: [case if isinstance(case, list) else [case] for case in table["cases"]] for table in found}


def cases(checks: Iterable[str]) -> Iterator[Any]:
    """One parameter set per case of these tests."""
    for test in checks:
        for number, case in enumerate(tables().get(test, [])):
            yield pytest.param(test, case, id=f"{test}-{number}")


def series(name: str, column: str | None = None) -> Floats:
    """A named series of the oracle, with the few expressions its cases use."""
    if name.startswith("-"):
        return -series(name[1:])
    if name.startswith("2 * "):
        return 2.0 * series(name[4:])
    if name.endswith("[1:]"):
        return series(name[:-4])[1:]
    if name == "random_100k":
        return np.random.default_rng(1337).normal(0.0, 1.0, 100_000)
    try:
        return np.array([float(name)])
    except ValueError:
        pass
    found = inputs()[name]
    values = found["values"] if "values" in found else found["columns"][column or next(iter(found["columns"]))]
    return np.array(values, dtype=np.float64)


def days(name: str) -> Integers:
    """Dates of a named series, as days since 1970."""
    base = name.lstrip("-").removesuffix("[1:]").removeprefix("2 * ")
    index = inputs()[base]["index"]
    if isinstance(index, dict):
        start = datetime.fromisoformat(index["start"]).replace(tzinfo=None)
        stamps = [start + timedelta(days=step) for step in range(index["n"])]
    else:
        stamps = [datetime.fromisoformat(stamp) for stamp in index]
    found = np.array([(stamp - datetime(1970, 1, 1)).days for stamp in stamps], dtype=np.int64)
    return found[1:] if name.endswith("[1:]") else found


def aligned(own: str, other: str) -> tuple[Floats, Floats]:
    """Both series on the union of their dates, NaN where one has none (pandas' outer join)."""
    left, right = days(own), days(other)
    both = np.union1d(left, right)
    columns = []
    for name, stamps in ((own, left), (other, right)):
        column = np.full(len(both), np.nan)
        column[np.searchsorted(both, stamps)] = series(name)
        columns.append(column)
    return columns[0], columns[1]


def rate(name: str, length: int) -> Floats:
    """A rate per period: a number repeated, or a named series."""
    found = series(name)
    return np.full(length, found[0]) if len(found) == 1 and not name.endswith("returns") else found


def numbers(expected: Any) -> Any:
    """Expected values as numbers; the oracle keeps pandas expressions as text."""
    if isinstance(expected, dict):
        inner = re.search(r"\[([^\]]*)\]", expected["expr"])
        assert inner is not None
        return [float(value) for value in inner.group(1).split(",")]
    return expected


def close(found: Any, expected: Any, decimals: int = 8) -> None:
    """Equal to so many decimals; NaN equals NaN."""
    np.testing.assert_almost_equal(np.asarray(found, dtype=float), np.asarray(expected, dtype=float), decimals)


def full(values: Floats, window: int) -> Floats:
    """The part of a rolling measure that has whole windows."""
    return values[window - 1 :]
