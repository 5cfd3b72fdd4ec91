"""Bringing in a file: from whatever a vendor wrote to rows of the store, all of the file or nothing.

The first rows tell how the file is written; the rest is converted piece by piece, staged, and stored in one commit, so
that an import that breaks off leaves no half of a file. Importing a file again stores only what is new.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from tradewright.application.data.importing_actions import count_told, described_splits, splits_in_prices
from tradewright.application.data.importing_columns import ROLES, TIME_ROLES, action_columns
from tradewright.application.data.importing_order import Arrivals
from tradewright.application.data.importing_plan import instruments_of, plan_import
from tradewright.application.data.importing_progress import Progress
from tradewright.application.data.importing_report import ImportReport, Tally
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.data.importing_rows import Parsed, RowPlan, parse_chunk
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.files import Chunk, DataFile, DataFiles, Quarantine, ReadOptions, Stage
from tradewright.ports.stores import NS, TABLES, MarketStore, Selection, Table, Written

_NUMERIC = frozenset(
    {
        "open",
        "high",
        "low",
        "close",
        "volume",
        "price",
        "quantity",
        "bid",
        "ask",
        "bid_quantity",
        "ask_quantity",
        "rate",
    }
)


def import_file(
    message: ImportFile,
    *,
    store: MarketStore,
    files: DataFiles,
    clock: Clock,
    default_venue: str = "XNYS",
    progress: Progress | None = None,
) -> ImportReport:
    """Read, judge, stage and store a file; the rows are known from the clock's now on.

    InputError when the file or an option cannot be used, StorageError when the store fails; then nothing is stored.
    """
    stage = files.stage()
    try:
        file, plan, notes, tally, kept = _staged(
            message, files, stage, default_venue=default_venue, progress=progress, store=store
        )
        if not tally.accepted or tally.rejected > message.max_rejected * max(tally.read, 1):
            raise _refused(message, tally, kept, table=plan.table)
        columns, count = _actions_beside(message, file, plan)
        notes += _remark_beside(message, columns, count)
        is_wanted = message.with_actions and bool(columns)
        beside = read_actions(message, stage, files=files, default_venue=default_venue) if is_wanted else None
        known_at, note = clock.now_ns(), f"import of {message.path}"
        notes += _of_actions(store, stage) if plan.table is Table.ACTIONS else _from_the_future(tally, known_at)
        written = _stored(store, plan.table, stage, known_at, note=note)
        actions = None if beside is None else _with_stored(store, *beside, known_at=known_at, note=note)
    finally:
        stage.discard()
    report = _report(file, plan, notes=notes, tally=tally, kept=kept, written=written)
    return replace(report, actions_beside=count, actions=actions)


def read_file(
    message: ImportFile, *, files: DataFiles, default_venue: str = "XNYS", progress: Progress | None = None
) -> tuple[pl.DataFrame, ImportReport]:
    """The rows of a file without a store: the table's columns without `known_at`, sorted by instrument and time."""
    stage = files.stage()
    try:
        file, plan, notes, tally, kept = _staged(message, files, stage, default_venue=default_venue, progress=progress)
        if not tally.accepted or tally.rejected > message.max_rejected * max(tally.read, 1):
            raise _refused(message, tally, kept, table=plan.table)
        rows = _in_order(pl.concat(list(stage)))
        columns, count = _actions_beside(message, file, plan)
        notes += _remark_beside(message, columns, count)
    finally:
        stage.discard()
    report = _report(file, plan, notes=notes, tally=tally, kept=kept, written=None)
    return rows, replace(report, actions_beside=count)


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """By instrument and time; the very same rows where they are, as sorting takes as much memory again."""
    if rows.select(pl.col("instrument").n_unique()).item() == 1 and rows["time"].is_sorted():
        return rows
    return rows.sort("instrument", "time", maintain_order=True)


def read_actions(
    message: ImportFile, bars: Iterable[pl.DataFrame], *, files: DataFiles, default_venue: str = "XNYS"
) -> tuple[pl.DataFrame, ImportReport]:
    """The splits and dividends of a file, which may be a file of bars, for these bars: the table's columns.

    A split that the prices of `bars` contain already is left out, and told. None at all is fine; an InputError says
    that the file cannot hold any.
    """
    roles = {*TIME_ROLES, "symbol", *ROLES[Table.ACTIONS]}
    mapping = {role: column for role, column in message.mapping.items() if role in roles}
    asked = replace(message, table=Table.ACTIONS, mapping=mapping, wide={}, with_actions=False)
    stage = files.stage()
    try:
        file, plan, _, tally, kept = _staged(asked, files, stage, default_venue=default_venue, progress=None)
        if tally.rejected > message.max_rejected * max(tally.accepted + tally.rejected, 1):
            raise _refused(message, tally, kept, table=Table.ACTIONS)
        found = list(stage)
    finally:
        stage.discard()
    schema = {name: kind for name, kind in TABLES[Table.ACTIONS].items() if name != "known_at"}
    rows = pl.concat([pl.DataFrame(schema=schema), *found])
    contained = splits_in_prices(rows, bars)
    notes: tuple[str, ...] = ()  # how the file is written was told with its bars
    if contained.height:
        rows = rows.join(contained, on=["instrument", "session", "kind"], how="anti", maintain_order="left")
        notes = (f"left out, because the prices contain them already: {described_splits(contained)}",)
        tally = replace(tally, accepted=0, _spans=[])
        tally.accept(rows)
    report = _report(file, plan, notes=notes, tally=tally, kept=kept, written=None)
    return rows.sort("instrument", "time", "kind"), report


