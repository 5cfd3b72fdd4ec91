"""A pipeline's slice as a feed would have brought it: a session decides on bars from trades as on any others."""

from tradewright.engine.pipeline.slices import BarSlice
from tradewright.ports.feed import Slice, SliceBar


def feed_slice(row: BarSlice, *, number: int) -> Slice:
    """The slice under its number in the session; what a calendar adds (next open, end of day) is for the caller."""
    columns = zip(row.opens, row.highs, row.lows, row.closes, row.volumes, strict=True)
    absent = set(row.missing)
    bars = tuple(None if name in absent else SliceBar(*bar) for name, bar in zip(row.instruments, columns, strict=True))
    return Slice(number=number, time_ns=row.time_ns, session=row.session, bars=bars)
