"""A run on its way into the project folder and back: the view that doors show, as facts, circumstances and tables.

What follows from the inputs (facts, tables) is kept apart from how the run was made (when, how long, which speed), so
that the same run gives the same bytes.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, cast

from tradewright.application.backtests.summaries import BacktestSummary
from tradewright.application.backtests.views import BacktestView, Number
from tradewright.domain.errors import StorageError
from tradewright.ports.runs import RunRecord

TABLES: Final = ("equity", "fills", "round_trips", "prices", "rejections")
LATER_TABLES: Final = ("refusals",)
"""Tables that runs of earlier versions do not have."""
CIRCUMSTANCES: Final = ("created_at", "duration_s", "engine", "recipe")
_ELSEWHERE: Final = (*TABLES, *LATER_TABLES, *CIRCUMSTANCES, "run_id", "report")


def record_of(view: BacktestView) -> RunRecord:
    """The view as it is kept."""
    facts = {item.name: getattr(view, item.name) for item in fields(view) if item.name not in _ELSEWHERE}
    facts["symbols"], facts["warnings"] = list(view.symbols), list(view.warnings)
    return RunRecord(
        view.run_id,
        {name: dict(value) if isinstance(value, Mapping) else value for name, value in facts.items()},
        {name: getattr(view, name) for name in CIRCUMSTANCES if name != "recipe" or view.recipe},
        {name: getattr(view, name) for name in (*TABLES, *LATER_TABLES)},
    )


def view_of(record: RunRecord) -> BacktestView:
    """The view as it was shown when the run was made; StorageError when the kept run is not whole."""
    facts = dict(record.facts)
    try:
        facts["symbols"] = tuple(cast("list[str]", facts["symbols"]))
        facts["warnings"] = tuple(cast("list[str]", facts["warnings"]))
        tables = {name: record.tables[name] for name in TABLES}
        tables |= {name: record.tables[name] for name in LATER_TABLES if name in record.tables}
        return BacktestView(run_id=record.run_id, **facts, **record.circumstances, **tables)  # type: ignore[arg-type]
    except (KeyError, TypeError) as problem:
        raise StorageError(
            f"run {record.run_id} is not whole", found=f"nothing of {problem}", remedy="run the backtest again"
        ) from problem


def summary_of(record: RunRecord) -> BacktestSummary:
    """One line of the list of runs."""
    facts = record.facts
    return BacktestSummary(
        run_id=record.run_id,
        strategy=str(facts["strategy"]),
        strategy_expression=str(facts["strategy_expression"]),
        parameters=cast("Mapping[str, object]", facts["parameters"]),
        symbols=tuple(cast("list[str]", facts["symbols"])),
        timeframe=str(facts["timeframe"]),
        start=str(facts["start"]),
        end=str(facts["end"]),
        currency=str(facts["currency"]),
        fill_rule=str(facts["fill_rule"]),
        stats=cast("Mapping[str, Number]", facts["stats"]),
        created_at=str(record.circumstances["created_at"]),
        duration_s=float(cast("float", record.circumstances["duration_s"])),
    )
