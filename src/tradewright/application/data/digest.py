"""The identity of data: a hash over every value that was read, so that a stored backtest can prove it saw the same."""

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from tradewright.domain.market.actions import CorporateAction

_FORMAT = b"tradewright bars 1\n"
_VALUES = ("open", "high", "low", "close", "volume")


def digest_of(frame: pl.DataFrame, actions: Sequence[CorporateAction] = ()) -> str:
    """Hex digest (128 bits of BLAKE2b) over instrument, interval, time, prices, volume of all rows, and the actions.

    The order of rows does not matter, nor does how a missing value is written (null or NaN) or the sign of a zero.
    `frame` has the columns of the bars table; it is hashed column by column, 1 million rows in about 50 ms.
    """
    rows = _in_order(frame)
    digest = hashlib.blake2b(_FORMAT, digest_size=16)
    for instrument, interval, count in rows.group_by("instrument", "interval", maintain_order=True).len().iter_rows():
        digest.update(f"{instrument}\t{interval}\t{count}\n".encode())
    digest.update(np.ascontiguousarray(rows["time"].to_physical().to_numpy(), dtype="<i8").data)
    for name in _VALUES:
        values = rows[name].fill_null(float("nan")).to_numpy() + 0.0  # -0.0 + 0.0 is 0.0
        values[np.isnan(values)] = np.nan
        digest.update(np.ascontiguousarray(values, dtype="<f8").data)
    for action in sorted(actions):
        digest.update(f"{action.ex_session}\t{action.instrument}\t{action.kind}\t{action.value!r}\n".encode())
    return digest.hexdigest()


def derived_digest(digest: str, derivation: str) -> str:
    """Identity of data that was computed from data of a known identity, in the way that `derivation` names."""
    return hashlib.blake2b(f"{digest}\n{derivation}".encode(), digest_size=16).hexdigest()


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    name, time = pl.col("instrument"), pl.col("time")
    previous = name.shift(1)
    if (
        frame["interval"].n_unique() > 1
        or frame.select(((name < previous) | ((name == previous) & (time < time.shift(1)))).any()).item()
    ):
        return frame.sort("instrument", "interval", "time")
    return frame
