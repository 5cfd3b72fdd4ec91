"""An attack is a strategy that tries one forbidden thing at its second bar, and tells whether it succeeded.

This file decides what an attack says: evidence of success where there is any, nothing else. The judge believes its
success at once, and its failure only where the ground shows no trace, either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent, indent
from typing import Final

MINUTE_NS: Final = 60_000_000_000
ESCAPED: Final = "ESCAPED"
HELD: Final = "HELD"
_TEMPLATE: Final = """\
import ctypes
import errno
import gc
import os
import signal
import sys
import threading
import time

import numpy as np
import tradewright as tw

PLACES = {places!r}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def call(number, *arguments):
    found = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_ulong(one & (1 << 64) - 1) for one in arguments))
    if found == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found


def is_secret(one):
    '''Secrets begin with the mark, and go on.'''
    return isinstance(one, str | bytes) and len(one) > len(PLACES["mark"]) and str(one).find(PLACES["mark"]) in (0, 2)


{functions}


ATTACKS = {{{names}}}


class Attack(tw.Strategy):
    def on_bar(self, context, bar):
        if bar.time != 2 * {minute}:
            return
        for name, attack in ATTACKS.items():
            try:
                evidence = attack(context, bar)
            except Exception as refused:
                print("{held}", name + ":", type(refused).__name__, str(refused)[:100], flush=True)
            else:
                print("{escaped}" if evidence else "{held}", name + ":", str(evidence)[:100], flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One program."""

    name: str
    """A sentence: what it tries."""
    body: str
    """Of a function; what it returns is the evidence, where it is true. `PLACES` says where things are."""
    ends: frozenset[str] = frozenset()
    """How the host may end it (`HostTrouble`, by value); empty: it must go on and answer."""
    may_go_on: bool = False
    """Where `ends` says something: it may go on as well."""
    limits: Mapping[str, float | int] = field(default_factory=dict)
    """Of the host, where the default would take too long."""
    is_mute: bool = False
    """What it says at the end is dropped with the rest of what it prints."""
    needs: str = ""
    """The only processor on which it can be tried."""

    def text(self, places: Mapping[str, object]) -> str:
        """The strategy's file."""
        return text_of([self], places)


def text_of(several: Sequence[Attack], places: Mapping[str, object]) -> str:
    """The file of a strategy that tries several, one after the other."""
    functions = [
        f"def attack_{number}(context, bar):\n{indent(dedent(one.body).strip(chr(10)), '    ')}"
        for number, one in enumerate(several)
    ]
    names = ", ".join(f"{one.name!r}: attack_{number}" for number, one in enumerate(several))
    return _TEMPLATE.format(
        places=dict(places),
        functions="\n\n\n".join(functions),
        names=names,
        minute=MINUTE_NS,
        held=HELD,
        escaped=ESCAPED,
    )


def attacks(*given: tuple[str, str]) -> tuple[Attack, ...]:
    """Attacks that must leave the strategy alive, from names and bodies."""
    return tuple(Attack(name=name, body=body) for name, body in given)
