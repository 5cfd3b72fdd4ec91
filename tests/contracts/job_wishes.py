"""Wishes for jobs, for the tests of the queue."""

from tradewright.ports.jobs import JobError, JobWish

ERROR = JobError(kind="DataError", problem="too few bars", expected="50", found="12", remedy="import more")


def wish(
    title: str = "a job", *, kind: str = "backtest", priority: int = 0, after: str = "", planned: str = ""
) -> JobWish:
    return JobWish(
        kind=kind,
        message="tradewright.application.backtests.messages:RunBacktest",
        content=b'{"symbol": "AAPL"}\x00\xff',
        title=title,
        actor="anna",
        roles=frozenset({"trader", "viewer"}),
        correlation_id="c1",
        priority=priority,
        subject="AAPL.XNAS",
        after=after,
        planned=planned,
    )
