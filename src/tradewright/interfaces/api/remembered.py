"""What the door made of requests for remembered views: the message of a request, the bytes and the tag of its answer.

This file decides that nothing here says whether an answer still holds. The message is asked each time, through the same
gate; only where the very same view comes back are the bytes sent that were made of it before.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from tradewright.interfaces.api.asks import Ask

MOST_REQUESTS: Final = 1_024
LONGEST: Final = 2_048
"""Bytes of an address; longer ones are read anew each time."""
Place = tuple[str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A request that was read, and what was told the last time."""

    message: object
    wishes: Mapping[str, Any]
    answer: object = None
    """The view that was told."""
    told: Response | None = None
    """Whole, with its tag."""


@dataclass(slots=True)
class RememberedRequests:
    """Those of late, by route and address. Safe for several threads."""

    _kept: "OrderedDict[Place, Spelled]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, place: Place) -> Spelled | None:
        """What is known of an address."""
        with self._lock:
            found = self._kept.get(place)
            if found is not None:
                self._kept.move_to_end(place)
            return found

    def keep(self, place: Place, spelled: Spelled) -> None:
        """In place of the one that was asked for longest ago."""
        if len(place[1]) + len(place[2]) > LONGEST:
            return
        with self._lock:
            self._kept[place] = spelled
            self._kept.move_to_end(place)
            while len(self._kept) > MOST_REQUESTS:
                self._kept.popitem(last=False)


def place_of(ask: Ask, request: Request) -> Place:
    """Where it stands: nothing else of a request for a view changes its meaning."""
    scope = request.scope
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return ask.path, raw, scope["query_string"]
