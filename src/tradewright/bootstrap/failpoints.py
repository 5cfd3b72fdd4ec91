"""A fail-point is a named place in a trader's life at which it can be told to die, so that it can be shown that it may.

This file decides which places there are, and how they are reached without a line in the engine: the session is given a
disk and a venue that count, and that end the process (SIGKILL, nothing is cleaned up) at the n-th time. Off by default:
then the session has the plain ones. Refused in live mode.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

from tradewright.adapters.disk.disk import RealDisk, RealFile
from tradewright.domain.errors import InputError
from tradewright.engine.runtime.journal.anchor import ANCHOR
from tradewright.engine.session.books import Places
from tradewright.engine.session.recording import NAME as RECORDING
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    Broker,
    BrokerEvent,
    BrokerTraits,
    Command,
    ReplaceOrder,
    Sink,
    SubmitOrder,
)
from tradewright.ports.feed import Feed, FeedSink, Subscription

VARIABLE: Final = "TRADEWRIGHT_FAIL_POINT"
"""Read once, by the trader's process: `send_after` or, for the third time it is reached, `send_after:3`."""
PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "journal_read": "the journal's segment is about to be read at the opening",
        "journal_unwritten": "records are about to be written",
        "journal_half_written": "half of the records' bytes are written",
        "journal_unsynced": "records are written and not synced",
        "journal_synced": "records are durable, their anchor is not written",
        "anchor_half_written": "half of the anchor is written",
        "anchor_unsynced": "the anchor is written and not synced",
        "promised": "the anchor is durable; nobody was told",
        "send_before": "an order's intent is durable, the order is about to be sent",
        "send_after": "the order was handed over, the session does not know it yet",
        "slice_unacknowledged": "a slice is dealt with, the feed is about to be told",
        "reconcile_asked": "the venue was asked for the account",
        "reconcile_answered": "the venue's answer is there, nothing is booked",
        "recording_half_written": "half of what the strategy was shown is recorded",
        "snapshot_half_written": "half of a snapshot is written",
        "snapshot_unrenamed": "a snapshot is durable under its unfinished name",
        "snapshot_renamed": "a snapshot has its name, which is not durable",
        "stop_begun": "the venue's connection is about to be closed",
        "stop_closed": "the venue's connection is closed; books are open",
    }
)
"""Every place by name, and what is true there."""


class Venue(Broker, Feed, Protocol):
    """Broker and feed over one connection."""


@dataclass(slots=True)
class FailPoint:
    """Where this process is to die."""

    name: str
    countdown: int = 1
    """It dies when it reaches the place for this time."""

    @classmethod
    def told(cls, text: str, *, mode: str) -> "FailPoint | None":
        """From the variable's text; None where it is empty. InputError for what it cannot mean, and in live mode."""
        if not text:
            return None
        name, _, number = text.partition(":")
        if mode == "live":
            raise InputError(
                f"{VARIABLE} is set for live trading", expected="no fail-point where money is real", found=text,
                remedy=f"unset {VARIABLE}",
            )  # fmt: skip
        if name not in PLACES or not (number or "1").isdecimal() or int(number or "1") < 1:
            raise InputError(
                f"{VARIABLE} cannot be used",
                expected=f"one of {', '.join(PLACES)}; then, if you like, a colon and a number from 1",
                found=text,
                remedy=f"unset {VARIABLE}, or correct it",
            )
        return cls(name, int(number or "1"))

    def reach(self, name: str) -> None:
        """Die, where it is the place and the time."""
        if name == self.name:
            self.countdown -= 1
            if self.countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def places(self, plain: Places) -> Places:
        """The session's folders on disks that die."""
        assert isinstance(plain.journal, RealDisk), "fail-points are for disks of the machine"
        assert isinstance(plain.session, RealDisk), "fail-points are for disks of the machine"
        return replace(plain, journal=DyingDisk(plain.journal.root, self), session=DyingDisk(plain.session.root, self))

    def venue(self, plain: Venue) -> "DyingVenue":
        """The venue behind a connection that dies."""
        return DyingVenue(plain, self)


@dataclass
class DyingFile(RealFile):
    """A file of the machine, at whose writes and syncs the process may die."""

    point: FailPoint
    kind: str
    """journal, anchor, recording or snapshot."""

    def write(self, offset: int, content: bytes) -> None:
        """Die before, half-way or after."""
        self.point.reach(f"{self.kind}_unwritten")
        if self.point.name == f"{self.kind}_half_written":
            super().write(offset, content[: len(content) // 2])
            self.point.reach(f"{self.kind}_half_written")
        super().write(offset, content)
        self.point.reach(f"{self.kind}_unsynced")

    def sync(self) -> None:
        """Die after."""
        super().sync()
        self.point.reach("promised" if self.kind == "anchor" else f"{self.kind}_synced")


@dataclass(frozen=True)
class DyingDisk(RealDisk):
    """A folder of the machine, at whose steps the process may die."""

    point: FailPoint

    def open(self, path: str, *, create: bool = False) -> RealFile:
        """Open; heart-beats and locks stay as they are."""
        file, kind = super().open(path, create=create), _kind(path)
        return DyingFile(file.path, file.descriptor, self.point, kind) if kind else file

    def read(self, path: str) -> bytes:
        """Die before a segment is read."""
        if _kind(path) == "journal":
            self.point.reach("journal_read")
        return super().read(path)

    def rename(self, path: str, target: str) -> None:
        """Die before and after a snapshot gets its name."""
        kind = _kind(target)
        self.point.reach(f"{kind}_unrenamed")
        super().rename(path, target)
        self.point.reach(f"{kind}_renamed")


def _kind(path: str) -> str:
    if path.startswith("segment-"):
        return "journal"
    if path == ANCHOR:
        return "anchor"
    if path == RECORDING:
        return "recording"
    return "snapshot" if path.startswith("snapshot-") else ""


@dataclass(frozen=True, slots=True)
class DyingVenue:
    """Broker and feed at whose steps the process may die."""

    plain: Venue
    point: FailPoint

    @property
    def traits(self) -> BrokerTraits:
        """The venue's."""
        return self.plain.traits

    async def connect(self, sink: Sink) -> None:
        """Die at the answer to a reconciliation, before the session hears it."""

        def heard(event: BrokerEvent) -> None:
            if isinstance(event, AccountAnswer):
                self.point.reach("reconcile_answered")
            sink(event)

        await self.plain.connect(heard)

    def enqueue(self, command: Command) -> None:
        """Die before and after an order is handed over, and after a question."""
        is_order = isinstance(command, SubmitOrder | ReplaceOrder)
        if is_order:
            self.point.reach("send_before")
        self.plain.enqueue(command)
        if is_order:
            self.point.reach("send_after")
        if isinstance(command, AskAccount):
            self.point.reach("reconcile_asked")

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """As it is."""
        await self.plain.subscribe(wanted, sink)

    def acknowledge(self, number: int) -> None:
        """Die before the feed is told."""
        self.point.reach("slice_unacknowledged")
        self.plain.acknowledge(number)

    async def close(self) -> None:
        """Die before and after."""
        self.point.reach("stop_begun")
        await self.plain.close()
        self.point.reach("stop_closed")
