"""Calls of the Linux kernel for which Python has no words.

This file decides that a call that fails is an OSError with its errno, like every other call of the system.
"""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.numbers import number_of

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24
PR_SET_NO_NEW_PRIVS: Final = 38
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
IS_LINUX: Final = sys.platform == "linux"


@cache
def machine() -> str:
    """The processor, as the kernel names it: `x86_64`, `aarch64`."""
    return os.uname().machine


def call(name: str, *arguments: int) -> int:
    """Make a call by its name; OSError where the kernel refuses. Addresses are given as numbers."""
    return call_number(number_of(name, machine()), *arguments)


def call_number(number: int, *arguments: int) -> int:
    """Make a call by its number."""
    found: int = _library().syscall(ctypes.c_long(number), *(ctypes.c_ulong(one & _WORD) for one in arguments))
    if found == -1:
        problem = ctypes.get_errno()
        raise OSError(problem, os.strerror(problem))
    return found


def control(option: int, *arguments: int) -> int:
    """Make a `prctl` call; OSError where the kernel refuses."""
    return call("prctl", option, *(*arguments, 0, 0, 0, 0)[:4])


def threads() -> int:
    """How many threads this process has."""
    return len(list(Path("/proc/self/task").iterdir()))


_WORD: Final = (1 << 64) - 1


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library
