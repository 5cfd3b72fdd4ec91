"""The edge is the largest quantity that the limits allow: whole lots up to it pass the gate, one lot more does not.

This file decides how it is found. Most measures grow evenly with the quantity, so the edge is a division away, and two
looks at the gate prove it: it passes there, and is refused a lot further. Where no division leads there, or a smaller
order could fare worse than a larger one, the quantity is halved until the edge is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tradewright.domain.calendars import SECOND
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Control, Growing
from tradewright.trading.risk.exposure import held_quantity, reducing_quantity
from tradewright.trading.risk.gate import refusing
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.verdict import Finding, Missing

_ZERO: Final = Decimal(0)
_NEAR: Final = Decimal("1e-9")
"""Of a lot: what a division may have lost of a whole one."""
_STEPS: Final = 2
"""How many lots a division may be off before it is given up."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The most lots that pass."""

    lots: int
    beyond: Finding
    """The first control that refuses a lot more."""
    case: Case | None = field(default=None, compare=False)
    """The order of so many lots; None where no lot passes."""


def most_lots(
    case: Case,
    controls: Sequence[Control],
    *,
    lot: Decimal,
    limits: Limits,
    against: Sequence[Control] | None = None,
) -> Edge | None:
    """The edge below the order of `case`, which is one of whole lots; None where it passes as it is.

    `against` are those of the controls that say no to it, where somebody has asked them already.
    """
    refused = [(one, one.judge(case)) for one in (refusing(controls, case) if against is None else against)]
    if not refused:
        return None
    lots = int(case.request.order.quantity // lot)
    search = _Search(case, controls, refused, lot=lot)
    if search.is_steady(limits) and (found := search.divided(lots)) is not None:
        return found
    return search.halved(lots)


class _Search:
    """One search; `refused` are the controls that refuse the whole order, with what they found."""

    __slots__ = ("_case", "_controls", "_growing", "_lot", "_reducing", "_refused")

    def __init__(
        self, case: Case, controls: Sequence[Control], refused: list[tuple[Control, Finding]], *, lot: Decimal
    ) -> None:
        self._case, self._controls, self._refused, self._lot = case, controls, refused, lot
        self._reducing = _reducing_room(case)
        grows_only = all(control.depends_on_quantity for control, _ in refused)
        self._growing = [one for one in controls if one.depends_on_quantity] if grows_only else controls
        """The controls that can answer differently for less, as long as that does not turn into a reducing order."""

    def is_steady(self, limits: Limits) -> bool:
        """True where a smaller order never fares worse than a larger one.

        It could where an order just before is the same but for the quantity, and where the budget of reducing orders
        is used up.
        """
        case, order, sent = self._case, self._case.request.order, self._case.book.sent
        since = case.now_ns - limits.duplicate_window_ms * 1_000_000
        if next(sent.on_side(case.instrument, side=order.side, after_ns=since), None) is not None:
            return False
        since = case.now_ns - SECOND + 1
        return sent.number(since_ns=since) - sent.opening(since_ns=since) < limits.reducing_per_second

    def divided(self, lots: int) -> Edge | None:
        """The edge where the measures say it is; None where it is not there."""
        at = min(int(max(self._guess(), _ZERO) // self._lot), lots - 1)
        for _ in range(_STEPS):
            more = self._case.resized((at + 1) * self._lot)
            beyond = self._against(more)
            if beyond is None:
                if at + 1 >= lots:
                    return None
                at += 1
                continue
            case = self._case.resized(at * self._lot) if at else None
            if case is None or self._against(case) is None:
                return Edge(at, beyond.judge(more), case)
            at -= 1
        return None

    def halved(self, lots: int) -> Edge:
        """The edge by halving: some twenty looks."""
        fits, refused, beyond, fitting = 0, lots, self._refused[0][1], None
        while refused - fits > 1:
            middle = (fits + refused) // 2
            case = self._case.resized(middle * self._lot)
            answer = self._against(case)
            if answer is None:
                fits, fitting = middle, case
            else:
                refused, beyond = middle, answer.judge(case)
        return Edge(fits, beyond, fitting)

    def _guess(self) -> Decimal:
        """The quantity at which the last of the controls lets go; what is proven to reduce passes most of them."""
        opening = binding = self._case.request.order.quantity
        for control, finding in self._refused:
            most = self._most(control, finding)
            opening = min(opening, most)
            binding = min(binding, most) if control.binds_reducing else binding
        return min(max(opening, self._reducing), binding)

    def _most(self, control: Control, finding: Finding) -> Decimal:
        """The most that one control lets pass, if its measure grows evenly; else what reduces."""
        growth = control.growth(self._case) if isinstance(control, Growing) else _ZERO
        if isinstance(growth, Missing) or growth <= 0:
            return self._reducing
        if not (isinstance(finding.value, Decimal) and isinstance(finding.limit, Decimal)):
            return self._reducing
        beyond = (finding.value - finding.limit) / growth
        return self._case.request.order.quantity - beyond + self._lot * _NEAR

    def _against(self, case: Case) -> Control | None:
        """The first control that says no to it."""
        controls = self._growing if case.is_reducing is self._case.is_reducing else self._controls
        return next((control for control in controls if refusing((control,), case)), None)


def _reducing_room(case: Case) -> Decimal:
    """How much of the order only shrinks the position, beside what is on its way already."""
    side = case.request.order.side
    held = held_quantity(case.book, case.instrument)
    waiting = reducing_quantity(case.book, case.instrument, side=side)
    if isinstance(held, Missing) or isinstance(waiting, Missing) or held == 0 or (held > 0) is (side is Side.BUY):
        return _ZERO
    return max(abs(held) - waiting, _ZERO)
