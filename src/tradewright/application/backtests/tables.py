"""The tables of a run, made from the engine's columns: row numbers become times, codes become words."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.domain.market.actions import ActionKind
from tradewright.domain.matching.layout import BORROW, EARNED, FUNDING, INTEREST, PAYMENT
from tradewright.engine.margin_statement import MarginStatement
from tradewright.engine.run import ENDINGS, REASONS, REFUSALS, Run
from tradewright.quant.performance.round_trips import Adjustments, Fills, RoundTrips
from tradewright.trading.bars import Bars, Floats

NS = pl.Datetime("ns", "UTC")
EPOCH = date(1970, 1, 1)
STILL_OPEN = "open"
CARRIED = {EARNED: "dividend", PAYMENT: "paid", FUNDING: "funding", INTEREST: "interest", BORROW: "borrow"}


def iso_date(days: int) -> str:
    """A session date (days since 1970-01-01) as text."""
    return (EPOCH + timedelta(days=int(days))).isoformat()


def iso_moment(time_ns: int) -> str:
    """Nanoseconds UTC as ISO text, to the microsecond."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC) + timedelta(
        microseconds=time_ns // 1_000 % 1_000_000
    )
    return moment.isoformat().replace("+00:00", "Z")


def equity(run: Run, bars: Bars, *, benchmark: Floats | None) -> pl.DataFrame:
    """One row a bar."""
    rows = np.arange(len(run.equity))
    return pl.DataFrame(
        {
            "time": _times(bars, rows),
            "session": _sessions(bars, rows),
            "equity": run.equity,
            "cash": run.cash,
            "gross_exposure": run.gross,
            "net_exposure": run.net,
            "benchmark": pl.Series(benchmark if benchmark is not None else [None] * len(rows), dtype=pl.Float64),
        }
    )


def margin(statement: MarginStatement) -> list[pl.Series]:
    """The margin account's columns beside those of `equity`."""
    return [
        pl.Series("margin_used", statement.used),
        pl.Series("maintenance_margin", statement.maintenance),
        pl.Series("free_margin", statement.free),
    ]


def liquidation_prices(run: Run, bars: Bars, *, statement: MarginStatement) -> pl.DataFrame:
    """The positions open at the end with the price at which each would be called; null where at none."""
    held = np.flatnonzero(run.quantity)
    return pl.DataFrame(
        {
            "symbol": _words(bars.instruments, held),
            "quantity": run.quantity[held],
            "mark_price": run.mark[-1, held],
            "liquidation_price": pl.Series(statement.liquidation[held], nan_to_null=True, dtype=pl.Float64),
        }
    )


def fills(run: Run, bars: Bars) -> pl.DataFrame:
    """One row a fill; `time` is the close of the bar in which it happened, or its own where the run was over ticks."""
    columns = run.fills
    return pl.DataFrame(
        {
            "fill": np.arange(1, len(columns) + 1),
            "time": _times(bars, columns.row)
            if run.fill_times is None
            else pl.Series(run.fill_times, dtype=pl.Int64).cast(NS),
            "session": _sessions(bars, columns.row),
            "symbol": _words(bars.instruments, columns.instrument),
            "side": _words(("SELL", "BUY"), (columns.quantity > 0).astype(np.int64)),
            "quantity": np.abs(columns.quantity),
            "price": columns.price,
            "fee": columns.fee,
            "slippage": columns.slippage,
            "reason": _words(REASONS, columns.role),
            "order": columns.order,
            "bar": columns.row,
        }
    )


def round_trips(trips: RoundTrips, bars: Bars, *, adverse: Floats, favourable: Floats) -> pl.DataFrame:
    """One row a round trip; excursions are fractions of the entry price."""
    return pl.DataFrame(
        {
            "symbol": _words(bars.instruments, trips.instrument),
            "direction": _words(("SHORT", "LONG"), (trips.direction > 0).astype(np.int64)),
            "entry_time": _times(bars, trips.entry_bar),
            "exit_time": _times(bars, trips.exit_bar),
            "entry_bar": trips.entry_bar,
            "exit_bar": trips.exit_bar,
            "quantity": trips.quantity,
            "entry_price": trips.entry_price,
            "exit_price": trips.exit_price,
            "pnl": trips.pnl,
            "gross_pnl": trips.gross_pnl,
            "fees": trips.fees,
            "income": trips.income,
            "return": pl.Series(trips.returns, nan_to_null=True),
            "bars": trips.bars,
            "mae": pl.Series(adverse, nan_to_null=True),
            "mfe": pl.Series(favourable, nan_to_null=True),
            "entry_reason": _words(REASONS, trips.entry_reason),
            "exit_reason": _words(
                (*REASONS, STILL_OPEN), np.where(trips.exit_reason < 0, len(REASONS), trips.exit_reason)
            ),
            "is_open": trips.is_open,
        }
    )


def prices(bars: Bars) -> pl.DataFrame:
    """The bars of the run, one row a bar that happened."""
    frames = []
    for column, instrument in enumerate(bars.instruments):
        happened = np.flatnonzero(~np.isnan(bars.closes[:, column]))
        matrices = {
            "open": bars.opens,
            "high": bars.highs,
            "low": bars.lows,
            "close": bars.closes,
            "volume": bars.volumes,
        }
        frames.append(
            pl.DataFrame(
                {"time": _times(bars, happened), "symbol": pl.repeat(instrument, len(happened), eager=True)}
                | {name: pl.Series(matrix[happened, column], nan_to_null=True) for name, matrix in matrices.items()}
            )
        )
    return pl.concat(frames)


