"""A machine for filters, written from the manual of classic BPF and knowing nothing of our assembler."""

import struct


def verdict(program: bytes, *, machine: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the filter says of a call."""
    given = [*arguments, *[0] * (6 - len(arguments))]
    shown = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, machine, 0, *(one & (1 << 64) - 1 for one in given))
    steps = list(struct.iter_unpack("<HBBI", program))
    at = word = 0
    while True:
        code, then, otherwise, value = steps[at]
        at += 1
        if code == 0x20:
            (word,) = struct.unpack_from("<I", shown, value)
        elif code == 0x54:
            word &= value
        elif code == 0x15:
            at += then if word == value else otherwise
        elif code == 0x35:
            at += then if word >= value else otherwise
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"step {at - 1} has the unknown code {code:#x}")
