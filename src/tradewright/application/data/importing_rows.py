"""From columns as written to rows of the store: what one piece of a file says, and which of its rows cannot be used.

All conversions are made once for a whole piece; only rejected rows are looked at one by one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from tradewright.application.data.importing_actions import added_up, converted_actions, without_none
from tradewright.application.data.importing_bars import BarPlan, close_stamps
from tradewright.application.data.importing_checks import RULES, judged, widened
from tradewright.application.data.importing_columns import ColumnPlan
from tradewright.application.data.importing_numbers import MISSING, NumberPlan, divided, is_missing
from tradewright.application.data.importing_times import TimePlan
from tradewright.application.data.stored_actions import with_payments
from tradewright.domain.calendars import venue_of
from tradewright.ports.files import Chunk
from tradewright.ports.stores import TABLES, Table

_PRICES = frozenset({"open", "high", "low", "close", "price", "bid", "ask", "mark_price"})
_NUMBERS = _PRICES | {"volume", "quantity", "bid_quantity", "ask_quantity", "rate"}
_BUY = ("buy", "b", "bid", "bids", "bought", "1", "long", "true")
_SELL = ("sell", "s", "ask", "asks", "a", "offer", "sold", "-1", "short", "false")
_SNAPSHOT = ("true", "1", "snap", "snapshot", "yes")


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that cannot be used."""

    position: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """One piece of a file."""

    rows: pl.DataFrame
    """The table's columns without `known_at`, and `position` in the piece; good rows only."""
    rejections: list[Rejection]
    read: int
    skipped: Mapping[str, int]
    """Rows that are no data, by what they are."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Everything that was concluded about a file."""

    columns: ColumnPlan
    times: TimePlan
    numbers: NumberPlan
    bars: BarPlan | None
    source: str
    price_scale: float = 1.0
    instruments: Mapping[str, str] = field(default_factory=dict)
    """Symbol as written to instrument id; one that is not here makes the row unusable."""

    @property
    def table(self) -> Table:
        """What the rows are."""
        return self.columns.table

    def knowing(self, instruments: Mapping[str, str]) -> "RowPlan":
        """The plan with more instruments."""
        return replace(self, instruments={**self.instruments, **instruments})


def raw_rows(chunk_rows: pl.DataFrame, plan: ColumnPlan) -> pl.DataFrame:
    """The columns under the names of their roles, with `position`; a wide line becomes several rows."""
    numbered = chunk_rows.with_row_index("position")
    pieces = [
        numbered.select(
            "position",
            *(pl.col(column).alias(role) for role, column in part.columns.items()),
            *(pl.lit(value).alias(role) for role, value in part.constants.items()),
        )
        for part in plan.parts
    ]
    if len(pieces) == 1:
        return pieces[0]
    return pl.concat(pieces, how="diagonal_relaxed" if plan.table is Table.ACTIONS else "vertical_relaxed")


def parse_chunk(chunk: Chunk, plan: RowPlan) -> Parsed:
    """Convert and judge one piece."""
    raw = raw_rows(chunk.rows, plan.columns)
    rejections = [Rejection(position, "", "", reason) for position, reason in chunk.faults.items()]
    unusable = [*chunk.faults, *chunk.blank]
    if unusable:
        raw = raw.filter(~pl.col("position").is_in(unusable))
    read = chunk.rows.height - len(chunk.blank)
    raw, skipped = _without_absent(raw, plan)
    rows, noted = _converted(raw, plan)
    verdict = judged(rows, plan.table)
    if verdict.null_count() < rows.height:
        rejections.extend(_rejections(raw, rows, verdict, plan))
        rows = rows.filter(verdict.is_null())
    if plan.bars is not None:
        venues = sorted({venue_of(name) for name in rows["instrument"].unique()})
        rows, noisy = widened(rows)
        noted["bars widened by rounding noise"] = noisy
        if venues:
            rows = close_stamps(rows, plan.bars, venues=venues)
    if plan.table is Table.ACTIONS:
        rows, merged = added_up(rows)
        rows = with_payments(rows)
        noted |= merged
    return Parsed(_finished(rows, plan), rejections, read, _counts(skipped, noted))


