"""Timers ring by name after a span of monotonic time; what a session waits for is never a wall clock's business."""

from collections.abc import Callable
from typing import Final, Protocol

from tradewright.engine.session.inputs import TimerRang

_SECOND_NS: Final = 1_000_000_000


class Handle(Protocol):
    """What a call in the future can be taken back by."""

    def cancel(self) -> None:
        """Do not call."""
        ...


CallLater = Callable[[float, Callable[[], None]], Handle]
"""`loop.call_later`: so many seconds from now, this."""


class Timers:
    """The timers that a core has set. One that is set again under its name replaces the one before, even one that has
    rung and waits in the inbox."""

    __slots__ = ("_call_later", "_handles", "_rang", "_ring")

    def __init__(self, call_later: CallLater, ring: Callable[[TimerRang], None]) -> None:
        self._call_later, self._ring = call_later, ring
        self._handles: dict[str, Handle] = {}
        self._rang: dict[str, TimerRang] = {}

    def set(self, name: str, *, after_ns: int) -> None:
        """Ring after so long; at once for 0 or less."""
        self._rang.pop(name, None)
        if (before := self._handles.pop(name, None)) is not None:
            before.cancel()
        self._handles[name] = self._call_later(max(0, after_ns) / _SECOND_NS, lambda: self._run_out(name))

    def _run_out(self, name: str) -> None:
        del self._handles[name]
        self._rang[name] = rang = TimerRang(name)
        self._ring(rang)

    def admits(self, rang: TimerRang) -> bool:
        """Whether a ring that is taken up now still counts; asked once for each."""
        if self._rang.get(rang.name) is not rang:
            return False
        del self._rang[rang.name]
        return True

    def clear(self) -> None:
        """No timer rings any more."""
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()
        self._rang.clear()
