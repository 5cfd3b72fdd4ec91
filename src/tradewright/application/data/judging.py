"""The quality of an instrument's bars as it is looked at from elsewhere: each series, its score, its findings."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tradewright.application.data.quality import DataQuality, QualityView, data_quality
from tradewright.ports.calendars import Calendars
from tradewright.ports.stores import MarketStore

MOST_FINDINGS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolQuality:
    """How good the stored bars of an instrument are. Answer: a tuple of `SeriesQuality`."""

    symbol: str
    interval: str | None = None
    """None: of every length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFinding:
    """Something that a check found."""

    severity: str
    check: str
    session: date
    time: datetime
    """Close of the first bar that it speaks of."""
    rows: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuality:
    """The quality of one series."""

    instrument: str
    interval: str
    source: str
    rows: int
    first: date
    last: date
    score: float
    """0 to 100."""
    errors: int
    warnings: int
    notes: int
    sessions_expected: int | None
    """Null where no calendar is known."""
    sessions_present: int
    findings: tuple[QualityFinding, ...]
    """The first two hundred, errors first."""


def symbol_quality(query: SymbolQuality, *, store: MarketStore, calendars: Calendars) -> tuple[SeriesQuality, ...]:
    """One a series."""
    wanted = DataQuality(symbols=(query.symbol,), timeframe=query.interval)
    return tuple(_shown(one) for one in data_quality(wanted, store=store, calendars=calendars))


def _shown(view: QualityView) -> SeriesQuality:
    return SeriesQuality(
        instrument=view.instrument,
        interval=view.timeframe,
        source=view.source,
        rows=view.rows,
        first=view.first,
        last=view.last,
        score=view.score,
        errors=view.errors,
        warnings=view.warnings,
        notes=view.notes,
        sessions_expected=view.sessions_expected,
        sessions_present=view.sessions_present,
        findings=tuple(QualityFinding(**row) for row in view.findings.head(MOST_FINDINGS).iter_rows(named=True)),
    )
