"""The messages that workers do, by the kind of job."""

from typing import Final

from tradewright.application.backtests.wishes import MakeBacktest
from tradewright.application.jobs.submitting import JobTable

JOBS: Final = JobTable({"backtest": MakeBacktest})
