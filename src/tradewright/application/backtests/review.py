"""The review of a finished run: what an honest friend would say before anybody believes the numbers.

This file decides what there is to say about the claim itself (trades, Sharpe ratio, parameters, universe, crises) and
in which order; money and fills have files of their own. Every threshold has a name here or there, and a test.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import polars as pl

from tradewright.application.backtests.crises import CRISES
from tradewright.application.backtests.review_fills import reviewed_fills
from tradewright.application.backtests.review_money import reviewed_money
from tradewright.application.backtests.review_remark import ReviewRemark, Severity, column
from tradewright.application.backtests.views import BacktestView
from tradewright.trading.strategies.registry import REGISTRY

FEW_TRIPS, VERY_FEW_TRIPS = 30, 10
"""Closed round trips below which a win rate says little, and below which it says nothing."""
GOOD_SHARPE: Final = 3.0
SHARPE_SESSIONS: Final = 60
YEAR_SESSIONS: Final = 252
ENDED_DAYS: Final = 10
"""Calendar days without a bar before the end from which an instrument counts as ended."""


def review(view: BacktestView) -> tuple[ReviewRemark, ...]:
    """All remarks on a run, the gravest first."""
    found = [*_trades(view), *reviewed_money(view), *reviewed_fills(view), *_claims(view), *_crises(view)]
    found += _always(view)
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def _trades(view: BacktestView) -> Iterator[ReviewRemark]:
    trips = view.stats.get("round_trips")
    if trips is None or trips >= FEW_TRIPS:
        return
    yield ReviewRemark(
        "too-few-trades",
        Severity.SERIOUS if trips < VERY_FEW_TRIPS else Severity.WARNING,
        f"{trips:,} closed round trips; below {FEW_TRIPS} chance decides what they show",
        "test on more instruments or a longer time",
        {"round_trips": trips},
    )


def _claims(view: BacktestView) -> Iterator[ReviewRemark]:
    sharpe, sessions = view.stats.get("sharpe"), column(view.equity, "session").n_unique()
    if sharpe is not None and sharpe > GOOD_SHARPE and sessions >= SHARPE_SESSIONS:
        yield ReviewRemark(
            "too-good",
            Severity.SERIOUS,
            f"a Sharpe ratio of {sharpe:.2f} over {sessions:,} sessions; above {GOOD_SHARPE:g} look twice",
            "check for look-ahead, costs and fills that nobody would get",
            {"sharpe": float(sharpe), "sessions": sessions},
        )
    yield from _edges(view)
    yield from _survivors(view, sessions)


def _edges(view: BacktestView) -> Iterator[ReviewRemark]:
    kind = REGISTRY.get(view.strategy)
    ranges: Mapping[str, object] = {} if kind is None else kind.parameters
    for name in ranges:
        parameter, value = kind.parameters[name], view.parameters.get(name)  # type: ignore[union-attr]
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        for edge, word in ((parameter.low, "lowest"), (parameter.high, "highest")):
            if edge is not None and value == edge and value != parameter.default:
                yield ReviewRemark(
                    "edge-of-range",
                    Severity.WARNING,
                    f"{name}={value:g} is the {word} that the strategy takes",
                    "look whether the result grows towards the edge: then the best value lies outside",
                    {"value": float(value)},
                )


def _survivors(view: BacktestView, sessions: int) -> Iterator[ReviewRemark]:
    if len(view.symbols) < 2 or sessions < YEAR_SESSIONS or view.prices.is_empty():
        return
    last = view.prices.group_by("symbol").agg(pl.col("time").max()).get_column("time")
    end = last.max()
    ended = sum(end - one > timedelta(days=ENDED_DAYS) for one in last)
    if not ended:
        yield ReviewRemark(
            "survivors-only",
            Severity.NOTE,
            f"all {len(view.symbols)} instruments live to the end",
            "test on a universe as it was then, with those that were delisted since",
            {"instruments": len(view.symbols)},
        )


def _crises(view: BacktestView) -> Iterator[ReviewRemark]:
    """What became of the money in each crisis that lies inside the run."""
    sessions, equity = column(view.equity, "session"), column(view.equity, "equity")
    if not len(sessions) or sessions.dtype != pl.Date:
        return
    first, end = sessions[0], sessions[-1]
    met = 0
    for crisis in CRISES:
        if first > crisis.first or end < crisis.last:
            continue
        start = _at(sessions, equity, crisis.first)
        within = equity.filter(sessions <= crisis.last)
        if not len(within) or start <= 0:
            continue
        met += 1
        gained = float(within[-1]) / start - 1.0
        yield ReviewRemark(
            "crisis",
            Severity.NOTE,
            f"{crisis.name}, {crisis.first} to {crisis.last}: {gained:+.1%} ({crisis.source})",
            "",
            {"return": gained},
        )
    if not met:
        told = f"no crisis of the list lies between {first} and {end}"
        yield ReviewRemark("no-crisis", Severity.NOTE, told, "test on a time that has one", {})


def _at(sessions: pl.Series, equity: pl.Series, day: date) -> float:
    """The last equity of a session, or of the one before."""
    known = equity.filter(sessions <= day)
    return float(known[-1]) if len(known) else 0.0


def _always(view: BacktestView) -> Iterator[ReviewRemark]:
    symbols = ",".join(name.split(".")[0] for name in view.symbols[:5])
    yield ReviewRemark(
        "look-ahead-unchecked",
        Severity.NOTE,
        "nobody has proven that the strategy does not look ahead",
        f"tradewright strategy check {view.strategy} --symbols {symbols}",
        {},
    )
    yield ReviewRemark(
        "in-sample",
        Severity.NOTE,
        "nothing says that a part of the data was kept aside while the parameters were chosen",
        "choose on one part, believe the other",
        {},
    )
