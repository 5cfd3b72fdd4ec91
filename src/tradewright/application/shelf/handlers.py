"""Changes of the shelf: upload, check, change, delete.

This file decides that a version is kept only once it has passed the check, unless it is put there as a draft; that the
check sees the very bytes that are kept; and that what is deployed cannot be deleted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from tradewright.application.envelope import Envelope
from tradewright.application.shelf.checked import CheckedStrategy
from tradewright.application.shelf.looking import shown
from tradewright.application.shelf.messages import (
    ChangeStrategy,
    DeleteStrategy,
    RegisterStrategy,
    UploadStrategy,
    ValidateStrategy,
)
from tradewright.application.shelf.naming import (
    ID_LETTERS,
    ID_PREFIX,
    checked_description,
    checked_tags,
    plain_name,
    shown_file_name,
)
from tradewright.application.shelf.views import StrategySheet
from tradewright.application.strategies.checking import MOST_BYTES
from tradewright.domain.errors import Conflict, InputError, UnfitStrategy
from tradewright.ports.clock import Clock
from tradewright.ports.code import Source
from tradewright.ports.randomness import Randomness
from tradewright.ports.shelf import Finding, ShelfLife, ShelvedStrategy, StrategyShelf, StrategyVersion
from tradewright.trading.strategies.registry import REGISTRY

Checking = Callable[[Source, str], CheckedStrategy]
"""Checks a source in the sandbox; the second is the class that is meant, or empty."""
MOST_SHOWN = 50
"""Findings that an error tells."""


def upload_strategy(
    command: UploadStrategy,
    *,
    shelf: StrategyShelf,
    checking: Checking,
    clock: Clock,
    randomness: Randomness,
    envelope: Envelope,
) -> StrategySheet:
    """A new strategy on the shelf."""
    name = plain_name(command.name, command.file_name)
    if name in REGISTRY:
        raise Conflict(f"{name} is the name of a strategy that comes with Tradewright", remedy="choose another name")
    tags, description = checked_tags(command.tags), checked_description(command.description)
    source = Source(_bounded(command.content), shown_file_name(command.file_name))
    checked = None if command.is_draft else _passed(checking(source, command.class_name), name)
    now_ns, strategy = clock.now_ns(), f"{ID_PREFIX}{randomness.token(ID_LETTERS)}"
    version = _version(source, 1, strategy=strategy, who=envelope.actor.name, now_ns=now_ns)
    made = ShelvedStrategy(
        id=strategy,
        name=name,
        description=description,
        tags=tags,
        life=ShelfLife.DRAFT if checked is None else ShelfLife.READY,
        newest=version if checked is None else _told(version, checked),
        created_ns=now_ns,
        created_by=envelope.actor.name,
        changed_ns=now_ns,
    )
    shelf.put(made, source.content)
    return shown(strategy, shelf)


def register_strategy(
    command: RegisterStrategy,
    *,
    shelf: StrategyShelf,
    checking: Checking,
    clock: Clock,
    randomness: Randomness,
    envelope: Envelope,
) -> StrategySheet:
    """The same of text."""
    upload = UploadStrategy(
        file_name=f"{plain_name(command.name, '')}.py",
        content=_bytes_of(command.source),
        name=command.name,
        description=command.description,
        tags=command.tags,
        class_name=command.class_name,
        is_draft=command.is_draft,
    )
    return upload_strategy(
        upload, shelf=shelf, checking=checking, clock=clock, randomness=randomness, envelope=envelope
    )


def validate_strategy(
    command: ValidateStrategy, *, shelf: StrategyShelf, checking: Checking, clock: Clock
) -> StrategySheet:
    """What was found is kept with the version, whatever it is."""
    strategy = _there(command.strategy, shelf)
    newest = strategy.newest
    checked = checking(Source(shelf.source(newest.digest), newest.file_name), command.class_name or newest.class_name)
    life = ShelfLife.READY if checked.is_fit else ShelfLife.DRAFT
    shelf.change(replace(strategy, newest=_told(newest, checked), life=life, changed_ns=clock.now_ns()))
    _passed(checked, strategy.name)
    return shown(strategy.id, shelf)


def change_strategy(
    command: ChangeStrategy, *, shelf: StrategyShelf, checking: Checking, clock: Clock, envelope: Envelope
) -> StrategySheet:
    """A new version where there is a new source; else the same with other words."""
    strategy, now_ns = _there(command.strategy, shelf), clock.now_ns()
    name = strategy.name if command.name is None else plain_name(command.name, "")
    if name in REGISTRY:
        raise Conflict(f"{name} is the name of a strategy that comes with Tradewright", remedy="choose another name")
    said = replace(
        strategy,
        name=name,
        description=strategy.description if command.description is None else checked_description(command.description),
        tags=strategy.tags if command.tags is None else checked_tags(command.tags),
        changed_ns=now_ns,
    )
    if command.source is None:
        shelf.change(said)
        return shown(strategy.id, shelf)
    file_name = shown_file_name(command.file_name) if command.file_name else strategy.newest.file_name
    source = Source(_bounded(_bytes_of(command.source)), file_name)
    if source.digest == strategy.newest.digest:
        raise Conflict(
            f"version {strategy.newest.version} of {strategy.name} is the same already", remedy="change the source"
        )
    checked = _passed(checking(source, command.class_name), name)
    number = strategy.newest.version + 1
    version = _version(source, number, strategy=strategy.id, who=envelope.actor.name, now_ns=now_ns)
    shelf.put(replace(said, newest=_told(version, checked), life=ShelfLife.READY), source.content)
    return shown(strategy.id, shelf)


def delete_strategy(
    command: DeleteStrategy, *, shelf: StrategyShelf, deployed: Callable[[str], Sequence[str]], clock: Clock
) -> StrategySheet:
    """Off the shelf; its versions stay."""
    strategy = _there(command.strategy, shelf)
    at_work = deployed(strategy.id)
    if at_work:
        raise Conflict(
            f"strategy {strategy.name} is deployed",
            expected="no deployment of it that is not stopped",
            found=f"{len(at_work)}",
            remedy="stop it first: tradewright live list",
        )
    shelf.change(replace(strategy, life=ShelfLife.DELETED, changed_ns=clock.now_ns()))
    return shown(strategy.id, shelf)


def _there(named: str, shelf: StrategyShelf) -> ShelvedStrategy:
    """A strategy of the shelf that can be changed."""
    if named in REGISTRY:
        raise Conflict(f"{named} comes with Tradewright and stays as it is", remedy="upload one of your own")
    found = shelf.find(named)
    if found.life is ShelfLife.DELETED:
        raise Conflict(f"strategy {found.name} was deleted", remedy="upload it anew")
    return found


def _version(source: Source, number: int, *, strategy: str, who: str, now_ns: int) -> StrategyVersion:
    return StrategyVersion(
        strategy=strategy,
        version=number,
        digest=sha256(source.content).hexdigest(),
        file_name=source.file_name,
        size_bytes=len(source.content),
        created_ns=now_ns,
        created_by=who,
    )


def _told(version: StrategyVersion, checked: CheckedStrategy) -> StrategyVersion:
    return replace(
        version, class_name=checked.class_name, parameters=dict(checked.parameters), findings=checked.findings
    )


def _passed(checked: CheckedStrategy, name: str) -> CheckedStrategy:
    """The check that found nothing fatal; `UnfitStrategy` else."""
    fatal = [one for one in checked.findings if one.is_fatal]
    if not fatal and checked.class_name:
        return checked
    raise UnfitStrategy(
        f"strategy {name} has not passed the check",
        findings=[(_place(one), f"{one.code}: {one.message}") for one in fatal[:MOST_SHOWN]],
        remedy="mend what was found; docs/concepts/sandbox.md explains each code",
    )


def _place(found: Finding) -> str:
    return f"line {found.line}" if found.line else "file"


def _bounded(content: bytes) -> bytes:
    """InputError for a file that is too large to be looked at, or empty."""
    if 0 < len(content) <= MOST_BYTES:
        return content
    raise InputError(
        "the file cannot be a strategy", expected=f"1 to {MOST_BYTES:,} bytes of UTF-8", found=f"{len(content):,} bytes"
    )


def _bytes_of(text: str) -> bytes:
    """A text as the bytes of a file."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as wrong:
        raise InputError("the source is no text", found=f"half a letter at {wrong.start}") from wrong
