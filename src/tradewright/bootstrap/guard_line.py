"""A guard's line is a connection to the broker of its own: it asks what works, and cancels it.

This file decides when an account counts as cleared: two complete answers of the venue in a row in which nothing works
but what closes positions. No answer, or half of one, is no information; then it asks again. There is no way to send an
order by it: closing orders are `guard_flattening.py`'s.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tradewright.domain.errors import NotSent, TradewrightError
from tradewright.domain.identifiers import ClientOrderId
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskOpenOrders,
    Broker,
    BrokerEvent,
    CancelEverything,
    CancelOrder,
    Connected,
    Disconnected,
    OpenOrdersAnswer,
    OrderReport,
    ReportedLife,
)

LOCK: Final = "guard.lock"
"""The file in a session's folder whose holder guards it."""
ANSWER_S: Final = 1.0
CONNECT_S: Final = 3.0
LOOKS: Final = 2
"""Complete answers in a row that must be clean."""
_AGAIN_S: Final = (0.0, 0.05, 0.1, 0.25)
_Answer = TypeVar("_Answer", OpenOrdersAnswer, AccountAnswer)


@dataclass(slots=True)
class Line:
    """The connection; opened when it is needed or `open` is called, and by itself again after it was lost."""

    broker: Broker
    is_connected: bool = field(default=False, init=False)
    problem: str = field(default="", init=False)
    """Why there is none."""
    canceled: set[str] = field(default_factory=set, init=False)
    """Venue order ids of what was told to be canceled since the connection stands, whoever wanted it."""
    _is_open: bool = field(default=False, init=False)
    _opening: "asyncio.Task[None] | None" = field(default=None, init=False)
    _number: int = field(default=0, init=False)
    _waiting: dict[int, "asyncio.Future[OpenOrdersAnswer | AccountAnswer]"] = field(default_factory=dict, init=False)

    async def open(self) -> bool:
        """Connect where that was not done; whether there is a connection now."""
        self.begin()
        if self._opening is not None:
            await asyncio.shield(self._opening)
        return self.is_connected

    def begin(self) -> None:
        """Begin to connect where that was not done, without waiting for it."""
        if not self._is_open and (self._opening is None or self._opening.done()):
            self._opening = asyncio.get_running_loop().create_task(self._connect(), name="guard's line")

    async def close(self) -> None:
        """Close the connection; what works, works on."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        await self.broker.close()

    async def orders(self) -> tuple[OrderReport, ...] | None:
        """Everything that works for the account; None where that could not be learned."""
        answer = await self._asked(AskOpenOrders(self._next()), OpenOrdersAnswer)
        return answer.reports if answer is not None and answer.is_complete else None

    async def account(self) -> AccountAnswer | None:
        """What is held; None where that could not be learned."""
        answer = await self._asked(AskAccount(self._next()), AccountAnswer)
        return answer if answer is not None and answer.is_complete and answer.is_quiet else None

    def cancel_everything(self, *, keeps_protection: bool) -> None:
        """Hand the wish over; what comes of it is asked afterwards."""
        self._tell(CancelEverything(keeps_protection))

    def cancel(self, report: OrderReport) -> None:
        """The same for one order, by either of its ids."""
        order = report.client_order_id or ClientOrderId(report.venue_order_id)
        self._tell(CancelOrder(order, report.request.instrument, report.venue_order_id))

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self.broker.connect(self._hear)
            self._is_open = True
        except (TradewrightError, OSError, TimeoutError) as problem:
            self.problem = str(problem) or "the broker does not answer"

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _asked(self, question: AskOpenOrders | AskAccount, kind: type[_Answer]) -> _Answer | None:
        if not await self.open():
            return None
        answered = self._waiting[question.number] = asyncio.get_running_loop().create_future()
        try:
            self._tell(question)
            async with asyncio.timeout(ANSWER_S):
                answer = await answered
        except TimeoutError:
            self.problem = f"the venue has not answered within {ANSWER_S:g} s"
            return None
        finally:
            self._waiting.pop(question.number, None)
        return answer if isinstance(answer, kind) else None

    def _tell(self, command: AskOpenOrders | AskAccount | CancelEverything | CancelOrder) -> None:
        try:
            self.broker.enqueue(command)
        except NotSent as proven:
            self.problem = str(proven)

    def _hear(self, event: BrokerEvent) -> None:
        match event:
            case Connected():
                self.is_connected, self.problem = True, ""
            case Disconnected(reason):
                self.is_connected, self.problem = False, reason
            case OrderReport(life=ReportedLife.CANCELED):
                self.canceled.add(event.venue_order_id)
            case OpenOrdersAnswer() | AccountAnswer():
                waiting = self._waiting.get(event.number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(event)


@dataclass(slots=True)
class Clearing:
    """One clearing of an account, round by round until it is proven."""

    line: Line
    keeps_protection: bool = True
    rounds: int = field(default=0, init=False)
    kept: tuple[OrderReport, ...] = field(default=(), init=False)
    """What works on."""
    _clean: int = field(default=0, init=False)
    _before: int = field(default=0, init=False)

    @property
    def canceled(self) -> int:
        """Orders that were told to be canceled since it began."""
        return len(self.line.canceled) - self._before

    @property
    def is_proven(self) -> bool:
        """True once nothing works that should not."""
        return self._clean >= LOOKS

    async def round(self) -> None:
        """Cancel, then look; the first round cancels without having looked, because nothing is lost by it."""
        if self.rounds == 0 and await self.line.open():
            self._before = len(self.line.canceled)
            self.line.cancel_everything(keeps_protection=self.keeps_protection)
        self.rounds += 1
        working = await self.line.orders()
        if working is None:
            self._clean = 0
            return
        wrong = [one for one in working if not (self.keeps_protection and one.request.reduces_only)]
        self.kept = tuple(one for one in working if one not in wrong)
        self._clean = 0 if wrong else self._clean + 1
        if wrong:
            self.line.cancel_everything(keeps_protection=self.keeps_protection)
        for report in wrong:
            self.line.cancel(report)

    def again(self) -> None:
        """Prove it once more by the next round's look."""
        self._clean = min(self._clean, LOOKS - 1)

    async def until_proven(self, within_s: float) -> bool:
        """Rounds until it is proven, or until the time is over."""
        try:
            async with asyncio.timeout(within_s):
                while not self.is_proven:
                    await self.round()
                    await asyncio.sleep(self.pause_s)
        except TimeoutError:
            return False
        return True

    @property
    def pause_s(self) -> float:
        """Until the next round: short at first."""
        return 0.0 if self.is_proven else _AGAIN_S[min(self.rounds, len(_AGAIN_S) - 1)]

    def __str__(self) -> str:
        if not self.is_proven:
            return f"what works could not be proven to be canceled ({self.line.problem or 'the venue still shows it'})"
        return f"{len(self.kept)} orders that protect work on" if self.kept else "nothing works any more"
