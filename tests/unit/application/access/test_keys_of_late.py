"""Keys that were looked at a moment ago are believed for a second, and not a moment after a change by this process."""

from dataclasses import dataclass, field, replace
from typing import cast

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.access import recent
from tradewright.application.access.recent import BELIEVED_NS, RecentKeys
from tradewright.ports.keys import KeptKey, KeyKind, KeyRing

KEY = KeptKey(
    id="tw_a", digest=b"d" * 32, kind=KeyKind.PROGRAM, name="bot", roles=frozenset({"viewer"}), created_ns=1,
    created_by="admin",
)  # fmt: skip


@dataclass
class Ring:
    """A ring that counts the looks at it."""

    kept: dict[str, KeptKey] = field(default_factory=lambda: {KEY.id: KEY})
    changes: int = 0
    looks: int = 0
    during: list[KeptKey] = field(default_factory=list)
    """What somebody changes while the next look is under way, after it has read."""

    def find(self, key: str) -> KeptKey | None:
        self.looks += 1
        found = self.kept.get(key)
        for changed in self.during:
            self.kept[changed.id] = changed
            self.changes += 1
        self.during.clear()
        return found


def of(ring: Ring) -> tuple[RecentKeys, ManualClock]:
    clock = ManualClock()
    return RecentKeys(cast(KeyRing, ring), clock), clock


def test_a_key_is_looked_up_once_a_second() -> None:
    keys, clock = of(ring := Ring())
    assert keys.at_hand(KEY.id) is None
    assert [keys.find(KEY.id) for _ in range(3)] == [KEY] * 3
    clock.advance(BELIEVED_NS - 1)
    assert keys.find(KEY.id) == KEY and ring.looks == 1
    clock.advance(1)
    assert keys.at_hand(KEY.id) is None
    assert keys.find(KEY.id) == KEY and ring.looks == 2


def test_what_another_process_changes_is_believed_a_second_later_at_the_latest() -> None:
    keys, clock = of(ring := Ring())
    keys.find(KEY.id)
    ring.kept[KEY.id] = replace(KEY, revoked_ns=5)
    clock.advance(BELIEVED_NS - 1)
    assert keys.find(KEY.id) == KEY
    clock.advance(1)
    assert keys.find(KEY.id) == ring.kept[KEY.id]


def test_what_this_process_changes_is_believed_at_once() -> None:
    keys, _ = of(ring := Ring())
    keys.find(KEY.id)
    ring.kept[KEY.id], ring.changes = replace(KEY, revoked_ns=5), 1
    assert keys.find(KEY.id) == ring.kept[KEY.id]


def test_a_change_during_a_look_is_not_covered_by_what_the_look_has_read() -> None:
    keys, _ = of(ring := Ring(during=[replace(KEY, revoked_ns=5)]))
    assert keys.find(KEY.id) == KEY
    assert keys.at_hand(KEY.id) is None
    assert keys.find(KEY.id) == ring.kept[KEY.id] != KEY


def test_an_id_that_nobody_has_is_never_remembered() -> None:
    keys, _ = of(ring := Ring())
    assert [keys.find("tw_nobody") for _ in range(3)] == [None] * 3
    assert ring.looks == 3
    ring.kept["tw_nobody"] = replace(KEY, id="tw_nobody")
    assert keys.find("tw_nobody") is not None


def test_nothing_but_the_digest_of_a_secret_is_remembered_and_of_a_bounded_number_of_keys() -> None:
    ring = Ring({f"k{number}": replace(KEY, id=f"k{number}") for number in range(recent.MOST_KEYS + 2)})
    keys, _ = of(ring)
    for id in ring.kept:
        keys.find(id)
    assert len(keys._seen) <= recent.MOST_KEYS
    assert {type(one.kept) for one in keys._seen.values()} == {KeptKey}
