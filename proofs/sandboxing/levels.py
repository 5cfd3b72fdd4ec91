"""Levels of confinement: how much the system lets the engine's process do, and so which walls it can raise.

`full` is root that may mount. `user` is a user without any right of its own. `container` is the root of a container as
Docker starts one: its usual capabilities, its usual refusals, a file tree that every user can read. The other levels
take one wall away, as an old kernel or an odd container does; there every strategy has to be refused.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.bpf import ALLOW, ARGUMENTS_AT, NUMBER_AT, Assembler, refuse
from tradewright.adapters.sandbox.filter import install
from tradewright.adapters.sandbox.kernel import (
    PR_CAPBSET_DROP,
    PR_SET_NO_NEW_PRIVS,
    call,
    control,
    machine,
)
from tradewright.adapters.sandbox.numbers import number_of
from tradewright.adapters.sandbox.places import closed_to_others, readable_places
from tradewright.adapters.sandbox.privileges import CAP_SYS_ADMIN, holds, is_root
from tradewright.adapters.sandbox.tree import show_elsewhere

USER: Final = 60_999
"""Of the level `user`; below the range that confined processes draw from."""
OF_DOCKER: Final = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31})
"""chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod,
audit_write, setfcap."""
REFUSED_BY_DOCKER: Final = (
    "acct", "add_key", "bpf", "clock_settime", "fanotify_init", "fsopen", "init_module", "io_uring_enter",
    "io_uring_setup", "kcmp", "keyctl", "mount", "move_mount", "open_by_handle_at", "open_tree", "perf_event_open",
    "pivot_root", "quotactl", "reboot", "request_key", "setns", "settimeofday", "swapon", "umount2", "unshare",
    "userfaultfd",
)  # fmt: skip
_NEW_NAMESPACES: Final = 0x7E020000
REAL: Final = ("full", "user", "container")
WITHOUT: Final[Mapping[str, Mapping[str, int]]] = {
    "no-landlock": {"landlock_create_ruleset": errno.ENOSYS},
    "landlock-off": {"landlock_create_ruleset": errno.EOPNOTSUPP},
    "no-seccomp": {"seccomp": errno.EINVAL},
    "no-mounts": {"mount": errno.EPERM},
    "no-own-user": {"setresuid": errno.EPERM},
    "no-privileges": {"capset": errno.EPERM},
}
"""Calls that fail, by level: the wall that needs them cannot be raised."""
WALLS: Final[Mapping[str, str]] = {
    "no-landlock": "Landlock",
    "landlock-off": "Landlock",
    "no-seccomp": "seccomp filter",
    "no-mounts": "own file tree",
    "no-own-user": "own user",
    "no-privileges": "no privileges",
}
"""Which wall the refusal must name."""


def possible() -> tuple[str, ...]:
    """The levels that can be entered from here."""
    if is_root() and holds(CAP_SYS_ADMIN):
        return (*REAL, *WITHOUT)
    return ("user", "no-landlock", "landlock-off", "no-seccomp", "no-privileges") if not is_root() else ("container",)


def enter(level: str) -> None:
    """Bring this process to a level, for ever; what it runs next is there as well."""
    if level == "user" and is_root():
        _open_tree()
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)
    elif level == "container" and holds(CAP_SYS_ADMIN):
        _open_tree()
        control(PR_SET_NO_NEW_PRIVS, 1)
        install(_refusing(dict.fromkeys(REFUSED_BY_DOCKER, errno.EPERM), clone=errno.EPERM))
        _drop_to(OF_DOCKER)
    elif level in WITHOUT:
        control(PR_SET_NO_NEW_PRIVS, 1)
        install(_refusing(WITHOUT[level]))


def _open_tree() -> None:
    """Let every user reach the interpreter, as in a container: a closed folder on the way is covered by an open one."""
    needed = (*readable_places(), sys.prefix, sys.base_prefix)
    while closed := closed_to_others(needed):
        show_elsewhere(closed, [path for path in needed if Path(path).is_relative_to(closed)])


def _drop_to(kept: frozenset[int]) -> None:
    """Keep only these capabilities, whatever is run next."""
    for capability in range(64):
        if capability not in kept:
            with suppress(OSError):
                control(PR_CAPBSET_DROP, capability)
    low = sum(1 << one for one in kept if one < 32)
    high = sum(1 << (one - 32) for one in kept if one >= 32)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    call("capset", ctypes.addressof(header), ctypes.addressof(sets))


def _refusing(refused: Mapping[str, int], *, clone: int = 0) -> bytes:
    """A filter that refuses these calls, and with `clone` new namespaces, and lets everything else through."""
    made = Assembler()
    made.load(NUMBER_AT)
    for name, error in refused.items():
        made.if_equal(number_of(name, machine()), otherwise=f"not {name}")
        made.verdict(refuse(error))
        made.place(f"not {name}")
    if clone:
        made.if_equal(number_of("clone", machine()), otherwise="any")
        made.load(ARGUMENTS_AT)
        made.mask(_NEW_NAMESPACES)
        made.if_equal(0, then="any")
        made.verdict(refuse(clone))
        made.place("any")
    made.verdict(ALLOW)
    return made.assembled()