def _counts(*counted: Mapping[str, int]) -> dict[str, int]:
    return {name: count for counts in counted for name, count in counts.items() if count}


def _without_absent(raw: pl.DataFrame, plan: RowPlan) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows that are no data: an instrument's empty cells in a wide file, changes of a book."""
    before = raw.height
    if plan.table is Table.ACTIONS:
        return without_none(raw, plan.numbers, has_kinds=not plan.columns.parts[0].constants)
    if plan.columns.parts[0].constants:
        roles = [role for role in plan.columns.parts[0].columns if role in _NUMBERS]
        empty = pl.all_horizontal(_is_empty(raw, role) for role in roles)
        raw = raw.filter(~empty)
        return raw, {"empty cells of a wide line": before - raw.height}
    if "is_snapshot" in raw.columns:
        raw = raw.filter(pl.col("is_snapshot").cast(pl.String).str.to_lowercase().is_in(_SNAPSHOT))
        return raw, {"changes of a book, which are no snapshot": before - raw.height}
    return raw, {}


def _is_empty(raw: pl.DataFrame, role: str) -> pl.Expr:
    value = pl.col(role)
    if raw.schema[role] != pl.String:
        return value.is_null()
    return value.is_null() | value.str.strip_chars().str.to_lowercase().is_in(MISSING)


def _converted(raw: pl.DataFrame, plan: RowPlan) -> tuple[pl.DataFrame, dict[str, int]]:
    """Typed columns; null where a value cannot be read."""
    text_like = plan.times.kind == "text" or raw.schema.get("time") == pl.String
    if "clock" in raw.columns or text_like:
        raw = raw.with_columns(plan.times.texts("clock" in raw.columns).alias("time"))
    if plan.table is Table.ACTIONS:
        if raw.schema.get("paid") == pl.String:
            raw = raw.with_columns(pl.col("paid").str.strip_chars())
        who = _instrument(raw, plan)
        actions = converted_actions(
            raw, times=plan.times, numbers=plan.numbers, instrument=who, price_scale=plan.price_scale
        )
        return actions, {}
    moments = [plan.times.moments().alias("time")]
    if plan.bars is not None and not plan.bars.timeframe.is_intraday:
        moments.append(plan.times.dates().alias("date"))
    found = [role for role in raw.columns if role in _NUMBERS]
    numbers = [_number(role, raw, plan).alias(role) for role in found]
    rows = raw.select("position", *moments, _instrument(raw, plan).alias("instrument"), *numbers, *_texts(raw, plan))
    if not (plan.bars is None or plan.bars.timeframe.is_intraday) and plan.times.is_date_only:
        midnight = pl.col("date").cast(pl.Datetime("ns"), strict=False)  # null before 1678 and after 2261
        rows = rows.with_columns(midnight.dt.replace_time_zone("UTC").alias("time"))
    return _completed(rows, raw, plan)


def _number(role: str, raw: pl.DataFrame, plan: RowPlan) -> pl.Expr:
    number = plan.numbers.number(role, raw.schema[role])
    return divided(number, plan.price_scale) if role in _PRICES and plan.price_scale != 1 else number


def _instrument(raw: pl.DataFrame, plan: RowPlan) -> pl.Expr:
    if "symbol" not in raw.columns:
        return pl.lit(plan.instruments[""])
    known = {symbol: name for symbol, name in plan.instruments.items() if symbol}
    return pl.col("symbol").cast(pl.String).replace_strict(known, default=None, return_dtype=pl.String)


