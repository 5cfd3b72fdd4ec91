"""What comes by itself, done. A job may be begun twice, when its worker died: so each of these either only looks, or
names what it keeps by what asked for it, and finds it there the second time.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from tradewright.application.data.quality import DataQuality, QualityView, data_quality
from tradewright.application.database.backing import Backing, Progress, require_all_accounts
from tradewright.application.database.backing_up import back_up
from tradewright.application.database.contents import BACKUPS
from tradewright.application.database.messages import BackUp
from tradewright.application.envelope import Envelope
from tradewright.application.risk.assessing import portfolio_assessment
from tradewright.application.routine.messages import CheckStoredData, KeepBackup, SnapshotRisk, SummarizeDay
from tradewright.application.trading.across import all_portfolios, all_risk, meant
from tradewright.application.trading.across_messages import AllPortfolios, AllRisk
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import PortfolioView
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.assessments import Assessments
from tradewright.ports.calendars import Calendars
from tradewright.ports.clock import Clock
from tradewright.ports.sessions import Accounts
from tradewright.ports.stores import MarketStore
from tradewright.ports.tables import TradingTables

SECOND: Final = 1_000_000_000
ENDING: Final = "-daily.tar"
"""Of the name of a backup, after its day."""
_COUNTS: Final = """
SELECT (SELECT count(*) FROM orders WHERE session = ?) AS orders,
       (SELECT count(*) FROM fills WHERE session = ? AND is_busted = 0) AS fills,
       (SELECT count(*) FROM risk_events WHERE session = ? AND what = 'refused') AS refused,
       (SELECT count(*) FROM alerts WHERE session = ?) AS alerts
"""


def check_stored_data(_command: CheckStoredData, *, store: MarketStore, calendars: Calendars) -> Mapping[str, str]:
    """Of an empty store there is nothing to say."""
    if store.coverage().is_empty():
        return {"series": "0"}
    found = data_quality(DataQuality(), store=store, calendars=calendars)
    worst = min(found, key=lambda one: (one.score, one.instrument, one.timeframe))
    return {
        "series": str(len(found)),
        "sound": str(sum(one.is_sound for one in found)),
        "errors": str(sum(one.errors for one in found)),
        "warnings": str(sum(one.warnings for one in found)),
        "worst": _told(worst),
    }


def keep_backup(command: KeepBackup, *, backing: Backing, progress: Progress, envelope: Envelope) -> Mapping[str, str]:
    """Named by the day: a second one of the same day is the first."""
    require_all_accounts(envelope)
    if command.keep < 1:
        raise InputError("at least one backup has to stay", expected="1 or more", found=str(command.keep))
    folder = backing.state.root / BACKUPS
    path = folder / f"{_day(backing.clock.now_ns())}{ENDING}"
    try:
        made = back_up(BackUp(path=str(path)), backing=backing, progress=progress, envelope=envelope)
        answer = {"path": made.path, "bytes": str(made.bytes)}
    except Conflict:
        answer = {"path": str(path), "was_there": "true"}
    ours = [one.path for one in backing.archives.list(folder) if one.path.name.endswith(ENDING)]
    for one in ours[command.keep :]:
        backing.archives.remove(one)
    return answer | {"removed": str(len(ours[command.keep :]))}


def snapshot_risk(
    _command: SnapshotRisk,
    *,
    traders: Traders,
    accounts: Accounts,
    assessments: Assessments,
    clock: Clock,
    envelope: Envelope,
) -> Mapping[str, str]:
    """One a session that runs, named by the wish and the session."""
    now_ns, kept = clock.now_ns(), 0
    for one in meant(traders, session="", account="", now_ns=now_ns, is_running=True):
        query = AllRisk(session=one.terms.session)
        for risk in all_risk(query, traders=traders, accounts=accounts, clock=clock, envelope=envelope):
            name = blake2b(f"{envelope.correlation_id} {risk.session}".encode(), digest_size=8).hexdigest()
            made = portfolio_assessment(risk, envelope, name=name, time_ns=now_ns)
            try:
                assessments.add(made)
                kept += 1
            except Conflict:  # a worker before this one came so far
                continue
    return {"assessments": str(kept)}


def summarize_day(
    _command: SummarizeDay,
    *,
    traders: Traders,
    accounts: Accounts,
    tables: TradingTables,
    clock: Clock,
    envelope: Envelope,
) -> Mapping[str, str]:
    """What each did, and what it is worth."""
    portfolios = all_portfolios(AllPortfolios(), traders=traders, accounts=accounts, clock=clock, envelope=envelope)
    answer = {"day": _day(clock.now_ns()), "sessions": str(len(portfolios))}
    for one in portfolios:
        answer[one.session] = _line(one, tables)
    return answer


def _line(one: PortfolioView, tables: TradingTables) -> str:
    (row,) = tables.ask(_COUNTS, *[one.session] * 4)
    counts = ", ".join(f"{row[name] or 0} {name}" for name in ("orders", "fills", "refused", "alerts"))
    return f"account {one.account}: {counts}; equity {_exact(one.equity)} {one.currency}"


def _exact(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value:f}"


def _told(one: QualityView) -> str:
    return f"{one.instrument} {one.timeframe} of {one.source}: {one.score:.1f} of 100"


def _day(now_ns: int) -> str:
    return datetime.fromtimestamp(now_ns // SECOND, UTC).strftime("%Y%m%d")
