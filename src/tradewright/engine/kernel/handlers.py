"""A strategy's handlers as the loops call them: machine code of one signature, or the class itself as plain Python."""

from collections.abc import Callable
from functools import cache
from typing import Any

from tradewright.domain.errors import StrategyError, TradewrightError
from tradewright.domain.matching.tick_layout import Desk
from tradewright.engine.dialect.building import DESK, VIEWS, Built, machine_code
from tradewright.engine.kernel import tick_loop
from tradewright.lazy import load
from tradewright.quant.compiled import compiler
from tradewright.trading.strategies.compiled import CompiledStrategy

Handler = Callable[..., int]
WHOLE = frozenset({"kind", "time", "instrument", "side", "order"})
"""What is a whole number of a view; all else is a float."""


class PlainView:
    """What has happened, as a handler in plain Python reads it; the same object each time."""

    __slots__ = ("ask", "ask_quantity", "close", "high", "instrument", "kind", "low", "open", "order", "price",
                 "quantity", "remaining", "side", "time", "volume")  # fmt: skip
    kind: int
    time: int
    instrument: int
    price: float
    quantity: float
    side: int
    ask: float
    ask_quantity: float


class PlainDesk:
    """The desk's functions as methods, for a handler in plain Python."""

    def __init__(self, desk: Desk) -> None:
        for name, function in DESK.items():
            setattr(self, name, _bound(function, desk))


def _bound(function: Callable[..., Any], desk: Desk) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        return function(desk, *arguments, **named)

    return call


def interpreted_handler(strategy: CompiledStrategy, name: str, *, desk: PlainDesk) -> Handler:
    """The class's own handler, called with the kernel's arguments."""
    view, fields = PlainView(), VIEWS[name]
    if not type(strategy).handles(name):
        return _nothing
    own = getattr(strategy, name)
    if name == "on_tick":
        return _on_tick(own, view, desk)

    def call(_reals: Any, _wholes: Any, *values: Any) -> int:
        for field, value in zip(fields, values[1:], strict=True):
            setattr(view, field, value)
        own(desk, view)
        return 0

    return call


def _on_tick(own: Callable[..., Any], view: PlainView, desk: PlainDesk) -> Handler:
    """Written out, because it is called for every event: a loop over the fields takes three times as long."""

    def call(_reals: Any, _wholes: Any, *values: Any) -> int:
        (
            _, view.kind, view.time, view.instrument, view.price, view.quantity, view.side, view.ask, view.ask_quantity,
        ) = values  # fmt: skip
        own(desk, view)
        return 0

    return call


def _nothing(*_values: Any) -> int:
    return 0


def compiled_handler(built: Built, name: str, *, desk_type: Any) -> Any:
    """The handler as machine code; of one that the class has not written, code that does nothing."""
    signature = signature_of(name, desk_type)
    if name in built.handlers:
        return machine_code(built, name, signature=signature)
    return _idle(name, signature)


@cache
def _idle(name: str, signature: Any) -> Any:
    count = 3 + len(VIEWS[name])
    idle = {9: tick_loop.idle_of_six, 11: tick_loop.idle_of_eight}[count]
    return compiler().njit(signature, cache=True, nogil=True, error_model="python", _nrt=False)(idle)


def signature_of(name: str, desk_type: Any) -> Any:
    """What every handler of that name takes and gives, in the compiler's words."""
    types = load("numba.core.types")
    fields = [types.int64 if field in WHOLE else types.float64 for field in VIEWS[name]]
    memory = [types.Array(types.float64, 1, "C"), types.Array(types.int64, 1, "C")]
    return types.int64(*memory, desk_type, *fields)


def raised(strategy: CompiledStrategy, problem: Exception, *, where: str) -> StrategyError:
    """What a handler has raised, as a StrategyError with the moment."""
    if isinstance(problem, TradewrightError):
        raise problem
    return StrategyError(
        f"{type(strategy).__name__} raised {type(problem).__name__} at {where}",
        found=str(problem),
        remedy='engine="runtime" shows the line',
    )
