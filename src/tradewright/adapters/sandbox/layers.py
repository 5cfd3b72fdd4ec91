"""Which walls this machine can raise around an uploaded strategy: for people who ask why one is not run.

This file decides nothing: whether the walls stand is proven in the confined process, each time.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tradewright.adapters.sandbox import landlock
from tradewright.adapters.sandbox.bpf import KILL_PROCESS
from tradewright.adapters.sandbox.kernel import IS_LINUX, call, machine
from tradewright.adapters.sandbox.numbers import NUMBERS
from tradewright.adapters.sandbox.places import closed_to_others, readable_places
from tradewright.adapters.sandbox.privileges import CAP_SETUID, CAP_SYS_ADMIN, holds, is_root

_IS_THERE: Final = 2


@dataclass(frozen=True, slots=True)
class Layer:
    """One wall on this machine."""

    name: str
    is_there: bool
    story: str
    is_needed: bool = True
    """Without it no uploaded strategy is run here."""


def layers() -> tuple[Layer, ...]:
    """Every wall, in the order in which they are raised."""
    if not IS_LINUX or machine() not in NUMBERS:
        told = f"the walls are those of Linux on {' or '.join(NUMBERS)}"
        return (Layer("Linux", is_there=False, story=told),)
    return (_tree(), _user(), _landlock(), _filter())


def _tree() -> Layer:
    name = "own file tree"
    if not is_root():
        told = "only root makes one; strategies learn names and sizes of files whose path they know, never content"
        return Layer(name, is_there=False, story=told, is_needed=False)
    if not holds(CAP_SYS_ADMIN):
        told = "this root may not mount (no CAP_SYS_ADMIN, as usual in a container); the other walls stand without it"
        return Layer(name, is_there=False, story=told, is_needed=False)
    return Layer(name, is_there=True, story="root may mount: strategies see the interpreter and our code, nothing else")


def _user() -> Layer:
    name = "own user"
    if not is_root():
        told = "strategies run as the user who starts them, who is not root"
        return Layer(name, is_there=False, story=told, is_needed=False)
    if not holds(CAP_SETUID):
        return Layer(name, is_there=False, story="this root may not become another user (no CAP_SETUID)")
    closed = "" if holds(CAP_SYS_ADMIN) else closed_to_others(readable_places())
    if closed:
        return Layer(name, is_there=False, story=f"another user cannot read the interpreter: {closed} is closed")
    return Layer(name, is_there=True, story="root starts strategies as a user who owns nothing")


def _landlock() -> Layer:
    return _asked("Landlock", lambda: f"version {landlock.version()} of the interface", landlock.told)


def _filter() -> Layer:
    def ask() -> str:
        action = ctypes.c_uint32(KILL_PROCESS)
        call("seccomp", _IS_THERE, 0, ctypes.addressof(action))
        return f"filters of calls for {machine()}"

    return _asked("seccomp filter", ask, lambda problem: f"the kernel has no filters: {problem.strerror}")


def _asked(name: str, ask: Callable[[], str], told: Callable[[OSError], str]) -> Layer:
    try:
        return Layer(name, is_there=True, story=ask())
    except OSError as problem:
        return Layer(name, is_there=False, story=told(problem))