def rejections(run: Run, bars: Bars) -> pl.DataFrame:
    """The orders that the account could not carry."""
    ends = run.endings
    told = np.flatnonzero(np.isin(ends.reason, REFUSALS))
    return pl.DataFrame(
        {
            "time": _times(bars, ends.row[told]),
            "symbol": _words(bars.instruments, ends.instrument[told]),
            "order": ends.order[told],
            "reason": _words(ENDINGS, ends.reason[told]),
            "needed": ends.needed[told],
            "available": ends.available[told],
        }
    )


def refusals(run: Run, bars: Bars) -> pl.DataFrame:
    """The orders that the limits refused or cut, in order of time, one row for each control that did."""
    told = [
        (one.row, one.instrument, one.asked, 0.0, control, reason, remedy)
        for one in run.refusals
        for control, reason, remedy in one.reasons
    ]
    told += [(one.row, one.instrument, one.asked, abs(one.left), one.control, one.reason, "") for one in run.cuts]
    told.sort(key=lambda line: line[0])
    rows, columns = np.array([line[0] for line in told], np.int64), np.array([line[1] for line in told], np.int64)
    return pl.DataFrame(
        {
            "time": _times(bars, rows),
            "symbol": _words(bars.instruments, columns),
            "side": pl.Series(["BUY" if line[2] > 0 else "SELL" for line in told], dtype=pl.String),
            "asked": pl.Series([abs(line[2]) for line in told], dtype=pl.Float64),
            "sent": pl.Series([line[3] for line in told], dtype=pl.Float64),
            "control": pl.Series([line[4] for line in told], dtype=pl.String),
            "reason": pl.Series([line[5] for line in told], dtype=pl.String),
            "remedy": pl.Series([line[6] for line in told], dtype=pl.String),
        }
    )


def performance_fills(run: Run) -> Fills:
    """The fills as the statistics read them."""
    columns = run.fills
    return Fills(
        instrument=columns.instrument,
        quantity=columns.quantity,
        price=columns.price if run.rate is None else columns.price * columns.rate,
        fee=columns.fee,
        multiplier=run.multiplier[columns.instrument],
        bar=columns.row,
        reason=columns.role,
    )


def adjustments(run: Run, bars: Bars) -> Adjustments:
    """Splits that took effect, and dividends, funding and borrow cost that met a position, in order of bars.

    What comes after the fills of a bar's open stands before those of the next bar.
    """
    found = [(row, instrument, ratio, 0.0) for row, instrument, ratio in run.splits]
    for action in bars.actions:
        row = int(np.searchsorted(bars.session, action.ex_session))
        if action.kind is not ActionKind.DIVIDEND or row >= len(run.equity):
            continue
        column = bars.instruments.index(action.instrument)
        income = _held_before(row, column, run=run) * action.value * float(run.multiplier[column])
        if run.rate is not None:
            income *= float(run.rate[row - 1, column])
        if income:
            found.append((row, column, 1.0, income))
    found += _carried_by_positions(run)
    found.sort(key=lambda item: item[0])
    return Adjustments(
        instrument=np.array([item[1] for item in found], np.int64),
        ratio=np.array([item[2] for item in found], np.float64),
        income=np.array([item[3] for item in found], np.float64),
        bar=np.array([item[0] for item in found], np.int64),
    )


def _carried_by_positions(run: Run) -> list[tuple[int, int, float, float]]:
    told = run.carried
    chosen = np.isin(told.kind, (FUNDING, BORROW)) & (told.amount != 0)
    rows, amounts = (told.row + told.is_after)[chosen].tolist(), told.amount[chosen].tolist()
    return [
        (row, column, 1.0, amount)
        for row, column, amount in zip(rows, told.instrument[chosen].tolist(), amounts, strict=True)
    ]


def carried(run: Run, bars: Bars) -> pl.DataFrame:
    """What moved cash without an order, and payments of what was due, which was in cash before."""
    told = run.carried
    chosen = np.flatnonzero(told.amount != 0)
    kinds = told.kind[chosen]
    names = _words(bars.instruments, told.instrument[chosen])
    return pl.DataFrame(
        {
            "time": _times(bars, told.row[chosen]),
            "session": _sessions(bars, told.row[chosen]),
            "symbol": names.to_frame("symbol").select(pl.when(pl.Series(kinds != INTEREST)).then("symbol")).to_series(),
            "kind": pl.Series([CARRIED[kind] for kind in kinds.tolist()], dtype=pl.String),
            "amount": told.amount[chosen],
        }
    )


def digest_of(bars: Bars) -> str:
    """Identity of bars that came without one, as from a frame: a hash over all rows and actions."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((bars.instruments, str(bars.timeframe), bars.prices, bars.actions)).encode())
    for column in (bars.time, bars.session, bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _held_before(row: int, column: int, *, run: Run) -> float:
    """Quantity held of one instrument before the row's open, in the units after the row's own splits."""
    last = int(np.searchsorted(run.change_row, row)) - 1
    if last < 0:
        return 0.0
    held = float(run.change_quantity[last, column])
    for at, instrument, ratio in run.splits:
        if at == row and instrument == column:
            held *= ratio
    return held


def _times(bars: Bars, rows: NDArray[np.int64]) -> pl.Series:
    return pl.Series(bars.time[rows], dtype=pl.Int64).cast(NS)


def _sessions(bars: Bars, rows: NDArray[np.int64]) -> pl.Series:
    return pl.Series(bars.session[rows], dtype=pl.Int32).cast(pl.Date)


def _words(words: tuple[str, ...], codes: NDArray[np.int64]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(codes)
