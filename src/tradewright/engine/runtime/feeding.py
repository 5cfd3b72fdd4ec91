"""One indicator for each instrument behind one name: it answers for the instrument of the bar being handled."""

from typing import Any, Protocol


class _Standing(Protocol):
    column: int


class PerInstrument:
    """Passes every question on to the instance of the current instrument."""

    __slots__ = ("_context", "_each")

    def __init__(self, context: _Standing, each: list[Any]) -> None:
        object.__setattr__(self, "_context", context)
        object.__setattr__(self, "_each", each)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._each[self._context.column], name)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} belongs to an indicator; it is set by feeding bars")
