"""Whether a program at a web address answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpx2

from tradewright.domain.errors import StorageError

WITHIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Instances:
    """The instances of one service, by their addresses."""

    name: str
    places: Sequence[str]

    def look(self) -> str:
        """How many answer, in words; StorageError where none does."""
        answering = sum(_answers(f"{place}/health") for place in self.places)
        told = f"{answering} of {len(self.places)} answer"
        if not answering:
            raise StorageError(
                f"the {self.name} service does not answer",
                found=told,
                remedy=f"start it: tradewright serve {self.name}",
            )
        return told


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=WITHIN_S, trust_env=False, follow_redirects=False).status_code == 200
    except (httpx2.TransportError, httpx2.InvalidURL):
        return False
