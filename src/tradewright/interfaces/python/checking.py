"""`tw.check`: one call from a strategy and bars to a report on whether its backtest can be believed."""

from collections.abc import Mapping

from tradewright.application.backtests.messages import Account
from tradewright.application.honesty.messages import CheckHonesty
from tradewright.application.honesty.views import HonestyReport
from tradewright.bootstrap import Progress, open_app
from tradewright.domain.costs import Cost
from tradewright.interfaces.python.loading import load_bars
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy


def check(
    strategy: Strategy | type[Strategy] | str,
    bars: object,
    *,
    parameters: Mapping[str, object] | None = None,
    cash: float = 100_000.0,
    costs: Cost | str | None = None,
    fill: str = "next-open",
    fast: bool = False,
    progress: Progress | None = None,
) -> HonestyReport:
    """Whether the orders of a strategy stand when the future is cut away, and what else flatters its backtest.

    `strategy` and `bars` are what `tw.backtest` takes. The report has one judgment for each kind: `judgments` with
    `kind`, `verdict` (`clean`, `finding`, `remark`, `not checked`), `story`, and the `place` in the source that is to
    blame; `is_clean` is True where nothing is accused. `fast` makes fewer cuts.

    Raises InputError for what cannot be used, DataError for too few bars, StrategyError when the strategy raises.
    """
    tested = bars if isinstance(bars, Bars) else load_bars(bars)
    command = CheckHonesty(
        strategy=strategy,
        parameters=parameters or {},
        bars=tested,
        account=Account(cash=cash, costs=costs, fill=fill),
        is_fast=fast,
    )
    return open_app().ask(command, answer=HonestyReport, progress=progress)
