"""Twelve secrets, each of its own kind and in its own place, that no output may ever show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

PLACES: Final = (
    "broker key in the environment",
    "broker secret in the environment",
    "source key in a file",
    "notification token in the environment",
    "password in the address of Redis",
    "password in the address of a broker",
    "password in the address of a database",
    "secret of another program in the environment",
    "password of a person",
    "key of the admin",
    "key of a trader",
    "token of a login",
)
"""The last three are made while it runs."""


@dataclass(slots=True)
class Planted:
    """What was planted, by place."""

    folder: Path
    canaries: dict[str, str] = field(default_factory=dict)

    def value(self, place: str) -> str:
        """The secret of a place that is made before the run."""
        assert place in PLACES, place
        if place not in self.canaries:
            letters = sha256(f"canary {place}".encode()).hexdigest()[:24]
            self.canaries[place] = f"cnry{letters}/+{letters[:4]}" if "address" in place else f"cnry{letters}"
        return self.canaries[place]

    def found(self, place: str, value: str) -> None:
        """A secret that was made while it ran."""
        assert place in PLACES and value, place
        self.canaries[place] = value

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of every process of the run."""
        return {
            "ALPACA_API_KEY": self.value("broker key in the environment"),
            "ALPACA_SECRET_KEY": self.value("broker secret in the environment"),
            "GOTIFY_TOKEN": self.value("notification token in the environment"),
            "REDIS_URL": f"redis://:{quote(self.value('password in the address of Redis'), safe='')}@127.0.0.1:9/0",
            "SOME_SERVICE_SECRET": self.value("secret of another program in the environment"),
        }

    @property
    def broken_database(self) -> Mapping[str, str]:
        """A database that is not there."""
        password = quote(self.value("password in the address of a database"), safe="")
        return {"DATABASE_URL": f"postgresql://tradewright:{password}@127.0.0.1:9/tradewright"}


def plant(folder: Path) -> Planted:
    """A project with secrets in its settings, as far as they are written there."""
    planted = Planted(folder)
    keys = folder / "keys"
    keys.mkdir(parents=True)
    key = keys / "twelve_data"
    key.write_text(planted.value("source key in a file") + "\n", encoding="utf-8")
    key.chmod(0o600)
    address = f"https://desk:{quote(planted.value('password in the address of a broker'), safe='')}@127.0.0.1:9"
    lines = [
        "[brokers.alpaca]",
        f"base_url = {json.dumps(address)}",
        "[sources.twelve_data]",
        f"key = {{ file = {json.dumps(str(key))} }}",
        "[log]",
        'level = "debug"',
        "",
    ]
    (folder / "tradewright.toml").write_text("\n".join(lines), encoding="utf-8")
    return planted
