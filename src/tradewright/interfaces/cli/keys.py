"""`tradewright keys`: who may come in over the network: keys of programs, and people who log in with a password."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.access.messages import (
    CreateKey,
    KeepPerson,
    Keys,
    People,
    RemovePerson,
    RevokeKey,
    RotateKey,
)
from tradewright.application.messages import Role
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, example, opened, split
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.access.views import KeyView, NewKey, PersonView

_VIEWS = "tradewright.application.access.views"
HOUR_S = 3_600
KeyId = Annotated[str, typer.Argument(help="Public id of a key: tw_ab12cd34ef56.", show_default=False)]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="viewer, trader, risk or admin; several times or A,B. Needed.")
]
Accounts = Annotated[
    list[str] | None, typer.Option("--account", help="Sees and touches only these accounts; several times or A,B.")
]
group = typer.Typer(
    help="Who may come in over the network: keys and people.",
    epilog=example("tradewright keys create dashboard --role viewer", "tradewright keys list"),
    no_args_is_help=True,
)


@group.command(
    epilog=example(
        "tradewright keys create dashboard --role viewer --days 90",
        "tradewright keys create desk-2 --role trader,risk --account desk2 --json",
    )
)
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose it is; it stands in audit and journal.", show_default=False)],
    *,
    role: Roles = None,
    account: Accounts = None,
    days: Annotated[int | None, typer.Option(help="How long it is good; else until it is revoked.")] = None,
    json: Json = False,
) -> None:
    """Make a key for a program. It is shown this once."""
    command = CreateKey(name=name, roles=roles_of(role), accounts=_accounts(account), days=days)
    _tell_new(opened(context).ask(command, answer=load(_VIEWS).NewKey), json=json)


@group.command("list", epilog=example("tradewright keys list --json"))
def list_keys(context: typer.Context, json: Json = False) -> None:
    """List keys, without their secrets."""
    found = opened(context).ask(Keys(), answer=tuple)
    if json:
        print_json({"keys": found})
    elif found:
        screen().print(
            table(["|key", "name", "|kind", "|state", "roles", "accounts", "|used", "|until"], map(_row, found))
        )
    else:
        notes().print("No key yet. The first start of the platform makes the admin's; or: tradewright keys create")


@group.command(epilog=example("tradewright keys rotate tw_ab12cd34ef56 --overlap 48"))
def rotate(
    context: typer.Context,
    key: KeyId,
    *,
    overlap: Annotated[float, typer.Option(help="Hours that the old one still opens.", min=0)] = 24.0,
    json: Json = False,
) -> None:
    """Make a new key in place of one, which goes on for a while."""
    command = RotateKey(key=key, overlap_s=round(overlap * HOUR_S))
    _tell_new(opened(context).ask(command, answer=load(_VIEWS).NewKey), json=json)


@group.command(epilog=example("tradewright keys revoke tw_ab12cd34ef56"))
def revoke(context: typer.Context, key: KeyId, *, json: Json = False) -> None:
    """Let a key open nothing from now on."""
    view: KeyView = opened(context).ask(RevokeKey(key), answer=load(_VIEWS).KeyView)
    if json:
        print_json(view)
    else:
        screen().print(f"Key {view.id} of {view.name} is {view.state}", markup=False)


@group.command(epilog=example("tradewright keys people --json"))
def people(context: typer.Context, json: Json = False) -> None:
    """List who can log in with a password."""
    found = opened(context).ask(People(), answer=tuple)
    if json:
        print_json({"people": found})
    elif found:
        rows = ([one.name, " ".join(one.roles), " ".join(one.accounts or ("all",)), one.failures] for one in found)
        screen().print(table(["name", "roles", "accounts", ">wrong passwords"], rows))
    else:
        notes().print("Nobody logs in yet. Try: tradewright keys person ada --role trader")


@group.command(epilog=example("tradewright keys person ada --role trader,risk", "tradewright keys person ada --remove"))
def person(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Their name.", show_default=False)],
    *,
    role: Roles = None,
    account: Accounts = None,
    keep_password: Annotated[bool, typer.Option("--keep-password", help="Change roles and accounts alone.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="They log in no more.")] = False,
    json: Json = False,
) -> None:
    """Add or change somebody who logs in; the password is asked for, or read from the standard input."""
    if remove:
        view: PersonView = opened(context).ask(RemovePerson(name), answer=load(_VIEWS).PersonView)
    else:
        roles = roles_of(role)
        password = None if keep_password else _password()
        command = KeepPerson(name=name, password=password, roles=roles, accounts=_accounts(account))
        view = opened(context).ask(command, answer=load(_VIEWS).PersonView)
    if json:
        print_json(view)
    else:
        told = "logs in no more" if remove else f"logs in as {', '.join(view.roles)}"
        screen().print(f"{view.name} {told}", markup=False)


def roles_of(given: list[str] | None) -> tuple[Role, ...]:
    """The roles that were typed; InputError that lists them all."""
    names = split(given)
    unknown = [one for one in names if one not in {role.value for role in Role}]
    if unknown or not names:
        raise InputError(
            "--role cannot be used" if unknown else "a role is needed",
            expected=f"one of {', '.join(Role)}, or several",
            found=", ".join(unknown) or "none",
        )
    return tuple(Role(one) for one in names)


def _accounts(given: list[str] | None) -> tuple[str, ...] | None:
    return split(given) or None


def _password() -> str:
    """Asked for twice on a terminal; else a line of the standard input, so that a program can set one."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _tell_new(made: "NewKey", *, json: bool) -> None:
    if json:
        print_json(made)
        return
    notes().print(f"Key of {made.about.name} ({', '.join(made.about.roles)}). It is shown this once:", markup=False)
    screen().print(made.key, markup=False)


def _row(view: "KeyView") -> list[object]:
    until = view.revoked_ns or view.expires_ns
    return [
        view.id,
        view.name,
        view.kind,
        view.state,
        " ".join(view.roles),
        "all" if view.accounts is None else " ".join(view.accounts),
        moment(view.used_ns) if view.used_ns else DASH,
        moment(until) if until else DASH,
    ]
