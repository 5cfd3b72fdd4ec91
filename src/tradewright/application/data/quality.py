"""How good the stored bars are: all checks over each series, a score, the findings with their rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.domain.calendars import EPOCH, venue_of
from tradewright.domain.errors import DataError, InputError, UnknownVenue
from tradewright.domain.identifiers import resolve
from tradewright.domain.market.actions import ActionKind
from tradewright.domain.timeframe import DAILY, Timeframe
from tradewright.ports.calendars import Calendars
from tradewright.ports.stores import MarketStore, Selection, Table
from tradewright.quant.quality.adjustments import check_dividends
from tradewright.quant.quality.assessment import assess
from tradewright.quant.quality.bars import BarColumns
from tradewright.quant.quality.findings import Finding, Severity, score
from tradewright.quant.quality.jumps import KnownSplit

FINDINGS_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "severity": pl.String,
    "check": pl.String,
    "session": pl.Date,
    "time": pl.Datetime("ns", "UTC"),
    "rows": pl.Int64,
    "reason": pl.String,
}


@dataclass(frozen=True, slots=True)
class DataQuality:
    """How good the bars of these symbols are; of all that is stored when none is named."""

    symbols: tuple[str, ...] = ()
    timeframe: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class QualityView:
    """The quality of one series."""

    instrument: str
    timeframe: str
    source: str
    rows: int
    first: date
    """First session."""
    last: date
    score: float
    """0 to 100: see the page on data quality."""
    errors: int
    """Findings that cannot be true."""
    warnings: int
    notes: int
    sessions_expected: int | None
    """Sessions of the venue between first and last; None where no calendar is known."""
    sessions_present: int
    findings: pl.DataFrame
    """severity, check, session, time (close of the first bar it speaks of), rows, reason."""

    @property
    def is_sound(self) -> bool:
        """True when nothing was found that cannot be true."""
        return self.errors == 0


def data_quality(message: DataQuality, *, store: MarketStore, calendars: Calendars) -> tuple[QualityView, ...]:
    """One view a series, by instrument; DataError when there is nothing to look at."""
    covered = store.coverage(Table.BARS)
    if message.symbols:
        known = covered["instrument"].unique().to_list()
        wanted = {str(resolve(symbol, known)) for symbol in message.symbols}
        covered = covered.filter(pl.col("instrument").is_in(wanted))
    if message.timeframe is not None:
        covered = covered.filter(pl.col("interval") == str(_timeframe(message.timeframe)))
    if message.source is not None:
        covered = covered.filter(pl.col("source") == message.source)
    if covered.is_empty():
        raise DataError("there are no such bars", remedy="`tradewright data list` shows what is there")
    series = covered.select("instrument", "interval", "source").sort("instrument", "interval", "source")
    return tuple(_series(*names, store=store, calendars=calendars) for names in series.iter_rows())


def _timeframe(text: str) -> Timeframe:
    try:
        return Timeframe.parse(text)
    except ValueError as wrong:
        raise InputError(str(wrong)) from wrong


def _series(instrument: str, interval: str, source: str, *, store: MarketStore, calendars: Calendars) -> QualityView:
    rows = store.read(Selection(Table.BARS, (instrument,), interval=interval, source=source))
    timeframe = Timeframe.parse(interval)
    bars = columns_of(rows)
    expected = _expected(instrument, bars, calendars) if timeframe <= DAILY else None
    splits, dividends = _actions(instrument, bars, store)
    found = assess(bars, is_intraday=timeframe.is_intraday, expected_sessions=expected, splits=splits)
    findings = [*found.findings, *_dividend_findings(bars, dividends, timeframe)]
    counts = Counter(one.severity for one in findings)
    return QualityView(
        instrument=instrument,
        timeframe=interval,
        source=source,
        rows=rows.height,
        first=rows["session"][0],
        last=rows["session"][-1],
        score=score(findings, len(bars)),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.NOTE],
        sessions_expected=None if expected is None else len(expected),
        sessions_present=rows["session"].n_unique(),
        findings=_frame(findings, rows),
    )


def columns_of(rows: pl.DataFrame) -> BarColumns:
    """Rows of the store as the checks want them."""
    prices = [rows[name].to_numpy() for name in ("open", "high", "low", "close", "volume")]
    return BarColumns(rows["time"].to_physical().to_numpy(), rows["session"].to_physical().to_numpy(), *prices)


def _expected(instrument: str, bars: BarColumns, calendars: Calendars) -> NDArray[np.int32] | None:
    """Sessions of the venue; None for a venue or a time the calendar does not know."""
    try:
        return calendars.sessions(venue_of(instrument), first=int(bars.session.min()), last=int(bars.session.max()))
    except (UnknownVenue, DataError):
        return None


def _actions(instrument: str, bars: BarColumns, store: MarketStore) -> tuple[list[KnownSplit], NDArray[np.float64]]:
    """Splits by row, and dividends as a column."""
    dividends = np.zeros(len(bars))
    splits: list[KnownSplit] = []
    actions = store.read(Selection(Table.ACTIONS, (instrument,)))
    for session, kind, value in actions.select("session", "kind", "value").iter_rows():
        row = int(np.searchsorted(bars.session, (session - EPOCH).days))
        if row == 0 or row >= len(bars):
            continue
        if kind == ActionKind.SPLIT.value:
            splits.append(KnownSplit(row, value))
        elif kind == ActionKind.DIVIDEND.value:
            dividends[row] += value
    return splits, dividends


def _dividend_findings(bars: BarColumns, dividends: NDArray[np.float64], timeframe: Timeframe) -> list[Finding]:
    if timeframe.is_intraday or not dividends.any():
        return []
    return list(check_dividends(bars.close, bars.low, dividends, slack_rows=0 if timeframe == DAILY else 1))


def _frame(findings: Sequence[Finding], rows: pl.DataFrame) -> pl.DataFrame:
    """Findings as a table, errors first, then in the order of time."""
    order = list(Severity)
    ranked = sorted(findings, key=lambda one: (order.index(one.severity), one.row))
    places = [min(one.row, rows.height - 1) for one in ranked]
    return pl.DataFrame(
        {
            "severity": [one.severity.value for one in ranked],
            "check": [one.check.value for one in ranked],
            "session": rows["session"].gather(places),
            "time": rows["time"].gather(places),
            "rows": [one.rows for one in ranked],
            "reason": [one.reason for one in ranked],
        },
        schema=FINDINGS_SCHEMA,
    )
