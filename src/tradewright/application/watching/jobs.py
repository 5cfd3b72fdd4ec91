"""Watching jobs: whoever asked for long work sees how far it is.

This file decides that the counter of changes is asked, as often as somebody watches, and that what happened before is
told as far as it is not over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tradewright.application.jobs.views import JobView, job_view
from tradewright.application.watching.news import News, is_backtest
from tradewright.ports.jobs import JobQueue

AT_ONCE: Final = 500


@dataclass(slots=True)
class JobsWatch:
    """Watches the queue; `step` tells what changed."""

    jobs: JobQueue
    _after: int = 0
    _has_begun: bool = False
    _running: dict[str, JobView] = field(default_factory=dict)
    """Jobs that are not over."""

    def step(self) -> Iterator[News]:
        """Jobs that changed since the last step; at the first, those that are not over."""
        while found := self.jobs.changed(self._after, limit=AT_ONCE):
            for job in found:
                view = job_view(job)
                self._keep(view)
                if self._has_begun:
                    yield from _told(view)
            self._after = found[-1].change
            if len(found) < AT_ONCE:
                break
        if not self._has_begun:
            self._has_begun = True
            yield from self.whole()

    def whole(self) -> Iterator[News]:
        """Every job that is not over."""
        for view in self._running.values():
            yield from _told(view)

    def _keep(self, view: JobView) -> None:
        if view.is_final:
            self._running.pop(view.id, None)
        else:
            self._running[view.id] = view


def _told(view: JobView) -> Iterator[News]:
    yield "jobs", view
    if is_backtest(view):
        yield "backtests", view
