"""Bars for a backtest without the store: from files, or from tables that are in memory already.

They are read by the rules of the import, so that a file gives the same bars whether it is imported first or not.
"""

import polars as pl

from tradewright.application.backtests.file_actions import actions_for
from tradewright.application.backtests.messages import BarsOfFiles, LoadedBars, Market
from tradewright.application.data.adjust import adjusted
from tradewright.application.data.columns import Provenance, bars_from_rows, instruments_in
from tradewright.application.data.dates import SessionRange, session_range
from tradewright.application.data.importing import read_file
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.data.messages import LoadBars
from tradewright.application.data.remarks import remarks_on
from tradewright.domain.currencies import currency_of
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import resolve
from tradewright.domain.timeframe import Timeframe
from tradewright.ports.files import DataFiles
from tradewright.ports.stores import Table
from tradewright.trading.bars import Bars


def question_of(market: Market) -> LoadBars | BarsOfFiles:
    """What to ask for the bars of a market; InputError when it names none, or wants of a file what no file knows."""
    if market.file is None:
        if market.timezone is not None:
            raise InputError("a time zone is asked for files only", remedy="leave it out; the store knows its times")
        if market.actions is not None:
            raise InputError(
                "splits and dividends are given with bars of files only",
                found=market.actions,
                remedy=f"bring them into the store: tradewright data import {market.actions} --table actions",
            )
        if not market.symbols:
            raise InputError("no bars to test on", expected="a symbol, or a file", remedy="give it: symbol=AAPL")
        return LoadBars(
            market.symbols,
            timeframe=market.timeframe or "1d",
            start=market.start,
            end=market.end,
            as_of=market.as_of,
            prices=market.prices,
        )
    if market.as_of is not None:
        raise InputError(
            "a file knows no corrections",
            expected="no as_of, or data of the store",
            remedy=f"import it first: tradewright data import {market.file}",
        )
    # a single symbol names the rows of a file that names none; several choose among those that it names
    named = market.symbols[0] if len(market.symbols) == 1 else None
    return BarsOfFiles(
        paths=((market.file, named),),
        symbols=market.symbols,
        timeframe=market.timeframe,
        start=market.start,
        end=market.end,
        timezone=market.timezone,
        prices=market.prices,
        actions=((market.actions, named if market.actions == market.file else None),) if market.actions else (),
    )


def loaded(answer: object, market: Market) -> LoadedBars:
    """The answer to `question_of(market)`, whichever it was, with what should be known of it."""
    if isinstance(answer, LoadedBars):
        return answer
    assert isinstance(answer, Bars)
    return LoadedBars(answer, remarks_on(answer, session_range(market.start, market.end)))


def bars_of_files(message: BarsOfFiles, *, files: DataFiles, default_venue: str) -> LoadedBars:
    """Bars side by side from one or several files; InputError when they cannot be read or do not fit together."""
    _check(message)
    dates = session_range(message.start, message.end)
    frames, reports = [], []
    for path, symbol in message.paths:
        request = ImportFile(
            path,
            table=Table.BARS,
            symbol=symbol,
            venue=message.venue,
            interval=message.timeframe,
            timezone=message.timezone,
        )
        rows, report = read_file(request, files=files, default_venue=default_venue)
        frames.append(rows)
        reports.append(report)
    frame = frames[0] if len(frames) == 1 else _together(frames)
    present = instruments_in(frame)
    wanted = [str(resolve(symbol, present)) for symbol in message.symbols] or present
    if set(wanted) != set(present):
        frame = frame.filter(pl.col("instrument").is_in(wanted))
    chosen = _within(frame, dates, message=message)
    actions, told = actions_for(message, chosen, files=files, default_venue=default_venue)
    bars = bars_from_rows(
        chosen,
        _timeframe(reports),
        instruments=wanted,
        actions=actions,
        provenance=Provenance(source=message.paths[0][0], currency=currency_of(wanted[0])),
    )
    rejected = tuple(remark for report in reports for remark in _remarks(report, message))
    shown = adjusted(bars) if message.prices == "adjusted" else bars
    return LoadedBars(shown, (*rejected, *told, *remarks_on(bars, dates)))


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """The rows of several files; the import has seen to it that one file holds no bar twice."""
    frame = pl.concat(frames)
    if frame.select(pl.struct("instrument", "time").is_duplicated().any()).item():
        raise InputError("two files hold bars of the same instrument and time", remedy="give each instrument once")
    return frame


def _check(message: BarsOfFiles) -> None:
    if message.prices not in {"raw", "adjusted"}:
        raise InputError("prices cannot be used", expected="raw or adjusted", found=repr(message.prices))
    if message.prices == "adjusted" and not message.actions:
        raise InputError(
            "prices of a file cannot be adjusted without its splits and dividends",
            expected="raw prices, or actions",
            found="no actions",
        )


def _within(frame: pl.DataFrame, dates: SessionRange, *, message: BarsOfFiles) -> pl.DataFrame:
    session = pl.col("session")
    kept = frame
    if dates.first is not None:
        kept = kept.filter(session >= dates.first)
    if dates.last is not None:
        kept = kept.filter(session <= dates.last)
    if kept.is_empty():
        first, last = frame.get_column("session").min(), frame.get_column("session").max()
        names = ", ".join(path for path, _ in message.paths)
        raise InputError(
            f"{names} has no bars from {dates}", expected="dates within what is there", found=f"{first!s} to {last!s}"
        )
    return kept


def _timeframe(reports: list[ImportReport]) -> Timeframe:
    found = {report.interval for report in reports}
    if len(found) != 1 or None in found:
        told = ", ".join(f"{report.path}: {report.interval}" for report in reports)
        raise InputError("the files hold bars of different lengths", expected="one timeframe", found=told)
    return Timeframe.parse(str(found.pop()))


def _remarks(report: ImportReport, message: BarsOfFiles) -> list[str]:
    unused = []
    if report.actions_beside and not (message.actions or message.ignores_actions):
        count = report.actions_beside
        unused = [
            f"{report.path}: {count} splits and dividends beside the prices are not used; give actions to use them"
        ]
    if not report.rows_rejected:
        return unused
    reasons = "; ".join(f"{count} x {reason}" for reason, count in report.rejected_by_reason.items())
    kept = f"; they are kept in {report.quarantine}" if report.quarantine else ""
    left_out = f"{report.path}: {report.rows_rejected} of {report.rows_read} rows were left out: {reasons}{kept}"
    return [left_out, *unused]