def _staged(
    message: ImportFile,
    files: DataFiles,
    stage: Stage,
    *,
    default_venue: str,
    progress: Progress | None,
    store: MarketStore | None = None,
) -> tuple[DataFile, RowPlan, tuple[str, ...], Tally, str | None]:
    """Read the whole file into the stage; bad rows go to the quarantine. Actions go to the venues of stored bars."""
    options = message.form if message.form.table else _with_table(message)
    file = files.open(message.path, options)
    _bounded(message, file.head.rows or 0)
    plan, notes = plan_import(file.head, message, default_venue=default_venue)
    if plan.table is Table.ACTIONS and store is not None and message.venue is None:
        message = replace(message, venues=_stored_venues(store) | dict(message.venues))
        plan, notes = plan_import(file.head, message, default_venue=default_venue)
    tally = Tally()
    arrivals = Arrivals(plan.table)
    quarantine = files.quarantine(message.path)
    numeric = [column for role, column in plan.columns.described().items() if role in _NUMERIC]
    try:
        for chunk in file.chunks(columns=plan.columns.columns, numeric=numeric):
            if "symbol" in plan.columns.described():
                plan = plan.knowing(instruments_of(chunk.rows, plan, message=message, default_venue=default_venue))
            _bounded(message, tally.read + chunk.rows.height)
            parsed = parse_chunk(chunk, plan)
            _keep(parsed, chunk, arrivals, stage=stage, tally=tally, quarantine=quarantine)
            if progress is not None:
                total = file.head.rows or (round(tally.read / chunk.fraction) if chunk.fraction > 0 else None)
                progress(tally.read, total)
    finally:
        kept = quarantine.close()
    return file, plan, notes, tally, kept


def _bounded(message: ImportFile, rows: int) -> None:
    """InputError for more rows than may come."""
    if message.most_rows is not None and rows > message.most_rows:
        raise InputError(
            f"{message.path} holds too many rows to come this way",
            expected=f"at most {message.most_rows:,}",
            found=f"{rows:,} or more",
            remedy="bring it in on the machine itself: tradewright data import",
        )


def _with_table(message: ImportFile) -> ReadOptions:
    form = message.form
    return ReadOptions(form.header, form.skip_lines, form.delimiter, form.member, message.table)


def _keep(
    parsed: Parsed, chunk: Chunk, arrivals: Arrivals, *, stage: Stage, tally: Tally, quarantine: Quarantine
) -> None:
    """Sort one piece into the stage and the quarantine, and count."""
    ordered = arrivals.arrange(parsed.rows, is_last=chunk.fraction >= 1)
    tally.read += parsed.read
    tally.backwards += ordered.backwards
    tally.skipped.update(parsed.skipped)
    if ordered.parted:
        tally.skipped["quotes set a nanosecond after another of the same moment"] += ordered.parted
    told = [(one.position, one.column, one.value, one.reason) for one in parsed.rejections]
    told += [(position, "", "", reason) for position, reason in ordered.repeats.iter_rows()]
    if told:
        told.sort()
        positions, columns, values, reasons = zip(*told, strict=True)
        lines = [chunk.line(position) for position in positions]
        tally.reject(lines, reasons, columns=columns, values=values)
        texts = [f"{column} {value!r} {reason}" if column else reason for _, column, value, reason in told]
        quarantine.add(lines=lines, reasons=texts, originals=chunk.original(positions))
    if ordered.rows.height:
        rows = ordered.rows.drop("position")
        tally.accept(rows)
        stage.add(rows)


@dataclass(frozen=True, slots=True)
class _Known:
    """The staged pieces with the moment at which they are known; iterable again for a commit that is made again."""

    stage: Stage
    known_at: int

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for rows in self.stage:
            yield rows.with_columns(pl.lit(self.known_at).cast(NS).alias("known_at"))


def _stored(store: MarketStore, table: Table, stage: Stage, known_at: int, *, note: str) -> Written:
    """One commit for the whole file."""
    pieces = _Known(stage, known_at)
    if len(stage) == 1:
        return store.append(table, next(iter(pieces)), note=note)
    return store.append_chunks(table, pieces, note=note)


