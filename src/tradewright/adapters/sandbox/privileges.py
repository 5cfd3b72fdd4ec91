"""What a confined process gives up of its own: its user, its capabilities, and ever getting new ones.

Where root starts it, it becomes a user of the range that systemd keeps for services without a name, so that it owns no
file of anybody; elsewhere it stays the user who started it.
"""

import ctypes
import os
import signal
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.kernel import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    call,
    control,
)

FIRST_USER: Final = 61184
USERS: Final = 4336
CAP_SETUID: Final = 7
CAP_SYS_ADMIN: Final = 21
_VERSION_3: Final = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("words", ctypes.c_uint32 * 6),)


def is_root() -> bool:
    """Whether this process is root, perhaps of a container only."""
    return os.geteuid() == 0


def holds(capability: int) -> bool:
    """Whether this process may do what the capability allows."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> capability & 1)
    return False


def own_user() -> int:
    """The user that this process becomes; two that live at once have the same only by chance."""
    return FIRST_USER + os.getpid() % USERS


def hand_over(folder: str, user: int) -> None:
    """Give a folder of ours, with what we put there, to the user."""
    for place, _, files in os.walk(folder):
        for path in (place, *(str(Path(place, name)) for name in files)):
            os.chown(path, user, user, follow_symlinks=False)


def become(user: int) -> None:
    """Become this user, of no group but its own, for ever; OSError where the system does not let us."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def give_up() -> None:
    """Give up every capability, and that running a program could bring one back."""
    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header, sets = _Header(_VERSION_3, 0), _Sets()
    call("capset", ctypes.addressof(header), ctypes.addressof(sets))
    control(PR_SET_NO_NEW_PRIVS, 1)


def close_up(parent: int) -> None:
    """Nobody may look into this process, and it ends with its parent: last, because becoming a user undoes both."""
    control(PR_SET_DUMPABLE, 0)
    control(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
