"""The hub spreads news over the clients of this server: it numbers them, remembers states, and finds who may hear what.

This file decides how somebody who comes back goes on. Every piece of news has the next number of this hub's stream. Who
says the stream and the last number gets what came since, while it is remembered; anybody else gets a snapshot: the
newest of every state (of happenings the last thousand), followed by what comes from then on. Nothing falls between.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from typing import Final

from tradewright.application.messages import Actor
from tradewright.application.watching.news import TOPICS, News, NewsTopic, is_final, is_for, is_wanted
from tradewright.interfaces.api.schemas.told import Telling
from tradewright.interfaces.stream.outbox import Outbox, Parcel
from tradewright.interfaces.stream.terms import FRAME_BYTES, StreamTerms
from tradewright.interfaces.stream.words import frame

SPREAD_WITHIN_S: Final = 5.0
"""How long the newsroom waits for the event loop before it hands on more."""
_POINTER: Final = 8
_FRAME_WORDS: Final = 40
"""Letters of a snapshot's frame beside its head and its items."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news."""

    seq: int
    topic: str
    key: tuple[str, ...]
    event: object
    data: bytes
    """The event as JSON."""
    part: Parcel
    """As it stands in a frame of events."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a client wants to hear of a topic."""

    topic: str
    wishes: Mapping[str, str]

    def is_of(self, item: Item, actor: Actor) -> bool:
        """Whether a piece of news is wanted, and this actor's to hear."""
        return item.topic == self.topic and is_wanted(item.event, self.wishes) and is_for(item.event, actor)


@dataclass(slots=True, eq=False)
class Client:
    """One connection of somebody who is known."""

    actor: Actor
    outbox: Outbox
    subscriptions: list[Subscription] = field(default_factory=list)
    end: tuple[int, str] | None = None
    """Why it is to be closed."""
    frames: int = 0
    """That were sent to it."""
    counted: int = 0
    """Of these, as many as the meters know."""

    def cut(self, code: int, reason: str) -> None:
        """Send nothing more and close it."""
        if self.end is None:
            self.end = (code, reason)
        self.outbox.shut()


@dataclass(slots=True)
class _Memory:
    """The newest states of one topic, or its last happenings."""

    live: OrderedDict[tuple[str, ...], Item] = field(default_factory=OrderedDict)
    ended: OrderedDict[tuple[str, ...], Item] = field(default_factory=OrderedDict)

    def keep(self, item: Item, terms: StreamTerms) -> None:
        key = item.key or (str(item.seq),)
        is_over = not item.key or is_final(item.event)
        self.live.pop(key, None)
        self.ended.pop(key, None)
        place, most = (self.ended, terms.ended) if is_over else (self.live, terms.states)
        place[key] = item
        if len(place) > most:
            place.popitem(last=False)

    def forget(self, first: str) -> None:
        for place in (self.live, self.ended):
            for key in [one for one in place if one[0] == first]:
                del place[key]

    def items(self) -> list[Item]:
        return sorted([*self.ended.values(), *self.live.values()], key=lambda one: one.seq)


