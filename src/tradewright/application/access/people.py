"""People who log in with a password: add and change them, list them, remove them."""

from dataclasses import replace
from typing import Final

from tradewright.application.access.keys import checked_accounts, checked_name, shown_roles
from tradewright.application.access.messages import KeepPerson, People, RemovePerson
from tradewright.application.access.views import PersonView
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.clock import Clock
from tradewright.ports.keys import KeyRing, Person
from tradewright.ports.passwords import Passwords

SHORTEST: Final = 12
LONGEST: Final = 256


def keep_person(command: KeepPerson, *, keys: KeyRing, clock: Clock, passwords: Passwords) -> PersonView:
    """New, or changed; whoever is changed logs in again."""
    name, accounts = checked_name(command.name), checked_accounts(command.accounts, command.roles)
    before = keys.person(name)
    if command.password is None and before is None:
        raise InputError(f"{name} needs a password", expected="a password for somebody new", found="none")
    roles = frozenset(one.value for one in command.roles)
    if command.password is None:
        assert before is not None
        person = replace(before, roles=roles, accounts=accounts)
    else:
        person = Person(
            name=name,
            password=passwords.kept(checked_password(command.password, name)),
            roles=roles,
            accounts=accounts,
            created_ns=clock.now_ns() if before is None else before.created_ns,
        )
    keys.keep_person(person)
    if before is not None:
        keys.revoke_logins(name, now_ns=clock.now_ns())
    return person_view(person)


def known_people(_query: People, *, keys: KeyRing) -> tuple[PersonView, ...]:
    """All, by name."""
    return tuple(person_view(one) for one in keys.people())


def remove_person(command: RemovePerson, *, keys: KeyRing) -> PersonView:
    """With their logins."""
    found = keys.person(command.name)
    if found is None:
        raise NotFound(f"{command.name} is not known", expected="somebody who logs in", found=command.name)
    keys.remove_person(command.name)
    return person_view(found)


def checked_password(password: str, name: str) -> str:
    """Long enough to be guessed by nobody, and not the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            "the password cannot be used",
            expected=f"{SHORTEST} to {LONGEST} letters",
            found=f"{len(password)}",
            remedy="four words that nobody says together are long enough",
        )
    if name.lower() in password.lower() or len(set(password)) < 5:
        raise InputError("the password can be guessed", expected="one without the name in it, of several letters")
    return password


def person_view(person: Person) -> PersonView:
    """As they are shown."""
    return PersonView(
        name=person.name,
        roles=shown_roles(person.roles),
        accounts=None if person.accounts is None else tuple(sorted(person.accounts)),
        created_ns=person.created_ns,
        failures=person.failures,
        locked_until_ns=person.locked_until_ns,
    )
