"""The margin account of a finished run, bar by bar: what was tied up, what was free, and where positions would be lost.

It follows from the run's fills and marks, by the functions that the step itself asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.arithmetic.accounting import apply_fill, split
from tradewright.domain.arithmetic.margin import bracket_margin, called_at, lost_at, stock_margin
from tradewright.domain.margin import Bond, Futures, Leverage, Margin, MarginTerms, Tier
from tradewright.domain.matching.layout import ACCOUNT, CROSS, ISOLATED
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MarginStatement:
    """Money per bar, shape (rows,); prices per instrument at the last bar."""

    used: Floats
    """Initial margin of all positions at the marks; of isolated ones what is set aside for them."""
    maintenance: Floats
    """What keeps them; 0 where the mode calls nothing in."""
    free: Floats
    """What may still become initial margin; below zero when the market has taken it."""
    liquidation: Floats
    """The price at which each position would be called, all else as it is; NaN where none is held, or at no price."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """What positions in one instrument need."""

    terms: MarginTerms
    tiers: tuple[Tier, ...]
    bond: Bond
    lot: float

    def kept(self, quantity: float, unit_price: float) -> float:
        size, terms = abs(quantity), self.terms
        if terms.mode == ACCOUNT:
            side = 1 if quantity > 0 else -1
            return float(size * stock_margin(unit_price, side, terms.long, terms.short, terms.short_minimum))
        if self.bond.initial > 0:
            return size * self.bond.maintenance
        return float(bracket_margin(self.tiers, 0, len(self.tiers), size * unit_price))

    def opened(self, quantity: float, unit_price: float) -> float:
        if self.bond.initial > 0:
            return abs(quantity) * self.bond.initial
        rate = self.terms.initial if self.terms.mode >= ACCOUNT else 1 / self.terms.leverage
        return abs(quantity) * rate * unit_price

    def initial(self, quantity: float, unit_price: float) -> float:
        return max(self.opened(quantity, unit_price), self.kept(quantity, unit_price))

    def called(self, quantity: float, beside: float) -> float:
        """The price a unit at which equity meets maintenance; 0 for none."""
        terms = self.terms
        if terms.mode != ACCOUNT:
            return float(lost_at(self.tiers, 0, len(self.tiers), quantity, beside, self.bond.maintenance))
        if quantity > 0:
            return float(called_at(quantity, beside, terms.long, 0.0, 0.0))
        least = terms.short_minimum
        dear = min(called_at(quantity, beside, terms.short, 0.0, 0.0), called_at(quantity, beside, 0.0, least, 0.0))
        if dear >= least:
            return float(dear)
        whole = called_at(quantity, beside, max(1.0, terms.short), 0.0, 0.0)
        return float(min(whole, called_at(quantity, beside, 0.0, least / 2, 0.0)))


def margin_statement(run: Run, assumptions: Assumptions, *, instruments: Sequence[str]) -> MarginStatement:
    """The statement of a run over these instruments."""
    mode = Leverage(assumptions.leverage) if assumptions.margin is None else assumptions.margin
    needs = [_needs(mode, name, lot=assumptions.lots.get(name, assumptions.lot)) for name in instruments]
    held = np.zeros_like(run.mark)
    lengths = np.diff(np.concatenate(([0], run.change_row, [len(run.equity)])))
    for i in range(held.shape[1]):
        held[:, i] = np.repeat(np.concatenate(([0.0], run.change_quantity[:, i])), lengths)
    unit_prices = run.mark * run.multiplier
    used, kept = np.zeros(len(run.equity)), np.zeros(len(run.equity))
    for row, i in np.argwhere(held).tolist():
        quantity, price = float(held[row, i]), float(unit_prices[row, i])
        used[row] += needs[i].initial(quantity, price)
        kept[row] += needs[i].kept(quantity, price)
    free = run.equity - used
    aside = np.zeros(held.shape[1])
    if mode.terms().mode == ISOLATED:
        used, at_cost, aside = _set_aside(run, needs)
        free = run.cash + at_cost - used
    liquidation = np.full(held.shape[1], np.nan)
    for i in np.flatnonzero(run.quantity).tolist():
        beside = _beside(run, needs, i=i, unit_prices=unit_prices[-1], own=float(aside[i]))
        price = needs[i].called(float(run.quantity[i]), beside) if mode.terms().mode >= ACCOUNT else 0.0
        if price > 0:
            liquidation[i] = price / run.multiplier[i]
    return MarginStatement(used, kept, free, liquidation)


def _needs(mode: Margin, name: str, *, lot: float) -> _Needs:
    if isinstance(mode, Futures):
        return _Needs(mode.terms(), mode.tiers_of(name), mode.bond_of(name), lot)
    return _Needs(mode.terms(), (), Bond(0.0, 0.0), lot)


def _beside(run: Run, needs: Sequence[_Needs], *, i: int, unit_prices: Floats, own: float) -> float:
    """All equity beside quantity x price of one position, less what the others keep; of an isolated one its own."""
    if needs[i].terms.mode == ISOLATED:
        return own - float(run.basis[i])
    beside = float(run.cash[-1])
    for j in np.flatnonzero(run.quantity).tolist():
        if j != i:
            quantity, price = float(run.quantity[j]), float(unit_prices[j])
            beside += quantity * price - (needs[j].kept(quantity, price) if needs[j].terms.mode <= CROSS else 0.0)
    return beside


def _set_aside(run: Run, needs: Sequence[_Needs]) -> tuple[Floats, Floats, Floats]:
    """Of isolated positions: margin set aside and cost basis, summed per bar, and each position's margin at the end."""
    width = len(needs)
    quantity, basis, aside = [0.0] * width, [0.0] * width, [0.0] * width
    used, at_cost = np.zeros(len(run.equity)), np.zeros(len(run.equity))
    events = [(row, 0, k) for k, (row, _, _) in enumerate(run.splits)]
    events += [(int(row), 1, k) for k, row in enumerate(run.fills.row)]
    for row, kind, k in sorted(events):
        if kind == 0:
            i = run.splits[k][1]
            _take_split(run, k, lot=needs[i].lot, quantity=quantity, basis=basis)
            aside[i] = aside[i] if quantity[i] != 0 else 0.0
        else:
            i = int(run.fills.instrument[k])
            aside[i] = _after_fill(run, k, needs=needs[i], quantity=quantity, basis=basis, aside=aside[i])
        used[row:], at_cost[row:] = sum(aside), sum(basis)
    return used, at_cost, np.array(aside)


def _take_split(run: Run, k: int, *, lot: float, quantity: list[float], basis: list[float]) -> None:
    row, i, ratio = run.splits[k]
    if quantity[i] != 0 and row > 0:
        price = float(run.mark[row - 1, i]) / ratio * float(run.multiplier[i])
        quantity[i], basis[i], *_ = split(quantity[i], basis[i], ratio, lot, price, 0.0)


def _after_fill(run: Run, k: int, *, needs: _Needs, quantity: list[float], basis: list[float], aside: float) -> float:
    i, signed = int(run.fills.instrument[k]), float(run.fills.quantity[k])
    unit_price = float(run.fills.price[k]) * float(run.multiplier[i])
    held = quantity[i]
    quantity[i], basis[i], _ = apply_fill(held, basis[i], signed, unit_price, 0.0)
    if held * signed < 0 and quantity[i] * held > 0:
        return aside * abs(quantity[i]) / abs(held)
    own = aside if held * signed > 0 else 0.0
    opened = signed if held * signed >= 0 else quantity[i]
    return max(own + needs.opened(opened, unit_price), needs.kept(quantity[i], unit_price)) if opened else 0.0
