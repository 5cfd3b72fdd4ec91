"""The keeper of deployments: each look brings what their sessions do nearer to what is wanted of them.

This file decides how nothing is doubled wherever a keeper dies, and however many look at once. The id of a session is
written into the deployment before anything is made under it; a session of an id can be made once, and traded by one
process. Whoever starts a trader has written that down before, with the moment: a second keeper finds the row changed
and leaves it. So whatever is done twice is done to the same session, where it has no effect.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Protocol

from tradewright.application.deployments.handlers import reference_to
from tradewright.application.trading.choosing import plain
from tradewright.application.trading.messages import StartSession
from tradewright.domain.calendars import DAY, date_from_days
from tradewright.domain.errors import Conflict, TradewrightError
from tradewright.ports.deployments import Deployment, Deployments, Wanted
from tradewright.ports.kill import KillNote
from tradewright.ports.randomness import Randomness
from tradewright.ports.sessions import KeptSession, SessionLife

SECOND: Final = 1_000_000_000
MOST_RESTARTS: Final = 6
"""In a row; then somebody has to look."""
LONGEST_PAUSE_NS: Final = 300 * SECOND
CALM_NS: Final = 600 * SECOND
"""A session that ran so long has its restarts forgotten."""
GRACE_NS: Final = 5 * SECOND
"""So long another keeper is left to finish what it has announced."""
ASKS_EVERY_NS: Final = 5 * SECOND
LONGEST_PROBLEM: Final = 600
PAUSED: Final = "paused"
SIGNALED: Final = "signal "
"""Begins the reason of a session that the system ended, as when a machine is restarted: nobody wanted it to stop."""
_log = logging.getLogger("tradewright.deployments")


class Hands(Protocol):
    """What a keeper does to sessions."""

    def find(self, session: str) -> KeptSession | None:
        """A session by its whole id; None where there is none."""
        ...

    def killed(self, account: str) -> KillNote | None:
        """By whom the account is shut."""
        ...

    def next_day(self, account: str) -> str:
        """The first day that no session of the account has reached, ISO; empty: any."""
        ...

    def create(self, wish: StartSession, who: str) -> None:
        """Prove and make a session; what stops it is raised."""
        ...

    def reopen(self, session: str, who: str) -> None:
        """Let one that ended go on; what stops it is raised."""
        ...

    def spawn(self, kept: KeptSession) -> None:
        """Start a trader for it, and do not wait; one for a session that is traded ends by itself."""
        ...

    def is_starting(self, session: str) -> bool:
        """Whether a trader that these hands started for it lives, and may not have taken its session yet."""
        ...

    def strategy(self, session: str) -> tuple[str, str]:
        """How the strategy of a running session stands, and why; empty where it does not answer."""
        ...

    def pause(self, session: str, reason: str, *, who: str) -> None:
        """Let its strategy make no more orders."""
        ...

    def resume(self, session: str, reason: str, *, who: str) -> None:
        """Let it trade again."""
        ...

    def stop(self, session: str, reason: str, *, who: str) -> None:
        """End it in good order."""
        ...


@dataclass(slots=True)
class Keeper:
    """Looks at the deployments of one mode."""

    deployments: Deployments
    hands: Hands
    randomness: Randomness
    mode: str
    place: str = "here"
    """Small letters that name the state folder in which these sessions lie: where several machines share a database,
    each keeps its own."""
    _own: dict[str, int] = field(default_factory=dict)
    """Session -> the change of its row that this keeper made; it need not wait for itself."""
    _asked: dict[str, int] = field(default_factory=dict)

    def step(self, now_ns: int) -> None:
        """One look at all of them; what goes wrong with one is told with it."""
        for one in self.deployments.all():
            if one.mode != self.mode:
                continue
            try:
                self._look(one, now_ns)
            except Conflict as raced:
                _log.info("deployment %s: %s", one.id, raced)
            except TradewrightError as problem:
                _log.warning("deployment %s: %s", one.id, problem)
                self._tell(one, str(problem))

    def _look(self, one: Deployment, now_ns: int) -> None:
        kept = self.hands.find(one.session) if one.session else None
        if one.wanted is Wanted.STOPPED:
            self._stop(one, kept, now_ns)
            return
        if kept is not None and kept.life is SessionLife.RUNNING:
            self._attend(one, now_ns)
            return
        note = self.hands.killed(one.account)
        if note is not None:
            told = f"account {one.account} is killed by {note.who or 'nobody named'}: {note.reason}"
            self._tell(one, told)
            return
        if kept is None:
            self._begin(one, now_ns)
        elif kept.life is SessionLife.STARTING:
            self._launch(one, kept, now_ns=now_ns)
        elif kept.life is SessionLife.CRASHED:
            self._again(one, kept, "its trader is gone", now_ns=now_ns)
        elif kept.life is SessionLife.STOPPED:
            self._ended(one, kept, now_ns)
        else:
            self._failed(one, kept, now_ns)

    def _begin(self, one: Deployment, now_ns: int) -> None:
        """Announce the session's id, then make it."""
        if one.session and f"-{self.place}-" not in one.session:
            return  # it lies on another machine, which keeps it
        if one.restarts > MOST_RESTARTS or now_ns < _due_ns(one):
            return
        if not one.session:
            day = date_from_days(now_ns // DAY)
            name = f"{day:%Y%m%d}-{plain(one.strategy)[:24]}-{self.place}-{self.randomness.token(8)}"
            one = self._changed(replace(one, session=name), one, now_ns=now_ns)
            self._own[name] = one.changed_ns
        elif self._own.get(one.session) != one.changed_ns and now_ns - one.changed_ns < GRACE_NS:
            return
        try:
            self.hands.create(self._wish(one), one.created_by)
        except TradewrightError as problem:
            if self.hands.find(one.session) is None:
                self._counted(one, str(problem), now_ns=now_ns)
                return
        kept = self.hands.find(one.session)
        if kept is not None and kept.life is SessionLife.STARTING:
            self._launch(one, kept, now_ns=now_ns)

    def _wish(self, one: Deployment) -> StartSession:
        feed = one.feed
        return StartSession(
            session=one.session,
            strategy=reference_to(one),
            symbols=one.symbols,
            account=one.account,
            parameters=one.parameters,
            feed=feed.get("feed", "replay"),
            first=max(feed.get("first", ""), self.hands.next_day(one.account)),
            last=feed.get("last", ""),
            speed=feed.get("speed", "max"),
            interval=feed.get("interval", "1d"),
            sizing=feed.get("sizing", ""),
        )

    def _launch(self, one: Deployment, kept: KeptSession, *, now_ns: int) -> None:
        """Start a trader, unless one was started by us or is being started by another keeper."""
        session = kept.terms.session
        if self.hands.is_starting(session):
            return
        if self._own.get(session) != one.changed_ns and now_ns - one.changed_ns < GRACE_NS:
            return
        self.hands.spawn(kept)
        _log.info("deployment %s: a trader for session %s is started", one.id, session)

    def _again(self, one: Deployment, kept: KeptSession, why: str, *, now_ns: int) -> None:
        """Go on with a session that ended and was not to end (why it did), each time after a longer pause; without a
        reason with one that somebody has started again."""
        session = kept.terms.session
        if self.hands.is_starting(session) or (why and now_ns < _due_ns(one)):
            return
        if why and self._own.get(session) != one.changed_ns and now_ns - one.changed_ns < GRACE_NS:
            return  # somebody has just changed the row: another keeper may be about to start a trader
        if why and one.restarts >= MOST_RESTARTS:
            told = (
                f"{why}; it was started again {one.restarts} times in a row and is left alone now: look at "
                f"{kept.folder}, then `tradewright live start {one.id}`"
            )
            self._tell(one, told)
            return
        counted = replace(one, restarts=one.restarts + 1, problem=f"{why}; started again") if why else one
        one = self._changed(counted, one, now_ns=now_ns)
        self._own[session] = one.changed_ns
        self.hands.reopen(session, one.created_by)
        self.hands.spawn(kept)
        _log.warning("deployment %s: %s; session %s goes on (%d)", one.id, why or "as asked", session, one.restarts)

    def _ended(self, one: Deployment, kept: KeptSession, now_ns: int) -> None:
        reason = kept.end.reason if kept.end else ""
        if reason.startswith(SIGNALED):
            self._again(one, kept, f"its session was ended by {reason}", now_ns=now_ns)
        elif kept.end is None or kept.end.time_ns <= one.changed_ns:
            self._again(one, kept, "", now_ns=now_ns)
        else:
            told = f"its session has ended: {reason}"
            self._changed(replace(one, wanted=Wanted.STOPPED, problem=told[:LONGEST_PROBLEM]), one, now_ns=now_ns)
            _log.warning("deployment %s: %s", one.id, told)

    def _failed(self, one: Deployment, kept: KeptSession, now_ns: int) -> None:
        """One that never began is left as it is; a new one is tried, under a new id."""
        end = kept.end
        why = (
            "its session cannot be used" if end is None else f"{end.reason}; {end.remedy}" if end.remedy else end.reason
        )
        if kept.life is SessionLife.DAMAGED:
            self._tell(one, why)
            return
        self._counted(replace(one, session=""), why, now_ns=now_ns, was=one)

    def _attend(self, one: Deployment, now_ns: int) -> None:
        """A session that runs: is its strategy as it is wanted?"""
        if one.restarts and now_ns - one.changed_ns > CALM_NS:
            one = self._changed(replace(one, restarts=0), one, now_ns=now_ns)
        if now_ns - self._asked.get(one.id, 0) < ASKS_EVERY_NS and self._asked.get(one.session) == one.changed_ns:
            return
        self._asked[one.id], self._asked[one.session] = now_ns, one.changed_ns
        stands, why = self.hands.strategy(one.session)
        if not stands:
            return
        ours, problem = f"deployment {one.id}", ""
        if one.wanted is Wanted.PAUSED and stands not in {PAUSED, "stopped"}:
            self.hands.pause(one.session, ours, who=one.created_by)
        elif one.wanted is Wanted.RUNNING and stands == PAUSED and ours in why:
            self.hands.resume(one.session, ours, who=one.created_by)
        elif one.wanted is Wanted.RUNNING and stands not in {"running", "starting"}:
            problem = f"its strategy is {stands}: {why or 'no reason was given'}"
        note = self.hands.killed(one.account)
        if note is not None:
            problem = f"account {one.account} is killed by {note.who or 'nobody named'}: {note.reason}"
        self._tell(one, problem)

    def _stop(self, one: Deployment, kept: KeptSession | None, now_ns: int) -> None:
        if kept is None or kept.life is not SessionLife.RUNNING:
            return
        if now_ns - self._asked.get(one.id, 0) < ASKS_EVERY_NS and self._asked.get(one.session) == one.changed_ns:
            return
        self._asked[one.id], self._asked[one.session] = now_ns, one.changed_ns
        self.hands.stop(one.session, f"deployment {one.id}", who=one.created_by)

    def _counted(self, one: Deployment, why: str, *, now_ns: int, was: Deployment | None = None) -> None:
        """A start that came to nothing."""
        more = "" if one.restarts < MOST_RESTARTS else f"; it is left alone now: `tradewright live start {one.id}`"
        told = f"{why[: LONGEST_PROBLEM - len(more)]}{more}"
        changed = self._changed(replace(one, restarts=one.restarts + 1, problem=told), was or one, now_ns=now_ns)
        if changed.session:
            self._own[changed.session] = changed.changed_ns

    def _tell(self, one: Deployment, problem: str) -> None:
        """Without another moment: what is told delays nothing."""
        told = problem[:LONGEST_PROBLEM]
        if told != one.problem:
            with suppress(Conflict):  # the next look tells it of the row as it is by then
                self.deployments.change(replace(one, problem=told), was_ns=one.changed_ns)

    def _changed(self, one: Deployment, was: Deployment, *, now_ns: int) -> Deployment:
        """Write it down, or Conflict where somebody else has meanwhile."""
        changed = replace(one, changed_ns=max(now_ns, was.changed_ns + 1))
        self.deployments.change(changed, was_ns=was.changed_ns)
        return changed


def _due_ns(one: Deployment) -> int:
    """When it may be started again."""
    pause_ns = min(LONGEST_PAUSE_NS, SECOND << min(one.restarts - 1, 20)) if one.restarts else 0
    return one.changed_ns + pause_ns


def next_day_after(reached_ns: int) -> str:
    """The day after a moment, ISO; empty for none."""
    if not reached_ns:
        return ""
    day: date = date_from_days(reached_ns // DAY + 1)
    return day.isoformat()
