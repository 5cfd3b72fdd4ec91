"""What `backtest show --verify` shows: whether a run, made again, is the same, and what is not."""

from typing import TYPE_CHECKING

import typer

from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.interfaces.terminal.tables import table

if TYPE_CHECKING:
    from tradewright.application.backtests.verifying import Verification

DIFFERENT = 1


def show_verification(found: "Verification", *, as_json: bool) -> None:
    """Print it; leaves with exit code 1 where the run is not the same."""
    if as_json:
        print_json({"is_equal": found.is_equal, **{name: getattr(found, name) for name in found.__dataclass_fields__}})
    else:
        _print(found)
    if not found.is_equal:
        raise typer.Exit(DIFFERENT)


def _print(found: "Verification") -> None:
    console = screen()
    counted = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in found.rows.items() if count)
    if found.is_equal:
        console.print(f"Run {found.run_id} made again is the same: {counted}.", markup=False, style="green")
    else:
        console.print(f"Run {found.run_id} made again is not the same.", markup=False, style="red")
    for remark in found.remarks:
        console.print(f"- {remark}", markup=False)
    if found.differences:
        rows = ([one.what, one.where, one.kept, one.again] for one in found.differences)
        console.print(table(["what", "where", "kept", "made again"], rows))
