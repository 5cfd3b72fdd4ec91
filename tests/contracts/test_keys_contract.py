"""What every key ring promises, on both databases."""

import hashlib
from dataclasses import replace

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.keys import DatabaseKeys
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.keys import KeptKey, KeyKind, KeyRing, Person

MINUTE = 60 * 10**9
KEY = KeptKey(
    id="k1",
    digest=hashlib.sha256(b"secret").digest(),
    kind=KeyKind.PROGRAM,
    name="bot",
    roles=frozenset({"trader", "viewer"}),
    accounts=frozenset({"demo", "main"}),
    created_ns=10,
    created_by="admin",
    expires_ns=5_000,
    replaces="k0",
)
LOGIN = replace(KEY, id="l1", kind=KeyKind.LOGIN, name="anna", accounts=None, created_ns=20, expires_ns=None)
ANNA = Person(name="anna", password="$argon2id$v=19$...", roles=frozenset({"risk"}), created_ns=5)


@pytest.fixture
def ring(database: Database) -> KeyRing:
    return DatabaseKeys(database)


def test_a_key_comes_back_as_it_was(ring: KeyRing) -> None:
    assert ring.is_empty()
    ring.add(KEY)
    nothing_allowed = replace(KEY, id="k2", roles=frozenset(), accounts=frozenset(), expires_ns=None, created_ns=11)
    ring.add(nothing_allowed)
    ring.add(LOGIN)
    assert ring.find("k1") == KEY
    assert ring.find("k2") == nothing_allowed
    assert ring.find("none") is None
    assert list(ring.all()) == [LOGIN, nothing_allowed, KEY]
    assert not ring.is_empty()


def test_an_id_is_taken_once(ring: KeyRing) -> None:
    ring.add(KEY)
    with pytest.raises(Conflict, match="there is a key k1 already"):
        ring.add(replace(KEY, name="other"))
    assert ring.find("k1") == KEY


def test_a_revoked_key_stays_revoked_since_the_first_time(ring: KeyRing) -> None:
    ring.add(KEY)
    ring.revoke("k1", now_ns=100)
    ring.revoke("k1", now_ns=200)
    assert ring.find("k1") == replace(KEY, revoked_ns=100)
    with pytest.raises(InputError, match="there is no key none"):
        ring.revoke("none", now_ns=1)


def test_an_end_only_ever_comes_earlier(ring: KeyRing) -> None:
    ring.add(KEY)
    ring.add(replace(KEY, id="k2", expires_ns=None))
    ring.expire("k1", at_ns=9_000)
    ring.expire("k2", at_ns=9_000)
    assert [(one.id, one.expires_ns) for one in ring.all()] == [("k1", 5_000), ("k2", 9_000)]
    ring.expire("k2", at_ns=8_000)
    found = ring.find("k2")
    assert found is not None and found.expires_ns == 8_000
    with pytest.raises(InputError, match="there is no key none"):
        ring.expire("none", at_ns=1)


def test_the_last_use_is_known_to_the_minute(ring: KeyRing) -> None:
    ring.add(KEY)
    seen = []
    for now in (MINUTE + 5, MINUTE + 50 * 10**9, 2 * MINUTE + 1, MINUTE):
        ring.used("k1", now_ns=now)
        found = ring.find("k1")
        assert found is not None
        seen.append(found.used_ns)
    assert seen == [MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE]
    ring.used("none", now_ns=MINUTE)


def test_logins_of_one_person_end_together(ring: KeyRing) -> None:
    for key in (KEY, LOGIN, replace(LOGIN, id="l2"), replace(LOGIN, id="l3", name="otto")):
        ring.add(key)
    ring.add(replace(LOGIN, id="over", expires_ns=30))
    ring.add(replace(KEY, id="program", name="anna"))
    assert ring.revoke_logins("anna", now_ns=50) == 2
    assert ring.revoke_logins("anna", now_ns=60) == 0
    assert {one.id for one in ring.all() if one.revoked_ns == 50} == {"l1", "l2"}


def test_people_come_back_as_they_were(ring: KeyRing) -> None:
    otto = replace(ANNA, name="Ötto", accounts=frozenset({"demo"}), failures=3, locked_until_ns=99)
    ring.keep_person(otto)
    ring.keep_person(ANNA)
    assert ring.person("Ötto") == otto
    assert ring.person("nobody") is None
    assert list(ring.people()) == [ANNA, otto]
    ring.keep_person(replace(ANNA, failures=1))
    assert ring.person("anna") == replace(ANNA, failures=1)


def test_whoever_is_removed_is_logged_out(ring: KeyRing) -> None:
    ring.keep_person(ANNA)
    ring.add(LOGIN)
    ring.add(replace(KEY, id="program", name="anna"))
    ring.remove_person("anna")
    assert ring.person("anna") is None
    assert [one.id for one in ring.all()] == ["program"]
    ring.keep_person(replace(ANNA, name="hanna"))
    with pytest.raises(InputError, match=r"there is no person anna; did you mean hanna\?"):
        ring.remove_person("anna")


def test_a_number_that_no_database_can_keep_is_refused(ring: KeyRing) -> None:
    with pytest.raises(InputError, match="cannot be kept"):
        ring.add(replace(KEY, created_ns=2**70))
    with pytest.raises(InputError, match="cannot be kept"):
        ring.add(replace(KEY, name="half a \ud800 character"))


def test_every_change_of_a_key_or_a_person_is_counted_and_no_look_or_use(ring: KeyRing) -> None:
    changes = [ring.changes]

    def changed() -> bool:
        changes.append(ring.changes)
        return changes[-1] != changes[-2] and changes.count(changes[-1]) == 1

    ring.add(KEY)
    assert changed()
    ring.find("k1")
    ring.used("k1", now_ns=MINUTE)
    ring.all()
    assert not changed()
    ring.expire("k1", at_ns=4_000)
    assert changed()
    ring.revoke("k1", now_ns=100)
    assert changed()
    ring.keep_person(ANNA)
    assert changed()
    ring.add(LOGIN)
    assert changed()
    ring.revoke_logins("anna", now_ns=100)
    assert changed()
    ring.remove_person("anna")
    assert changed()
    with pytest.raises(InputError):
        ring.revoke("none", now_ns=1)
    assert changed()  # of a change that failed nobody knows how far it came
