"""All attacks, in the order of their kinds."""

from typing import Final

from proofs.sandboxing.attack import Attack
from proofs.sandboxing.attacks.bombs import BOMBS
from proofs.sandboxing.attacks.files import FILES
from proofs.sandboxing.attacks.inside import INSIDE
from proofs.sandboxing.attacks.kernel import KERNEL
from proofs.sandboxing.attacks.processes import PROCESSES
from proofs.sandboxing.attacks.protocol import PROTOCOL
from proofs.sandboxing.attacks.sockets import SOCKETS
from tradewright.adapters.sandbox.kernel import machine

KINDS: Final = {
    "files": FILES,
    "sockets": SOCKETS,
    "processes": PROCESSES,
    "kernel": KERNEL,
    "inside": INSIDE,
    "protocol": PROTOCOL,
    "bombs": BOMBS,
}
TOGETHER: Final = tuple(
    one
    for kind in (FILES, SOCKETS, PROCESSES, KERNEL, INSIDE)
    for one in kind
    if not one.ends and one.needs in {"", machine()}
)
"""Those that leave the strategy alive: they can be tried one after the other in one process."""
CORPUS: Final[tuple[Attack, ...]] = tuple(one for kind in KINDS.values() for one in kind)
