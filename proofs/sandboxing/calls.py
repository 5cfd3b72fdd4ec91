"""Numbers of calls that attacks make beside those that the product knows."""

from collections.abc import Mapping
from typing import Final

from tradewright.adapters.sandbox.kernel import machine
from tradewright.adapters.sandbox.numbers import NUMBERS

MORE: Final[Mapping[str, Mapping[str, int]]] = {
    "x86_64": {
        "adjtimex": 159, "finit_module": 313, "futex_waitv": 449, "kexec_load": 246, "listxattr": 194, "mlockall": 151,
        "move_pages": 279, "mseal": 462, "pkey_alloc": 330, "prlimit64": 302, "process_mrelease": 448,
        "quotactl_fd": 443, "recvmsg": 47, "sched_setattr": 314, "sched_setscheduler": 144, "sendmsg": 46,
        "setsid": 112, "setpgid": 109, "statfs": 137, "swapoff": 168, "sysfs": 139, "syslog": 103, "tkill": 200,
        "rt_tgsigqueueinfo": 297, "uselib": 134, "vhangup": 153,
    },
    "aarch64": {
        "adjtimex": 171, "finit_module": 273, "futex_waitv": 449, "kexec_load": 104, "mlockall": 230, "move_pages": 239,
        "mseal": 462, "pkey_alloc": 289, "prlimit64": 261, "process_mrelease": 448, "quotactl_fd": 443, "recvmsg": 212,
        "sched_setattr": 274, "sched_setscheduler": 119, "sendmsg": 211, "setsid": 157, "setpgid": 154, "swapoff": 225,
        "syslog": 116, "tkill": 130, "rt_tgsigqueueinfo": 240, "vhangup": 58,
    },
}  # fmt: skip


def calls() -> dict[str, int]:
    """Every number that is known for this processor."""
    return {**NUMBERS[machine()], **MORE[machine()]}
