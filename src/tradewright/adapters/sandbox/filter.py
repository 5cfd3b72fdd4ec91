"""Which calls of the system a confined strategy may still make: what Python, numpy, the compiler and threads need.

This file decides by a list of what is allowed; whatever is not on it fails with EPERM, also calls that do not
exist yet. A call in the manner of another processor ends the process; the numbers of x32 are refused.
"""

import ctypes
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tradewright.adapters.sandbox.bpf import (
    ALLOW,
    KILL_PROCESS,
    MACHINE_AT,
    NUMBER_AT,
    Assembler,
    high_half,
    low_half,
    refuse,
)
from tradewright.adapters.sandbox.kernel import call
from tradewright.adapters.sandbox.numbers import AUDIT_NAMES, NUMBERS

ALLOWED: Final = (
    # what it has open, and files as far as Landlock lets it
    "read write readv writev pread64 pwrite64 lseek close dup dup2 dup3 openat open fstat newfstatat statx stat lstat "
    "access faccessat faccessat2 readlink readlinkat getcwd getdents64 unlink unlinkat rename renameat renameat2 "
    "mkdir mkdirat rmdir fsync fdatasync "
    # waiting for what it has open; polars wakes its threads so
    "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd2 "
    # memory
    "mmap mprotect munmap mremap brk madvise "
    # threads and signals of its own
    "futex set_robust_list get_robust_list rseq sched_yield gettid rt_sigaction rt_sigprocmask rt_sigreturn "
    "sigaltstack restart_syscall exit exit_group "
    # time, and what it may know of itself
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrandom getrusage getrlimit getcpu "
    "getpid getppid getuid geteuid getgid getegid uname sysinfo"
)  # fmt: skip
X32: Final = 0x40000000
_CLONE_OF_A_THREAD: Final = 0x10F00
"""CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND and CLONE_THREAD are what makes it a thread of this process ..."""
_CLONE_MAY: Final = 0x7D0F00
"""... and beside them stands what the C libraries add, among it no new namespace."""
_FCNTL: Final = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: neither owners of signals nor locks nor flags."""
_IOCTL: Final = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX: questions, and the closing on exec."""
_PRCTL: Final = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: names."""
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1


@dataclass(frozen=True, slots=True)
class OneOf:
    """The argument, of 32 bits, is one of these."""

    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """The argument is 0 in all its 64 bits."""

    argument: int


@dataclass(frozen=True, slots=True)
class Bits:
    """The argument has all the bits that it must have, and none but those that it may have."""

    argument: int
    must: int
    may: int


Test = OneOf | Nothing | Bits


def with_arguments(process: int) -> Mapping[str, tuple[Test, ...]]:
    """The calls that are allowed with some arguments only, to the process of this number."""
    mine = OneOf(0, (process,))
    return {
        "clone": (Bits(0, _CLONE_OF_A_THREAD, _CLONE_MAY),),
        "fcntl": (OneOf(1, _FCNTL),),
        "ioctl": (OneOf(1, _IOCTL),),
        "kill": (mine,),
        "prctl": (OneOf(0, _PRCTL),),
        "prlimit64": (OneOf(0, (0, process)), Nothing(2)),
        "sched_getaffinity": (OneOf(0, (0, process)),),
        "tgkill": (mine,),
    }


def filter_program(machine: str, *, process: int) -> bytes:
    """The filter for a processor, to be installed by the process of this number."""
    numbers = NUMBERS[machine]
    made = Assembler()
    made.load(MACHINE_AT)
    made.if_equal(AUDIT_NAMES[machine], then="ours")
    made.verdict(KILL_PROCESS)
    made.place("ours")
    made.load(NUMBER_AT)
    made.if_at_least(X32, otherwise="plain")
    made.verdict(refuse(errno.EPERM))
    made.place("plain")
    for name in ALLOWED.split():
        if name in numbers:
            made.if_equal(numbers[name], otherwise=f"not {name}")
            made.verdict(ALLOW)
            made.place(f"not {name}")
    for name, tests in with_arguments(process).items():
        made.if_equal(numbers[name], otherwise=f"not {name}")
        for place, test in enumerate(tests):
            _add(made, test, good=f"{name} {place}", bad=f"bad {name}")
        made.verdict(ALLOW)
        made.place(f"bad {name}")
        made.verdict(refuse(errno.EPERM))
        made.place(f"not {name}")
    made.if_equal(numbers["clone3"], otherwise="refused")  # the C library then asks for a thread with clone
    made.verdict(refuse(errno.ENOSYS))
    made.place("refused")
    made.verdict(refuse(errno.EPERM))
    return made.assembled()


def _add(made: Assembler, test: Test, good: str, bad: str) -> None:
    match test:
        case OneOf():
            made.load(low_half(test.argument))
            for value in test.values[:-1]:
                made.if_equal(value, then=good)
            made.if_equal(test.values[-1], otherwise=bad)
        case Nothing():
            made.load(low_half(test.argument))
            made.if_equal(0, otherwise=bad)
            made.load(high_half(test.argument))
            made.if_equal(0, otherwise=bad)
        case Bits():
            made.load(high_half(test.argument))
            made.if_equal(0, otherwise=bad)
            made.load(low_half(test.argument))
            made.mask(~test.may & 0xFFFFFFFF)
            made.if_equal(0, otherwise=bad)
            made.load(low_half(test.argument))
            made.mask(test.must)
            made.if_equal(test.must, otherwise=bad)
    made.place(good)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def install(program: bytes) -> None:
    """Put the filter around every thread of this process, for ever; OSError where the kernel refuses."""
    steps = ctypes.create_string_buffer(program, len(program))
    given = _Program(len(program) // 8, ctypes.addressof(steps))
    odd = call("seccomp", _SET_MODE_FILTER, _ALL_THREADS, ctypes.addressof(given))
    if odd:
        raise OSError(errno.EBUSY, f"thread {odd} cannot be filtered")
