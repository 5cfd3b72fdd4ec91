"""Splits and dividends for bars that come straight from files: from a file of their own, or from beside the prices."""

from dataclasses import replace
from datetime import date

import polars as pl

from tradewright.application.backtests.messages import BarsOfFiles
from tradewright.application.data.columns import instruments_in
from tradewright.application.data.importing import read_actions
from tradewright.application.data.importing_columns import names_instruments
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.data.stored_actions import actions_of
from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.files import DataFiles, ReadOptions


def actions_for(
    message: BarsOfFiles, rows: pl.DataFrame, *, files: DataFiles, default_venue: str
) -> tuple[tuple[CorporateAction, ...], tuple[str, ...]]:
    """The asked actions of the instruments and sessions of `rows` (bars), and what a person should know of them.

    A file that names no instrument speaks of the one instrument of the bars; InputError when there are several.
    """
    present = instruments_in(rows)
    venues = {symbol: venue for symbol, _, venue in (name.rpartition(".") for name in present)}
    frames, remarks = [], []
    for path, symbol in message.actions:
        request = ImportFile(path, symbol=symbol, venue=message.venue, venues=venues)
        if symbol is None and len(present) == 1 and not _names_instruments(path, files):
            request = replace(request, symbol=present[0])
        found, report = read_actions(request, [rows], files=files, default_venue=default_venue)
        frames.append(found.filter(pl.col("instrument").is_in(present)))
        remarks += _remarks(report, of=present, kept=frames[-1].height)
    if not frames:
        return (), ()
    chosen = pl.concat(frames).unique(["instrument", "time", "kind"], keep="first", maintain_order=True)
    first, last = rows["session"].min(), rows["session"].max()
    assert isinstance(first, date) and isinstance(last, date)
    return actions_of(chosen, first=first, last=last), tuple(remarks)


def _names_instruments(path: str, files: DataFiles) -> bool:
    return names_instruments(files.open(path, ReadOptions()).head.columns)


def _remarks(report: ImportReport, *, of: list[str], kept: int) -> list[str]:
    told = [f"{report.path}: {one}" for one in report.conclusions]
    if report.rows_rejected:
        reasons = "; ".join(f"{count} x {reason}" for reason, count in report.rejected_by_reason.items())
        told.append(f"{report.path}: {report.rows_rejected} splits or dividends were left out: {reasons}")
    if not kept:
        told.append(f"{report.path} tells no split and no dividend of {', '.join(of[:5])}")
    return told
