"""What a user must hear of a run: orders cut or refused for lack of buying power, ruin, no trade at all."""

from collections import Counter
from dataclasses import replace

import numpy as np

from tradewright.domain.matching.layout import LIQUIDATION, NO_FUNDS, NO_MARGIN, NO_SHORT, NOT_BORROWED, TOO_SMALL
from tradewright.engine.run import Run
from tradewright.trading.bars import Bars

TOLD_CUT = 0.01
"""A cut is told from this part of the order on; what the fee of an all-in order takes is not worth a word."""


def with_remarks(run: Run, bars: Bars) -> Run:
    """The run with its warnings."""
    found = [
        *_cuts(run, bars),
        *_refusals(run, bars),
        *_margin_refusals(run, bars),
        *_limited(run, bars),
        *_calls(run, bars),
        *_ruin(run, bars),
    ]
    if not len(run.fills) and not found:
        found.append("the strategy never traded: none of its signals led to a fill")
    return replace(run, warnings=(*run.warnings, *found, *_bound(run)))


def _bound(run: Run) -> list[str]:
    """Which method of the sizing bound how often."""
    return ["sizes were bound by " + ", ".join(f"{name} {count:,}x" for name, count in run.bound)] if run.bound else []


def _cuts(run: Run, bars: Bars) -> list[str]:
    filled, asked = np.abs(run.fills.quantity), run.fills.asked
    cut = np.flatnonzero(filled < asked * (1.0 - TOLD_CUT))
    if not len(cut):
        return []
    k = int(cut[0])
    what = f"{bars.instruments[run.fills.instrument[k]]} wanted {asked[k]:,.10g}, filled {filled[k]:,.10g}"
    return [
        f"{_orders(len(cut))} cut by more than {TOLD_CUT:.0%} to what the account affords; "
        f"the first on {_day(bars, int(run.fills.row[k]))}: {what}"
    ]


def _refusals(run: Run, bars: Bars) -> list[str]:
    ends = run.endings
    refused = np.flatnonzero((ends.reason == NO_FUNDS) | (ends.reason == TOO_SMALL))
    if not len(refused):
        return []
    k = int(refused[0])
    what = f"{bars.instruments[ends.instrument[k]]} needed {ends.needed[k]:,.10g}, affordable {ends.available[k]:,.10g}"
    return [
        f"{_orders(len(refused))} refused for lack of buying power; the first on {_day(bars, int(ends.row[k]))}: {what}"
    ]


def _margin_refusals(run: Run, bars: Bars) -> list[str]:
    """Orders that the margin mode did not let through; needed and free are money."""
    ends, found = run.endings, []
    refused = np.flatnonzero(ends.reason == NO_MARGIN)
    if len(refused):
        k = int(refused[0])
        found.append(
            f"{_orders(len(refused))} refused for lack of initial margin; the first on "
            f"{_day(bars, int(ends.row[k]))}: {bars.instruments[ends.instrument[k]]} needed {ends.needed[k]:,.10g}, "
            f"free were {ends.available[k]:,.10g}"
        )
    refused = np.flatnonzero(ends.reason == NO_SHORT)
    if len(refused):
        k = int(refused[0])
        found.append(
            f"{_orders(len(refused))} refused because a cash account holds no short positions; the first on "
            f"{_day(bars, int(ends.row[k]))}: {bars.instruments[ends.instrument[k]]}"
        )
    refused = np.flatnonzero(ends.reason == NOT_BORROWED)
    if len(refused):
        k = int(refused[0])
        found.append(
            f"{_orders(len(refused))} refused because more was to be sold short than can be borrowed; the first on "
            f"{_day(bars, int(ends.row[k]))}: {bars.instruments[ends.instrument[k]]} wanted {ends.needed[k]:,.10g}, "
            f"could sell {ends.available[k]:,.10g}"
        )
    return found


def _calls(run: Run, bars: Bars) -> list[str]:
    """Margin calls, with the first position that was sold for one."""
    if not run.margin_calls:
        return []
    sold = np.flatnonzero(run.fills.role == LIQUIDATION)
    k = int(sold[0])
    name, quantity = bars.instruments[run.fills.instrument[k]], abs(run.fills.quantity[k])
    counted = "1 margin call" if run.margin_calls == 1 else f"{run.margin_calls:,} margin calls"
    day = _day(bars, int(run.fills.row[k]))
    return [f"{counted}; the first on {day}: {quantity:,.10g} {name} liquidated at {run.fills.price[k]:,.10g}"]


def _limited(run: Run, bars: Bars) -> list[str]:
    """What the limits took away, by control."""
    found = []
    if run.cuts:
        first, controls = run.cuts[0], Counter(one.control for one in run.cuts)
        what = f"{bars.instruments[first.instrument]} wanted {first.asked:,.10g}, sent {first.left:,.10g}"
        told = f"{_orders(len(run.cuts))} cut by the limits ({_counted(controls)})"
        found.append(f"{told}; the first on {_day(bars, first.row)}: {what}")
    if run.refusals:
        refused, controls = run.refusals[0], Counter(one.reasons[0][0] for one in run.refusals)
        what = f"{bars.instruments[refused.instrument]}: {refused.reasons[0][1]}"
        told = f"{_orders(len(run.refusals))} refused by the limits ({_counted(controls)})"
        found.append(f"{told}; the first on {_day(bars, refused.row)}: {what}")
    return found


def _counted(controls: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in controls.most_common())


def _ruin(run: Run, bars: Bars) -> list[str]:
    closed_out = np.flatnonzero(run.fills.role == LIQUIDATION)
    if len(closed_out) and not run.margin_calls:
        row = int(run.fills.row[closed_out[0]])
    elif (run.equity <= 0).any():
        row = int(np.argmax(run.equity <= 0))
    else:
        return []
    return [f"the account was ruined on {_day(bars, row)}: equity fell to zero and trading ended"]


def _orders(count: int) -> str:
    return "1 order was" if count == 1 else f"{count:,} orders were"


def _day(bars: Bars, row: int) -> str:
    return str(np.datetime64(int(bars.session[row]), "D"))
