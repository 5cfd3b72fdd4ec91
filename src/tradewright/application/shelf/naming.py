"""Names around the shelf: of a strategy, of the file it came in, and the reference by which a run asks for it.

This file decides that no name that comes with an upload ever leads to a file: content is kept by its hash, names are
cleaned to be shown, and a reference is `shelf:<id or name>` or an id of the shelf, each with `@<version>` where a
certain one is meant.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from tradewright.domain.errors import InputError

PREFIX: Final = "shelf:"
ID_PREFIX: Final = "up_"
ID_LETTERS: Final = 10
NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
ID_PATTERN: Final = rf"^{ID_PREFIX}[a-z2-7]{{{ID_LETTERS}}}$"
VERSION_PATTERN: Final = r"[1-9][0-9]{0,5}"
LONGEST_FILE_NAME: Final = 120
LONGEST_DESCRIPTION: Final = 1_000
MOST_TAGS: Final = 20
NO_NAME: Final = "strategy.py"
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
_EDGES: Final = " .\u00a0\u3000"
_CONFUSING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Letters that steer, hide or turn round what is shown."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which strategy of the shelf is meant."""

    strategy: str
    """Its id or name."""
    version: int = 0
    """0: the newest."""

    def __str__(self) -> str:
        return f"{PREFIX}{self.strategy}" + (f"@{self.version}" if self.version else "")


def reference_of(named: str) -> Reference | None:
    """What is asked of the shelf; None for every other name, InputError for one that is meant so and is none.

    >>> reference_of("shelf:my idea@3")
    Reference(strategy='my idea', version=3)
    >>> reference_of("up_abcdefgh23")
    Reference(strategy='up_abcdefgh23', version=0)
    >>> reference_of("moving_average") is None
    True
    """
    name, at, version = named.removeprefix(PREFIX).partition("@")
    if not (named.startswith(PREFIX) or re.fullmatch(ID_PATTERN, name)):
        return None
    if re.fullmatch(NAME_PATTERN, name) is None or (at and re.fullmatch(VERSION_PATTERN, version) is None):
        raise InputError(
            "this names no strategy of the shelf",
            expected="shelf:<id or name>, with @<version> for a certain one: shelf:my_idea@3",
            found=named[:100],
            remedy="see: tradewright strategy list",
        )
    return Reference(name, int(version or 0))


def plain_name(given: str, file_name: str) -> str:
    """The name of a strategy: the one given, else made of the file's; InputError for one that is none.

    >>> plain_name("", "../../My Idea (2).py")
    'My_Idea_2'
    """
    name = given.strip() or _UNFIT.sub("_", shown_file_name(file_name).removesuffix(".py")).strip("._- ")[:64]
    if re.fullmatch(NAME_PATTERN, name) is None:
        raise InputError(
            "the strategy needs another name",
            expected="1 to 64 letters, digits, spaces, . _ -, beginning with a letter or a digit",
            found=shown_file_name(name),
            remedy="say one",
        )
    if name.startswith(ID_PREFIX):
        raise InputError(f"a name does not begin with {ID_PREFIX}, as ids do", found=name, remedy="choose another")
    return name


def shown_file_name(given: str) -> str:
    """A file's name as it can be shown anywhere: its last part, without letters that steer or hide.

    >>> shown_file_name("C:\\\\temp\\\\..\\\\idea.py\\x00.txt")
    'idea.py.txt'
    """
    plain = "".join(one for one in given[:4_096] if unicodedata.category(one) not in _CONFUSING)
    last = re.split(r"[/\\:]", unicodedata.normalize("NFC", plain))[-1].strip(_EDGES)
    if len(last) > LONGEST_FILE_NAME:
        last = f"{last[: LONGEST_FILE_NAME - 1].rstrip(_EDGES)}…"
    return last or NO_NAME


def checked_tags(given: tuple[str, ...]) -> frozenset[str]:
    """Tags as they are kept; InputError for what is none."""
    wrong = [one for one in given if _TAG.fullmatch(one) is None]
    if wrong or len(given) > MOST_TAGS:
        raise InputError(
            "the tags cannot be used",
            expected=f"at most {MOST_TAGS}, each 1 to 32 small letters, digits, _ or -",
            found=shown_file_name(wrong[0]) if wrong else f"{len(given)}",
        )
    return frozenset(given)


def checked_description(given: str) -> str:
    """A description as it is kept; InputError where it is too long."""
    if len(given) > LONGEST_DESCRIPTION:
        raise InputError(
            "the description is too long", expected=f"at most {LONGEST_DESCRIPTION:,} letters", found=f"{len(given):,}"
        )
    return "".join(one for one in given if one == "\n" or unicodedata.category(one) not in _CONFUSING)
