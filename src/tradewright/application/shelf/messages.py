"""What can be asked of the shelf: put a strategy on it, check it, change it, take it off, look at it.

`strategy` names one by its id or its name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStrategy:
    """Put a file with one strategy on the shelf, once it has passed the check. Answer: `StrategySheet`.

    `UnfitStrategy` tells every fatal finding with its line; then nothing is kept.
    """

    file_name: str
    """For people; nothing is ever stored under it."""
    content: bytes
    """At most 1 MiB of UTF-8."""
    name: str = ""
    """What it is called; empty: as the file."""
    description: str = ""
    tags: tuple[str, ...] = ()
    class_name: str = ""
    """Which class is meant, where the file holds several strategies."""
    is_draft: bool = False
    """Keep it unchecked: it is run by nobody until it has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStrategy:
    """Put a strategy on the shelf whose source is given as text. Answer: `StrategySheet`, as for an upload."""

    source: str
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    class_name: str = ""
    """Which class is meant, where the text holds several strategies."""
    is_draft: bool = False
    """Keep it unchecked: it is run by nobody until it has passed."""


@dataclass(frozen=True, slots=True)
class ValidateStrategy:
    """Check the newest version of a strategy in the sandbox, and keep what was found. Answer: `StrategySheet`.

    `UnfitStrategy` where something fatal was found; the findings are kept all the same.
    """

    strategy: str
    class_name: str = ""
    """Which class is meant, where the file holds several strategies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStrategy:
    """Give a strategy a new version, or another name, description or tags. Answer: `StrategySheet`.

    What is None stays as it is. A new version passes the check, or nothing is changed.
    """

    strategy: str
    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    source: str | None = None
    """The whole text of a new version."""
    file_name: str = ""
    """Of a new version, for people; empty: as before."""
    class_name: str = ""
    """Which class is meant, where a new version holds several strategies."""


@dataclass(frozen=True, slots=True)
class DeleteStrategy:
    """Take a strategy off the shelf; what ran with it stays explained. Answer: `StrategySheet`.

    Conflict while it is deployed.
    """

    strategy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedStrategies:
    """Strategies that come with Tradewright, then those of the shelf by name. Answer: a page of `StrategyEntry`."""

    name: str = ""
    """A part of the name or id."""
    tag: str = ""
    kind: str = ""
    """`built_in` or `uploaded`; empty: both."""
    life: str = ""
    """`draft`, `ready` or `deleted`; empty: all that are not deleted."""
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class ShelvedStrategyShown:
    """One strategy with its versions, built in or of the shelf. Answer: `StrategySheet`."""

    strategy: str


@dataclass(frozen=True, slots=True)
class StrategySource:
    """The bytes of a version of a strategy of the shelf. Answer: `SourceView`."""

    strategy: str
    version: int = 0
    """0: the newest."""
