"""Landlock: the kernel's rules on which files a process, without any right of its own, lets itself reach.

This file decides what is handled by each version of the interface: everything that the running kernel knows of files,
TCP, abstract sockets and signals is forbidden, but for reading below some folders and writing below one.
"""

import ctypes
import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.kernel import call

_TELL_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_REMOVE_DIR: Final = 1 << 4
_REMOVE_FILE: Final = 1 << 5
_MAKE_DIR: Final = 1 << 7
_MAKE_REGULAR: Final = 1 << 8
_TRUNCATE: Final = 1 << 14
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which version on, how many rights on files are known: REFER came with 2, TRUNCATE with 3, IOCTL_DEV with 5."""
_TCP: Final = 0b11
_TCP_FROM: Final = 4
_SCOPES: Final = 0b11
_SCOPES_FROM: Final = 6
_READ: Final = _READ_FILE | _READ_DIR
_WRITE: Final = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REGULAR | _TRUNCATE


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Version of the kernel's interface; an OSError says that there is none (ENOSYS) or that it is off (EOPNOTSUPP)."""
    return call("landlock_create_ruleset", 0, 0, _TELL_VERSION)


def handled(known: int) -> tuple[int, int, int]:
    """The rights on files, on TCP, and the scopes that a version forbids unless a rule allows them."""
    files = max(count for since, count in _FILE_RIGHTS if since <= known)
    return (1 << files) - 1, _TCP if known >= _TCP_FROM else 0, _SCOPES if known >= _SCOPES_FROM else 0


def restrict(readable: Iterable[str], writable: str) -> int:
    """Let this thread, and those that it starts, read below `readable` and write below `writable`; nothing else.

    Gives the version. OSError where the kernel refuses, or a folder cannot be opened.
    """
    known = version()
    files, network, scopes = handled(known)
    ruleset = _Ruleset(files, network, scopes)
    rules = call("landlock_create_ruleset", ctypes.addressof(ruleset), ctypes.sizeof(ruleset), 0)
    try:
        for path in readable:
            _allow(rules, path, _READ & files)
        _allow(rules, writable, _WRITE & files)
        call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)
    return known


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        given = rights if Path(path).is_dir() else rights & (_READ_FILE | _WRITE_FILE | _TRUNCATE)
        beneath = _PathBeneath(given, place)
        call("landlock_add_rule", rules, _PATH_BENEATH, ctypes.addressof(beneath), 0)
    finally:
        os.close(place)


def told(problem: OSError) -> str:
    """Why there is no Landlock, for people."""
    if problem.errno == errno.ENOSYS:
        return f"the kernel {os.uname().release} has no Landlock; it came with Linux 5.13"
    if problem.errno == errno.EOPNOTSUPP:
        return "the kernel has Landlock, but it was not switched on at its start (parameter lsm=landlock,...)"
    return f"the kernel refused it: {problem.strerror}"
