"""A strategy of the shelf that is to run: which bytes, which class.

This file decides that only a version that has passed the check is run, and that what is run is named by the hash of its
bytes from then on.
"""

from dataclasses import dataclass

from tradewright.application.shelf.naming import PREFIX, Reference
from tradewright.application.shelf.views import is_fit
from tradewright.domain.errors import Conflict, NotFound
from tradewright.ports.code import Source
from tradewright.ports.shelf import ShelfLife, StrategyShelf


@dataclass(frozen=True, slots=True)
class Runnable:
    """A version that may be run."""

    source: Source
    class_name: str
    strategy: str
    """Its id on the shelf."""
    name: str
    version: int

    @property
    def shown_as(self) -> str:
        """The reference by which the same can be run again."""
        return f"{PREFIX}{self.strategy}@{self.version}"

    @property
    def named(self) -> str:
        """As a host of strategies knows it: by the hash of its bytes."""
        return self.source.named(self.class_name)


def runnable(wanted: Reference, shelf: StrategyShelf) -> Runnable:
    """The version that is meant; NotFound where there is none, Conflict where it may not run."""
    strategy = shelf.find(wanted.strategy)
    if strategy.life is ShelfLife.DELETED:
        raise Conflict(f"strategy {strategy.name} was deleted", remedy="see: tradewright strategy list")
    version = strategy.newest
    if wanted.version and wanted.version != version.version:
        found = [one for one in shelf.versions(strategy.id) if one.version == wanted.version]
        if not found:
            raise NotFound(
                f"strategy {strategy.name} has no version {wanted.version}",
                expected=f"1 to {strategy.newest.version}",
                remedy=f"see: tradewright strategy versions {strategy.id}",
            )
        version = found[0]
    if not is_fit(version):
        raise Conflict(
            f"version {version.version} of strategy {strategy.name} has not passed the check",
            found="; ".join(f"line {one.line}: {one.message}" for one in version.findings if one.is_fatal)
            or "no check",
            remedy=f"check it: tradewright strategy validate {strategy.id}",
        )
    source = Source(shelf.source(version.digest), version.file_name)
    return Runnable(source, version.class_name, strategy.id, strategy.name, version.version)