def _texts(raw: pl.DataFrame, plan: RowPlan) -> Iterator[pl.Expr]:
    """Sides, identifiers and levels."""
    if plan.table is Table.TRADES:
        yield (pl.col("trade_id").cast(pl.String) if "trade_id" in raw.columns else pl.lit(None, pl.String)).alias(
            "trade_id"
        )
    if plan.table in {Table.TRADES, Table.BOOK}:
        if "side" in raw.columns:
            yield _side(pl.col("side")).alias("side")
        elif "buyer_maker" in raw.columns:  # the buyer waited in the book, so the one who came was selling
            maker = _side(pl.col("buyer_maker"))
            yield pl.when(maker == "BUY").then(pl.lit("SELL")).when(maker == "SELL").then(pl.lit("BUY")).alias("side")
        else:
            yield pl.lit(None, pl.String).alias("side")
    if plan.table is Table.BOOK and "level" in raw.columns:
        yield pl.col("level").cast(pl.Int32, strict=False)


def _side(column: pl.Expr) -> pl.Expr:
    said = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    return pl.when(said.is_in(_BUY)).then(pl.lit("BUY")).when(said.is_in(_SELL)).then(pl.lit("SELL"))


def _completed(rows: pl.DataFrame, raw: pl.DataFrame, plan: RowPlan) -> tuple[pl.DataFrame, dict[str, int]]:
    """Columns the file does not have, and volumes that are not told."""
    noted: dict[str, int] = {}
    if plan.table is Table.BARS:
        if "volume" not in rows.columns:
            rows = rows.with_columns(pl.lit(0.0).alias("volume"))
        elif rows["volume"].null_count():
            untold = _is_empty(raw, "volume")
            told = raw.select(untold.fill_null(True).alias("untold"))["untold"]
            noted["bars without a volume, stored as 0"] = int(told.sum())
            rows = rows.with_columns(pl.when(told).then(0.0).otherwise(pl.col("volume")).alias("volume"))
    for role in ("bid_quantity", "ask_quantity", "mark_price"):
        if role in TABLES[plan.table] and role not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Float64).alias(role))
    if plan.table is Table.BOOK and "level" not in rows.columns:
        rank = pl.when(pl.col("side") == "BUY").then(-pl.col("price")).otherwise(pl.col("price")).rank("ordinal")
        rows = rows.with_columns((rank.over("instrument", "time", "side") - 1).cast(pl.Int32).alias("level"))
    if plan.bars is not None:
        rows = rows.with_columns(pl.col("instrument").str.split(".").list.last().alias("venue"))
    return rows, noted


def _finished(rows: pl.DataFrame, plan: RowPlan) -> pl.DataFrame:
    """The table's columns in the store's order."""
    constants: dict[str, str] = {"source": plan.source}
    if plan.bars is not None:
        constants["interval"] = str(plan.bars.timeframe)
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in constants.items())
    wanted = {name: kind for name, kind in TABLES[plan.table].items() if name != "known_at"}
    missing = [name for name in wanted if name not in rows.columns]  # an empty piece has no session
    rows = rows.with_columns(pl.lit(None, wanted[name]).alias(name) for name in missing)
    return rows.select("position", *(pl.col(name).cast(kind) for name, kind in wanted.items()))


def _rejections(raw: pl.DataFrame, rows: pl.DataFrame, verdict: pl.Series, plan: RowPlan) -> Iterator[Rejection]:
    """Each bad row with the value as it is written."""
    bad = verdict.is_not_null()
    rules = RULES[plan.table]
    judged_rows = rows.filter(bad)
    for number, position, written, read in zip(
        verdict.filter(bad).to_list(),
        judged_rows["position"].to_list(),
        raw.filter(bad).iter_rows(named=True),
        judged_rows.iter_rows(named=True),
        strict=True,
    ):
        rule = rules[number]
        value = written.get(rule.column, read.get(rule.column))
        text = "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)
        column = str(read["kind"]) if rule.column == "value" and read["kind"] else rule.column
        reason = "is missing" if rule.reason.startswith("is no ") and is_missing(text) else rule.reason
        if rule.column == "time" and not is_missing(text) and plan.times.format and not plan.times.is_zoned:
            reason = f"is no time as {plan.times.format}"
            if plan.times.zone != "UTC" and not plan.times.is_date_only:
                reason += f", or one that {plan.times.zone} skips or has twice"
        yield Rejection(position, column, text, reason)
