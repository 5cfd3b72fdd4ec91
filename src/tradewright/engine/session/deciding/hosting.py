"""Hosting is what happens to the strategy itself: it is ready, or it raised, blocked, ate memory, died.

This file decides the quarantine: what could open a position is canceled, protection stays, the session lives on.
"""

from tradewright.engine.session import facts
from tradewright.engine.session.deciding.commanding import cancel_entries
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.market import shown_of
from tradewright.engine.session.effects import Acknowledge, CloseHost, Show
from tradewright.engine.session.facts import StrategyLife
from tradewright.ports.hosts import HostFailed, HostReady, HostTrouble


def ready(desk: Desk, given: HostReady) -> Outcomes:
    """The strategy is loaded; the slice that waits is shown to it."""
    state, memory = desk.state, desk.memory
    agreed = state.terms.strategy.code
    if agreed and given.code != agreed:
        story = f"its code is {given.code}, the session began with {agreed}: undo the edit, or start a new session"
        yield from failed(desk, HostFailed(HostTrouble.REFUSED, 0, story))
        return
    memory.host = given
    if state.life is StrategyLife.STARTING:
        name = state.terms.strategy_name
        yield facts.StrategyLifeChanged(desk.now_ns, name, StrategyLife.RUNNING, "session", "the strategy is loaded")
    shown = memory.shown
    if (
        shown is not None
        and shown.number == state.slice > state.answered
        and state.life is not StrategyLife.QUARANTINED
    ):
        yield Show(shown_of(desk, shown))


def failed(desk: Desk, given: HostFailed) -> Outcomes:
    """Quarantine; the market goes on without it."""
    state, memory = desk.state, desk.memory
    memory.host = None
    if state.life not in {StrategyLife.QUARANTINED, StrategyLife.STOPPED}:
        name = state.terms.strategy_name
        reason = f"{given.trouble.value}: {given.story}"
        yield facts.StrategyLifeChanged(desk.now_ns, name, StrategyLife.QUARANTINED, "session", reason)
        yield from desk.incident("STRATEGY_FAILED", name, story=reason)
        yield from cancel_entries(desk, who="session", reason="the strategy is in quarantine")
        yield CloseHost(reason)
    if memory.shown is not None:
        yield Acknowledge(memory.shown.number)
