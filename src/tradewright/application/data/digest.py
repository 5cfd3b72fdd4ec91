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
    rows, counts = _in_order(frame)
    digest = hashlib.blake2b(_FORMAT, digest_size=16)
    for instrument, interval, count in counts:
        digest.update(f"{instrument}\t{interval}\t{count}\n".encode())
    for piece in rows["time"].to_physical().get_chunks():
        digest.update(np.ascontiguousarray(piece.to_numpy(), dtype="<i8").data)
    for name in _VALUES:
        for piece in rows[name].get_chunks():
            values = (piece.fill_null(float("nan")) if piece.null_count() else piece).to_numpy() + 0.0  # no -0.0
            missing = np.isnan(values)
            if missing.any():
                values[missing] = np.nan
            digest.update(np.ascontiguousarray(values, dtype="<f8").data)
    for action in sorted(actions):
        paid = f"\t{action.paid_session}" if action.paid_session else ""
        digest.update(f"{action.ex_session}\t{action.instrument}\t{action.kind}\t{action.value!r}{paid}\n".encode())
    return digest.hexdigest()


def derived_digest(digest: str, derivation: str) -> str:
    """Identity of data that was computed from data of a known identity, in the way that `derivation` names."""
    return hashlib.blake2b(f"{digest}\n{derivation}".encode(), digest_size=16).hexdigest()


def is_one_series(frame: pl.DataFrame) -> bool:
    """Whether all rows are of one instrument and interval. Asked without a column of texts, which takes 16 MB."""
    return all(count <= 1 for count in frame.select(pl.col("instrument", "interval").n_unique()).row(0))


def _in_order(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[str, str, int]]]:
    """The rows by instrument, interval and time, and how many there are of each series."""
    first = frame.head(1).select("instrument", "interval")
    if is_one_series(frame) and frame["time"].is_sorted():  # as from most files: no columns of comparisons
        return frame, [(*names, frame.height) for names in first.iter_rows()]
    name, time = pl.col("instrument"), pl.col("time")
    falls = (name < name.shift(1)) | ((name == name.shift(1)) & (time < time.shift(1)))
    is_mixed = frame["interval"].n_unique() > 1 or frame.select(falls.any()).item()
    rows = frame.sort("instrument", "interval", "time") if is_mixed else frame
    return rows, list(rows.group_by("instrument", "interval", maintain_order=True).len().iter_rows())
