"""The secrets that a process knows, by their values: what must not appear in anything that it says."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Section, Settings

_NAMES: Final = re.compile(r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIAL")
_SHORTEST: Final = 8
"""A variable that holds less is more likely a switch than a secret."""


def secret_values(settings: Settings, environment: Mapping[str, str]) -> frozenset[str]:
    """Secrets of the settings, passwords in their addresses, and variables that are named as secrets are."""
    found = {*_kept(settings, environment)}
    for name, value in environment.items():
        if _NAMES.search(name.upper()) and len(value) >= _SHORTEST:
            found.add(value)
        if "://" in value and "@" in value:
            found.update(_passwords(value))
    return frozenset(one for one in found if one)


def _kept(section: Section, environment: Mapping[str, str]) -> Iterator[str]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, Section):
            yield from _kept(value, environment)
        elif isinstance(value, Secret):
            yield _revealed(value, environment)
        elif isinstance(value, str) and "://" in value:
            yield from _passwords(value)


def _revealed(secret: Secret, environment: Mapping[str, str]) -> str:
    try:
        return secret.reveal(environment) or ""
    except (OSError, UnicodeDecodeError):
        return ""  # whoever needs it says that it cannot be read


def _passwords(address: str) -> Iterator[str]:
    """The password of an address as it is written and as it is meant."""
    try:
        password = urlsplit(address).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
