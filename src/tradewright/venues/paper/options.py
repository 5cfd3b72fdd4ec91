"""The options of the paper venue's command line."""

import argparse
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tradewright.application.backtests.costs import costs_of
from tradewright.domain.costs import Cost, Costs
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.venues.paper.server import Serving

DECIMALS = frozenset({"cash", "leverage", "lot", "participation"})
TABLES = frozenset({"lots", "multipliers"})
TERMS = DECIMALS | TABLES | {"currency", "costs"}


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The options as texts; a wrong one ends the process with its usage."""
    parser = argparse.ArgumentParser(
        prog="python -m tradewright.venues.paper",
        description="Serve one paper account. Its terms hold from its opening on; later ones are compared with them.",
    )
    parser.add_argument("--folder", required=True, help="the account's folder: its file, its socket, its lock")
    parser.add_argument("--account", required=True, help="the account's name")
    parser.add_argument("--project", help="the project whose bar store is replayed; the nearest one by default")
    parser.add_argument("--file", help="replay the bars of this file in place of the store's")
    parser.add_argument("--cash", help="cash at the opening; 100000 by default")
    parser.add_argument("--currency", help="USD by default")
    parser.add_argument("--costs", help="as PerShare(0.005, minimum=1) + Spread(bps=2)")
    parser.add_argument("--leverage", help="gross exposure allowed, in multiples of equity")
    parser.add_argument("--lot", help="smallest step of a quantity; 0 is divisible")
    parser.add_argument("--lots", help="other lots by instrument, as JSON")
    parser.add_argument("--multipliers", help="money per point by instrument, as JSON")
    parser.add_argument("--participation", help="part of a bar's volume that one order may take; 0: any")
    parser.add_argument("--idle-minutes", type=float, default=5.0, help="leave when nobody was connected for so long")
    parser.add_argument("--faults", default="{}", help="what goes wrong on purpose, as JSON")
    parser.add_argument("--injections", action="store_true", help="take events by hand, for tests")
    return parser.parse_args(arguments)


def terms_of(options: argparse.Namespace) -> tuple[AccountTerms, frozenset[str]]:
    """The account's terms, and the names of those that were given; InputError for what cannot be used."""
    given: dict[str, Any] = {name: getattr(options, name) for name in TERMS if getattr(options, name) is not None}
    for name in DECIMALS & given.keys():
        given[name] = _decimal(name, given[name])
    for name in TABLES & given.keys():
        given[name] = _decimals(name, given[name])
    if "costs" in given:
        given["costs"] = costs_in(given["costs"])
    return AccountTerms(account=AccountId(options.account), **given), frozenset(given)


def require_same(opened: AccountTerms, asked: AccountTerms, *, given: frozenset[str]) -> None:
    """InputError where terms were given that are not those on which the account was opened."""
    differing = sorted(name for name in {"account", *given} if getattr(opened, name) != getattr(asked, name))
    if differing:
        raise InputError(
            f"the paper account was opened on other terms: {', '.join(differing)}",
            expected=", ".join(f"{name} {getattr(opened, name)}" for name in differing),
            found=", ".join(f"{name} {getattr(asked, name)}" for name in differing),
            remedy="use the terms of its opening, or another account",
        )


def costs_in(text: str) -> Cost:
    """The costs that their expression means; `Costs()` is none."""
    return costs_of(None if text == repr(Costs()) else text)


def serving_of(options: argparse.Namespace) -> Serving:
    """How the account is served."""
    try:
        faults = msgspec.json.decode(options.faults, type=Faults)
    except msgspec.MsgspecError as problem:
        raise InputError("--faults cannot be read", expected='JSON as {"reject": 0.1}', found=str(problem)) from problem
    return Serving(idle_s=options.idle_minutes * 60, faults=faults, is_injecting=options.injections)


def _decimal(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InputError(f"--{name} cannot be read", expected="a decimal number", found=repr(text)) from None


def _decimals(name: str, text: str) -> dict[str, Decimal]:
    try:
        return msgspec.json.decode(text, type=dict[str, Decimal])
    except msgspec.MsgspecError as problem:
        raise InputError(
            f"--{name} cannot be read", expected='JSON as {"ESZ5.XCME": "50"}', found=str(problem)
        ) from problem
