"""Attacks on the network: sockets of every family, names, libraries that connect, sockets that are there already."""

from typing import Final

from proofs.sandboxing.attack import Attack, attacks

SOCKETS: Final[tuple[Attack, ...]] = attacks(
    (
        "connect to a service of this machine",
        "import socket; return socket.create_connection(('127.0.0.1', PLACES['port']), 2)",
    ),
    ("connect by IPv6", "import socket; return socket.create_connection(('::1', PLACES['port']), 2)"),
    (
        "send a datagram",
        """
        import socket
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        return one.sendto(b"stolen", ("127.0.0.1", PLACES["port"]))
        """,
    ),
    (
        "connect to the socket of a service by its path",
        "import socket; one = socket.socket(socket.AF_UNIX); one.connect(PLACES['unix']); return 'connected'",
    ),
    (
        "connect to a socket without a path",
        r"""
        import socket
        one = socket.socket(socket.AF_UNIX)
        one.connect("\0" + PLACES["abstract"])
        return "connected"
        """,
    ),
    ("listen", "import socket; one = socket.socket(); one.bind(('127.0.0.1', 0)); one.listen(); return 'listens'"),
    ("talk to the kernel's network", "import socket; return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
    ("read packets", "import socket; return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
    ("send raw packets", "import socket; return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    ("talk to the host of a virtual machine", "import socket; return socket.socket(40, socket.SOCK_STREAM)"),
    ("use the kernel's ciphers", "import socket; return socket.socket(38, socket.SOCK_SEQPACKET)"),
    ("make a pair of sockets", "import socket; return socket.socketpair()"),
    ("ask for the address of a name", "import socket; return socket.getaddrinfo('localhost', 80)"),
    ("fetch a page", "import urllib.request; return urllib.request.urlopen(f\"http://127.0.0.1:{PLACES['port']}/\")"),
    (
        "run a loop of its own",
        """
        import asyncio
        async def reach():
            return await asyncio.open_connection("127.0.0.1", PLACES["port"])
        return asyncio.run(reach())
        """,
    ),
    ("make a socket with a plain call of the kernel", "return call(PLACES['calls']['socket'], 2, 1, 0) >= 0"),
    ("make a socket with the C library", "return LIBC.socket(2, 1, 0) >= 0"),
    (
        "pass an open file through its own pipe",
        """
        import array, socket
        found = []
        for number in range(3, 30):
            try:
                one = socket.socket(fileno=os.dup(number))
                one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [number]))])
                found.append(number)
            except OSError:
                pass
        return found
        """,
    ),
    (
        "make every kind of socket there is",
        """
        made = []
        for family in range(64):
            for kind in (1, 2, 3, 5):
                try:
                    made.append((family, kind, call(PLACES["calls"]["socket"], family, kind, 0)))
                except OSError as refused:
                    if refused.errno not in (errno.EPERM, errno.ENOSYS):
                        made.append((family, kind, refused))
        return made
        """,
    ),
)
