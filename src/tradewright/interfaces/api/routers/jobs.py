"""Routes of jobs: what is done at its time, and the queue of long work."""

from typing import Any, Final

from tradewright.application.jobs.messages import CancelJob, JobList, JobShown, QueueState
from tradewright.application.jobs.views import JobPage, JobView, QueueView
from tradewright.application.schedules.messages import (
    AddSchedule,
    ChangeSchedule,
    PauseSchedule,
    RemoveSchedule,
    ResumeSchedule,
    ScheduleList,
    ScheduleShown,
    TriggerSchedule,
)
from tradewright.application.schedules.views import ScheduleDetails, ScheduleView
from tradewright.interfaces.api import following
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import CURSOR
from tradewright.interfaces.api.schemas.values import choice_kind, text_kind, whole_kind
from tradewright.ports.jobs import JobLife

GROUP: Final = "scheduler"
SCHEDULE: Final[Any] = text_kind(64, pattern=r"^[a-z][a-z0-9_]*$", shortest=1)
JOB: Final[Any] = text_kind(64, pattern=r"^[a-z0-9]+$", shortest=1)
KIND: Final[Any] = text_kind(64, pattern=r"^[a-z0-9_]*$")
_LIVES: Final[Any] = choice_kind(("", *(one.value for one in JobLife)))
_OF_SCHEDULE: Final = {"schedule": SCHEDULE, "limit": whole_kind(1, 1_000, is_text=True)}
_TIMES: Final = {
    "schedule": SCHEDULE, "rule": text_kind(200), "timezone": text_kind(64), "grace_s": whole_kind(0, 864_000),
    "title": text_kind(200), "after": text_kind(64, pattern=r"^[a-z0-9_]*$"),
}  # fmt: skip
_SCHEDULE: Final = {"id": "schedule"}
_JOB: Final = {"id": "job"}
_COMPACTION: Final = Example(path={"id": "store_compaction"})
_QUEUED: Final = Example(path={"id": "3f2a9c41b7d0e865"})


ASKS: Final = (
    Ask(
        method="GET", path="/jobs", message=ScheduleList, answer=tuple[ScheduleView, ...], group=GROUP,
        summary="List what is done at its time, with its next and its last moment",
    ),
    Ask(
        method="POST", path="/jobs", names=_SCHEDULE, message=AddSchedule, answer=ScheduleView, group=GROUP,
        status=201, summary="Let something be done again and again", kinds={**_TIMES, "does": KIND},
        example=Example(
            body={
                "id": "nightly_trend", "does": "backtest", "rule": "XNYS close+1h",
                "wishes": {"strategy": "moving_average", "symbols": ["AAPL"], "parameters": {"fast": 20, "slow": 50}},
            }
        ),
    ),
    Ask(
        method="GET", path="/jobs/queue", message=JobList, answer=JobPage, group=GROUP,
        summary="List long work, newest first: what waits, what is at work, what came of it",
        kinds={"kind": KIND, "life": _LIVES, "limit": whole_kind(1, 1_000, is_text=True), "cursor": CURSOR},
        example=Example(query={"limit": "10"}),
    ),
    Ask(
        method="GET", path="/jobs/waiting", message=QueueState, answer=QueueView, group=GROUP,
        summary="Tell how many jobs wait, by kind",
    ),
    Ask(
        method="GET", path="/jobs/queue/{id}", names=_JOB, message=JobShown, answer=JobView, group=GROUP,
        summary="Show one piece of long work", kinds={"job": JOB}, example=_QUEUED,
    ),
    Ask(
        method="GET", path="/jobs/queue/{id}/progress", names=_JOB, message=JobShown, answer=JobView, group=GROUP,
        summary="Tell how far it is; as text/event-stream, until it is over", kinds={"job": JOB}, is_followed=True,
        media=(following.MEDIA,), example=_QUEUED,
    ),
    Ask(
        method="DELETE", path="/jobs/queue/{id}", names=_JOB, message=CancelJob, answer=JobView, group=GROUP,
        summary="Call it off", kinds={"job": JOB}, example=_QUEUED,
    ),
    Ask(
        method="GET", path="/jobs/{id}", names=_SCHEDULE, message=ScheduleShown, answer=ScheduleDetails, group=GROUP,
        summary="Show one with its last firings", kinds=_OF_SCHEDULE, example=_COMPACTION,
    ),
    Ask(
        method="PATCH", path="/jobs/{id}", names=_SCHEDULE, message=ChangeSchedule, answer=ScheduleView, group=GROUP,
        summary="Let it come at other times", kinds=_TIMES,
        example=Example(path={"id": "store_compaction"}, body={"rule": "XNYS monthly close+2h"}),
    ),
    Ask(
        method="DELETE", path="/jobs/{id}", names=_SCHEDULE, message=RemoveSchedule, answer=ScheduleView, group=GROUP,
        summary="Let it come no more", kinds={"schedule": SCHEDULE}, example=Example(path={"id": "nightly_trend"}),
    ),
    Ask(
        method="POST", path="/jobs/{id}/trigger", names=_SCHEDULE, message=TriggerSchedule, answer=JobView,
        group=GROUP, status=202, summary="Do it now, with what follows it", kinds=_OF_SCHEDULE,
        also=("/jobs/{id}/trigger",), example=_COMPACTION,
    ),
    Ask(
        method="POST", path="/jobs/{id}/pause", names=_SCHEDULE, message=PauseSchedule, answer=ScheduleView,
        group=GROUP, summary="Let it rest until it is resumed", kinds=_OF_SCHEDULE, example=_COMPACTION,
    ),
    Ask(
        method="POST", path="/jobs/{id}/resume", names=_SCHEDULE, message=ResumeSchedule, answer=ScheduleView,
        group=GROUP, summary="Let it come again, from its next moment on", kinds=_OF_SCHEDULE, example=_COMPACTION,
    ),
)  # fmt: skip
