"""Mutants 10 to 23, and 47: executions lost, doubled, invented; books that say what no execution said."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from simulator.zoo.mutant import Mutant
from tradewright.domain.identifiers import ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session import bookings, facts
from tradewright.engine.session.core import Core
from tradewright.engine.session.deciding import commanding, doubting, executions, reconciling, reports
from tradewright.engine.session.deciding.desk import Desk
from tradewright.ports.broker import Executed, NoAnswer, OrderReport

Right = Callable[..., Any]
_EXECUTED = ((executions, "executed"), (reconciling, "executed"))
_REPORTED = ((reports, "reported"), (reconciling, "reported"), (doubting, "reported"))


def _dropping(is_dropped: Callable[[Any, Fill], bool]) -> Callable[[Right], Right]:
    """Executions that are dropped by a condition on their order, for good."""

    def planted(right: Right) -> Right:
        dropped: set[str] = set()

        def executed(desk: Desk, fill: Fill) -> Iterator[Any]:
            tracked = desk.state.orders.get(fill.client_order_id)
            known = fill.execution_id in desk.state.executions
            if fill.execution_id in dropped or (tracked is not None and not known and is_dropped(tracked, fill)):
                dropped.add(fill.execution_id)
                return
            yield from right(desk, fill)

        return executed

    return planted


def _twice(right: Right) -> Right:
    numbers = count(1)

    def executed(desk: Desk, fill: Fill) -> Iterator[Any]:
        known = fill.execution_id in desk.state.executions
        name = ExecutionId(f"{fill.execution_id}.{next(numbers)}") if known else fill.execution_id
        yield from right(desk, replace(fill, execution_id=name))

    return executed


def _inferring(name_of: Callable[[OrderReport, Any], str]) -> Callable[[Right], Right]:
    """A report with more filled than is known is booked as an execution of its own."""

    def planted(right: Right) -> Right:
        def reported(desk: Desk, given: OrderReport) -> Iterator[Any]:
            tracked = desk.state.orders.get(given.client_order_id or "")
            mark = desk.state.marks.get(given.request.instrument)
            if tracked is not None and mark is not None and given.filled > tracked.order.filled:
                fill = Fill(
                    execution_id=ExecutionId(name_of(given, tracked)),
                    client_order_id=tracked.id,
                    instrument=given.request.instrument,
                    side=given.request.side,
                    quantity=given.filled - tracked.order.filled,
                    price=mark,
                    fee=Money.zero("USD"),
                    time_ns=given.time_ns,
                    venue_order_id=given.venue_order_id,
                )
                yield from executions.executed(desk, fill)
            yield from right(desk, given)

        return reported

    return planted


def _at_random(_: OrderReport, __: Any) -> str:
    return f"inferred-{next(_NUMBERS)}"


_NUMBERS = count(1)


def _opposite_on_restart(right: Right) -> Right:
    def opened(self: Core, given: Any) -> Iterator[Any]:
        yield from right(self, given)
        for number, (name, fill) in enumerate(list(self.state.executions.items())[-1:]):
            if name not in self.state.busted and not name.startswith("restart"):
                other = replace(
                    fill, execution_id=ExecutionId(f"restart-{given.epoch}-{number}"), side=fill.side.opposite
                )
                yield from self._brokered(Executed(other))

    return opened


def _opening_too(right: Right) -> Right:
    def close_position(desk: Desk, instrument: str, **options: Any) -> Any:
        return (yield from _without_reduction(right(desk, instrument, **options)))

    return close_position


def _without_reduction(steps: Any) -> Any:
    """The same orders, allowed to turn the position."""
    while True:
        try:
            said = next(steps)
        except StopIteration as end:
            return end.value
        if isinstance(said, facts.OrderIntended):
            said = replace(said, request=replace(said.request, reduces_only=False))
        yield said


def _no_answer_is_flat(right: Right) -> Right:
    def unanswered(desk: Desk, given: NoAnswer) -> Iterator[Any]:
        current = desk.memory.round
        if current is not None and given.number == current.first + 2:
            for name, held in desk.state.net_positions().items():
                yield facts.PositionAdopted(
                    desk.now_ns, name, "external", -held, desk.state.marks.get(name, Decimal(0))
                )
        yield from right(desk, given)

    return unanswered


def _part_is_whole(right: Right) -> Right:
    def answered(desk: Desk, given: Any) -> Iterator[Any]:
        yield from right(desk, replace(given, is_complete=True))

    return answered


def _older_wins(right: Right) -> Right:
    def reported(desk: Desk, given: OrderReport) -> Iterator[Any]:
        tracked = desk.state.orders.get(given.client_order_id or "")
        if tracked is not None and given.filled < tracked.order.filled and tracked.order.executions:
            yield facts.FillBusted(desk.now_ns, tracked.id, tracked.order.executions[-1][0])
        yield from right(desk, given)

    return reported


def _without_fees(right: Right) -> Right:
    def book(state: Any, strategy: str, fill: Fill) -> None:
        right(state, strategy, replace(fill, fee=Money.zero(fill.fee.currency)))

    return book


def _with_floats(right: Right) -> Right:
    def book(state: Any, strategy: str, fill: Fill) -> None:
        right(state, strategy, fill)
        state.cash["USD"] = Decimal(float(state.cash["USD"]))

    return book


MUTANTS = (
    Mutant("10", "a fill is lost when the order is being canceled (freqtrade #2383)", _EXECUTED,
           _dropping(lambda one, _: one.order.pending is not None)),
    Mutant("11", "a fill after the cancel is dropped", _EXECUTED,
           _dropping(lambda one, _: one.order.life is OrderLife.CANCELED), families=("late_fills",)),
    Mutant("47", "a fill of what the venue had rejected is dropped", _EXECUTED,
           _dropping(lambda one, _: one.order.life is OrderLife.REJECTED), families=("lies",)),
    Mutant("12", "a fill before the acknowledgement is dropped", _EXECUTED,
           _dropping(lambda one, _: one.order.life in {OrderLife.APPROVED, OrderLife.UNKNOWN}), families=("order",)),
    Mutant("13", "an execution told twice is booked twice", _EXECUTED, _twice, families=("events",)),
    Mutant("14", "an inferred fill is booked beside the real one (nautilus #3493)", _REPORTED,
           _inferring(lambda given, _: f"inferred-{given.venue_order_id}-{given.filled}"), families=("order",)),
    Mutant("15", "an inferred fill gets a random id (OKX)", _REPORTED, _inferring(_at_random), families=("order",)),
    Mutant("16", "a warm restart books the opposite fill (nautilus #4736)", ((Core, "_opened"),), _opposite_on_restart,
           families=("kills",)),
    Mutant("17", "what should only reduce opens the opposite (nautilus #4106)", ((commanding, "close_position"),),
           _opening_too, families=("people",)),
    Mutant("18", "a failed question about positions means flat", ((reconciling, "unanswered"),), _no_answer_is_flat,
           families=("questions",)),
    Mutant("19", "a cut page counts as whole", ((reconciling, "answered"),), _part_is_whole, families=("questions",)),
    Mutant("20", "an older answer lowers what is filled", _REPORTED, _older_wins, families=("stale", "order")),
    Mutant("21", "fees are not booked (freqtrade #4882)", ((bookings, "_book"),), _without_fees),
    Mutant("23", "cash is added up in floats", ((bookings, "_book"),), _with_floats),
)  # fmt: skip
