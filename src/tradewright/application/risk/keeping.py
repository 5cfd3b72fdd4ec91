"""The limits as they are set: what is shipped and said in the settings, and every change that somebody made since.

The changes lie in a trail that cannot be altered unnoticed; its first record is what the first change was made to.
What may be traded is what a session was asked to trade, until somebody sets the list of instruments.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tradewright.domain.errors import StorageError
from tradewright.ports.limits import LimitsTrail
from tradewright.trading.risk.policy import LimitsChanged, LimitsPolicy
from tradewright.trading.risk.policy_text import read_change, read_policy, written_change

BASE = "base"
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class KeptLimits:
    """The limits of one mode."""

    trail: LimitsTrail
    usual: Mapping[str, object]
    """What holds until somebody changes it, as `read_policy` reads it."""

    def policy(self, instruments: frozenset[str]) -> LimitsPolicy:
        """What holds; InputError for limits that cannot be used, StorageError for a trail that was tampered with."""
        records = [_read(one.content) for one in self.trail.records()]
        is_kept = bool(records)
        base = records[0] if is_kept else self.usual
        policy = read_policy(_table(base, BASE) if is_kept else base, instruments=instruments, is_kept=is_kept)
        for record in records[1:]:
            policy = policy.after(read_change(_table(record, CHANGE)))
        return policy

    def changes(self) -> tuple[LimitsChanged, ...]:
        """Every change, oldest first."""
        return tuple(read_change(_table(_read(one.content), CHANGE)) for one in self.trail.records()[1:])

    def keep(self, change: LimitsChanged) -> None:
        """Write a change down, durably."""
        if not self.trail.records():
            self.trail.append(_written(BASE, _texts(self.usual)))
        self.trail.append(_written(CHANGE, written_change(change)))


def _written(kind: str, content: object) -> str:
    return msgspec.json.encode({kind: content}).decode()


def _texts(value: object) -> object:
    """Exact numbers as texts, which is how they are kept."""
    plain = msgspec.to_builtins(value)
    return plain


def _read(content: str) -> Mapping[str, object]:
    try:
        return msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError as problem:
        raise StorageError(
            "a record of the limits cannot be read",
            found=str(problem),
            remedy="use the version that wrote it, or restore the trail from a backup",
        ) from problem


def _table(record: Mapping[str, object], kind: str) -> Mapping[str, object]:
    found = record.get(kind)
    if not isinstance(found, dict):
        raise StorageError("a record of the limits is not in its place", expected=kind, found=", ".join(record))
    return found
