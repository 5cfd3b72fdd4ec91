"""What a confined process tries before it loads a strategy: forbidden things, each of which has to fail.

This file decides what counts as a wall: a call must be refused by the filter itself (EPERM, ENOSYS), not merely fail
for its arguments, and a file outside must not open. One success, and the strategy is not loaded.
"""

import errno
import os
import resource
import signal
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tradewright.adapters.sandbox.filter import X32
from tradewright.adapters.sandbox.kernel import PR_SET_DUMPABLE, call, call_number, machine
from tradewright.adapters.sandbox.numbers import number_of

REFUSED_BY_FILTER: Final = frozenset({errno.EPERM, errno.ENOSYS})
REFUSED_BY_RULES: Final = frozenset({errno.EPERM, errno.EACCES, errno.ENOENT, errno.EROFS})
Attempt = Callable[[], object]

_CALLS: Final[Mapping[str, tuple[str, *tuple[int, ...]]]] = MappingProxyType(
    {
        "open a connection": ("socket", 2, 1, 0),
        "open a socket of this machine": ("socket", 1, 1, 0),
        "make a pair of sockets": ("socketpair", 1, 1, 0, 0),
        "run a program": ("execve", 0, 0, 0),
        "run a program from memory": ("execveat", -1, 0, 0, 0, 0),
        "make a file in memory": ("memfd_create", 0, 0),
        "trace a process": ("ptrace", 16, 1),
        "read the memory of a process": ("process_vm_readv", 1, 0, 0, 0, 0, 0),
        "take an open file of a process": ("pidfd_open", 1, 0),
        "make namespaces": ("unshare", 0x10000000),
        "mount": ("mount", 0, 0, 0, 0, 0),
        "change its root": ("chroot", 0),
        "ask for io_uring": ("io_uring_setup", 1, 0),
        "load a program into the kernel": ("bpf", 0, 0, 0),
        "handle page faults of others": ("userfaultfd", 0),
        "reach keys": ("keyctl", 0, 0),
        "share memory": ("shmget", 0, 4096, 0o1600),
        "count events of the machine": ("perf_event_open", 0, 0, -1, -1, 0),
        "become root": ("setresuid", 0, 0, 0),
        "be looked into": ("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0),
        "change rights of a file": ("fchmodat", -100, 0, 0o777, 0),
        "link a file": ("linkat", -100, 0, -100, 0, 0),
        "open a file by its handle": ("open_by_handle_at", -100, 0, 0),
    }
)


def broken(*, parent: int, outside: str, own: str) -> tuple[str, ...]:
    """What was possible of what must not be; empty where every wall stands.

    `outside` is a file beside the folder of its own, `own` that folder.
    """
    found = [
        what for what, attempt in _attempts(parent, outside).items() if not _is_refused(attempt, REFUSED_BY_FILTER)
    ]
    files: dict[str, Attempt] = {
        "read a file outside": partial(Path(outside).read_bytes),
        "read its own environment": partial(Path("/proc/self/environ").read_bytes),
        "read passwords": partial(Path("/etc/shadow").read_bytes),
        "list the root folder": lambda: list(Path("/").iterdir()),
        "write outside": partial(Path(outside).with_name("written").write_bytes, b""),
    }
    found += [what for what, attempt in files.items() if not _is_refused(attempt, REFUSED_BY_RULES)]
    return (*found, *_missing(own))


def _attempts(parent: int, outside: str) -> dict[str, Attempt]:
    """Calls that the filter has to refuse."""
    made: dict[str, Attempt] = {what: partial(call, *given) for what, given in _CALLS.items()}
    made["start a process"] = _fork
    made["start a process with clone3"] = partial(call, "clone3", 0, 0)
    made["signal its parent"] = partial(os.kill, parent, 0)
    made["signal every process"] = partial(os.kill, -1, 0)
    made["raise a limit"] = partial(resource.setrlimit, resource.RLIMIT_CORE, (0, 0))
    if machine() == "x86_64":
        made["call in the manner of x32"] = partial(call_number, X32 | number_of("getpid", machine()))
    return made


def _fork() -> None:
    if call("clone", signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


def _is_refused(attempt: Attempt, reasons: frozenset[int]) -> bool:
    try:
        attempt()
    except OSError as refused:
        return refused.errno in reasons
    except ValueError:
        return True  # of setrlimit, which says so where the kernel refuses
    return False


def _missing(own: str) -> tuple[str, ...]:
    """What has to be possible: a wall in the wrong place is none, either."""
    probe = Path(own, "probe")
    try:
        probe.write_bytes(b"1")
        probe.unlink()
        Path(__file__).read_bytes()
    except OSError as refused:
        return (f"not even use its own folder ({refused.strerror})",)
    return ()