@dataclass(slots=True)
class Hub:
    """News in, clients out; used in the event loop alone, but for `take`."""

    stream: str
    """Random name of this hub's numbering: another one has other numbers."""
    terms: StreamTerms
    seq: int = 0
    clients: dict[str, list[Client]] = field(default_factory=lambda: {name: [] for name in TOPICS})
    """By topic."""
    _kept: deque[Item] = field(init=False)
    _memory: dict[str, _Memory] = field(default_factory=lambda: {name: _Memory() for name in TOPICS})
    _telling: Telling = field(default_factory=Telling)

    def __post_init__(self) -> None:
        self._kept = deque(maxlen=self.terms.kept)

    def take(self, batch: Sequence[News], loop: asyncio.AbstractEventLoop) -> None:
        """News from another thread; it waits until they are spread, so that they never pile up before the loop."""
        told = [(topic, event, self._telling.encoded(event)) for topic, event in batch]
        done = Event()

        def spread() -> None:
            try:
                self.spread(told)
            finally:
                done.set()

        try:
            loop.call_soon_threadsafe(spread)
        except RuntimeError:  # the loop has ended, and with it everybody who could listen
            return
        done.wait(SPREAD_WITHIN_S)

    def spread(self, told: Sequence[tuple[str, object, bytes]]) -> None:
        """Number each, remember it, and queue it for whoever wants it and may hear it."""
        for topic, event, data in told:
            self.seq += 1
            part = Parcel(b'{"topic":"%s","seq":%d,"data":%s}' % (topic.encode("ascii"), self.seq, data))
            item = Item(self.seq, topic, TOPICS[topic].key(event), event, data, part)
            self._kept.append(item)
            self._remember(item)
            for client in self.clients[topic]:
                if any(one.is_of(item, client.actor) for one in client.subscriptions):
                    client.outbox.put(part, (topic, *item.key) if item.key else ())

    def begin_anew(self, stream: str) -> None:
        """Something was missed: nothing that is remembered is told any more, and nobody goes on where they were."""
        self.stream = stream
        self._kept.clear()
        self._memory = {name: _Memory() for name in TOPICS}

    def subscribe(self, client: Client, wanted: Subscription, *, after: tuple[str, int] | None, id: str) -> None:
        """Queue what came since, or a snapshot; then what comes."""
        missed = self._missed(client, wanted, after)
        client.outbox.put(
            Parcel(
                frame(
                    "subscribed", id=id, topic=wanted.topic, stream=self.stream, seq=self.seq,
                    is_resumed=missed is not None,
                ),
                is_frame=True,
            )
        )  # fmt: skip
        if missed is None:
            found = [one.data for one in self._memory[wanted.topic].items() if wanted.is_of(one, client.actor)]
            frames = _snapshot(found, topic=wanted.topic, stream=self.stream, seq=self.seq)
            client.outbox.put(Parcel(b"", is_frame=True, following=frames, weight=_POINTER * len(found)))
        else:
            for item in missed:
                client.outbox.put(item.part, (item.topic, *item.key) if item.key else ())
        if wanted not in client.subscriptions:
            client.subscriptions.append(wanted)
        if client not in self.clients[wanted.topic]:
            self.clients[wanted.topic].append(client)

    def unsubscribe(self, client: Client, topic: str, *, wishes: Mapping[str, str] | None) -> int:
        """Of one subscription, or of all of a topic; how many there were."""
        gone = [
            one for one in client.subscriptions if one.topic == topic and (wishes is None or one.wishes == dict(wishes))
        ]
        client.subscriptions = [one for one in client.subscriptions if one not in gone]
        if not any(one.topic == topic for one in client.subscriptions) and client in self.clients[topic]:
            self.clients[topic].remove(client)
        return len(gone)

    def leave(self, client: Client) -> None:
        """It is gone."""
        for topic in {one.topic for one in client.subscriptions}:
            self.unsubscribe(client, topic, wishes=None)
        client.outbox.shut()

    def _remember(self, item: Item) -> None:
        self._memory[item.topic].keep(item, self.terms)
        if item.topic == "account" and is_final(item.event):
            for name, topic in TOPICS.items():
                if _is_of_session(topic):
                    self._memory[name].forget(item.key[0])

    def _missed(self, client: Client, wanted: Subscription, after: tuple[str, int] | None) -> list[Item] | None:
        """What came since; None where that is not known any more."""
        if after is None or after[0] != self.stream or after[1] > self.seq:
            return None
        oldest = self._kept[0].seq if self._kept else self.seq + 1
        if after[1] < oldest - 1:
            return None
        missed = [one for one in self._since(after[1]) if wanted.is_of(one, client.actor)]
        return missed if len(client.outbox) + len(missed) < self.terms.items // 2 else None

    def _since(self, seq: int) -> Iterator[Item]:
        return islice(self._kept, max(seq - (self.seq - len(self._kept)), 0), None)


def _snapshot(found: Sequence[bytes], *, topic: str, stream: str, seq: int) -> Iterator[bytes]:
    """Frames of at most 64 KiB, made when they are sent; the last one says so."""
    head = b'{"type":"snapshot","topic":"%s","stream":"%s","seq":%d' % (topic.encode(), stream.encode(), seq)
    begin = 0
    while True:
        end, size = begin, len(head) + _FRAME_WORDS
        while end < len(found) and (end == begin or size + len(found[end]) < FRAME_BYTES):
            size += len(found[end]) + 1
            end += 1
        is_last = b"true" if end == len(found) else b"false"
        yield b'%s,"is_last":%s,"items":[%s]}' % (head, is_last, b",".join(found[begin:end]))
        if end == len(found):
            return
        begin = end


def _is_of_session(topic: NewsTopic) -> bool:
    return bool(topic.state) and topic.state[0] == "session"