def _from_the_future(tally: Tally, now: int) -> tuple[str, ...]:
    """A remark where rows are stamped later than now, as when months are read as days."""
    latest = tally.latest_ns
    if latest is None or latest <= now:
        return ()
    moment = datetime.fromtimestamp(latest // 1_000_000_000, UTC)
    return (f"rows lie in the future, up to {moment:%Y-%m-%d %H:%M} UTC: check the time format and the zone",)


def _actions_beside(message: ImportFile, file: DataFile, plan: RowPlan) -> tuple[dict[str, str], int]:
    """The columns of splits and dividends in a file of bars, and how many these tell that were not asked for."""
    is_possible = plan.table is Table.BARS and not message.wide
    columns = action_columns(file.head.columns, message.mapping) if is_possible else {}
    if message.with_actions or not columns:
        return columns, 0
    return columns, count_told(file.chunks(columns=tuple(columns.values()), numeric=()), columns)


def _remark_beside(message: ImportFile, columns: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Where the wish and the file do not agree."""
    if message.with_actions:
        return () if columns else ("the file has no columns of splits or dividends",)
    names = " and ".join(columns.values())
    told = f"{count} splits and dividends in {names} were not brought in: with_actions=True brings them in"
    return (told,) if count else ()


def _stored_venues(store: MarketStore) -> dict[str, str]:
    """Symbol to venue of the instruments whose bars are stored, where a symbol has one venue only."""
    names = [name.rpartition(".") for name in store.instruments()]
    counts = Counter(symbol for symbol, _, _ in names)
    return {symbol: venue for symbol, _, venue in names if counts[symbol] == 1}


def _of_actions(store: MarketStore, stage: Stage) -> tuple[str, ...]:
    """What to know of splits and dividends beside the bars that are stored."""
    rows = pl.concat(list(stage))
    names = rows["instrument"].unique().sort().to_list()
    without = sorted(set(names) - set(store.instruments()))
    notes = [f"no bars are stored yet of {', '.join(without[:5])}"] if without else []
    split = rows.filter((pl.col("kind") == "split") & ~pl.col("instrument").is_in(without))["instrument"].unique()
    bars = store.read(Selection(Table.BARS, tuple(split.sort()))) if len(split) else pl.DataFrame()
    contained = splits_in_prices(rows, [bars]) if bars.height else pl.DataFrame()
    if contained.height:
        told = described_splits(contained)
        notes.append(f"the stored prices do not leap at {told}; are they adjusted already? A backtest wants them raw")
    return tuple(notes)


def _with_stored(
    store: MarketStore, rows: pl.DataFrame, report: ImportReport, *, known_at: int, note: str
) -> ImportReport:
    """The report of actions that came with bars, once they are stored."""
    if rows.is_empty():
        return report
    written = store.append(Table.ACTIONS, rows.with_columns(pl.lit(known_at).cast(NS).alias("known_at")), note=note)
    return replace(
        report,
        added=written.added,
        corrected=written.corrected,
        unchanged=written.unchanged,
        version=written.version,
    )


def _refused(message: ImportFile, tally: Tally, kept: str | None, *, table: Table) -> InputError:
    if table is Table.ACTIONS and not tally.accepted and not tally.rejected:
        return InputError(
            f"{message.path} holds no split and no dividend",
            expected="a dividend above 0, or a split other than 1, on its ex-date",
            found=f"{tally.read:,} rows without one",
        )
    common = "; ".join(f"{count} x {reason}" for reason, count in tally.reasons.most_common(3))
    return InputError(
        f"{message.path} was not imported: {tally.rejected} of {tally.read} rows cannot be used",
        expected=f"at most {message.max_rejected:.0%} rejected" if tally.accepted else "rows of market data",
        found=common or "no row",
        remedy=f"every rejected row is kept in {kept}; check the mapping, the number and the time format"
        if kept
        else "",
    )


def _report(
    file: DataFile,
    plan: RowPlan,
    *,
    notes: tuple[str, ...],
    tally: Tally,
    kept: str | None,
    written: Written | None,
) -> ImportReport:
    interval = str(plan.bars.timeframe) if plan.bars is not None else None
    is_daily = plan.table is Table.ACTIONS or (plan.bars is not None and not plan.bars.timeframe.is_intraday)
    return ImportReport(
        path=file.head.path,
        table=plan.table,
        source=plan.source,
        interval=interval,
        mapping=plan.columns.described(),
        unused_columns=plan.columns.unused,
        conclusions=notes,
        series=tally.series(is_daily=is_daily),
        rows_read=tally.read,
        rows_accepted=tally.accepted,
        rows_rejected=tally.rejected,
        skipped=dict(tally.skipped),
        backwards=tally.backwards,
        added=written.added if written else 0,
        corrected=written.corrected if written else 0,
        unchanged=written.unchanged if written else 0,
        version=written.version if written else None,
        rejected=tally.rejected_frame(),
        rejected_by_reason=dict(tally.reasons.most_common()),
        quarantine=kept,
    )
