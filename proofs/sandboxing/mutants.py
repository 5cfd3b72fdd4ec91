"""Mutated strategy files: what editors, uploads, copies from forums and malice make of a source."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from proofs.sandboxing.corpus import CORPUS
from tradewright.application.strategies.template import strategy_text

ROOT: Final = Path(__file__).resolve().parents[2]
ODD: Final = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1a", b"\x0c", b"\r", b"\t", b"\\\n", b"\xe2\x80\xae", b"\xed\xa0\x80",
    b"# -*- coding: utf-7 -*-\n", b"# coding: cp037\n", b'"""', b"'''", b"f'{", b"}", b"(", b"[", b"{", b":=", b"@",
    b"lambda:", b"await ", b"yield ", b"async ", b"match x:\n case ", b"*", b"**", b"...", b"0x", b"1_", b"1e999",
    b"__debug__", b"del ", b"global x\n", b"nonlocal x\n", b"import os\n", b"exec('x')\n", b"while True: pass\n",
    b"raise SystemExit\n", b"class X(X): pass\n", b"from __future__ import braces\n", b"\xce\xbb", b"\xc2\xa0",
)  # fmt: skip
"""Pieces that readers of Python stumble over."""
BOMBS: Final[tuple[Callable[[int], bytes], ...]] = (
    lambda size: b"(" * size + b")" * size,
    lambda size: b"[" * size,
    lambda size: b"x = " + b"-" * size + b"1\n",
    lambda size: b"x = " + b"not " * size + b"1\n",
    lambda size: b"x = " + b"+".join([b"a"] * size) + b"\n",
    lambda size: b"x = a" + b".b" * size + b"\n",
    lambda size: b"x = a" + b"[0]" * size + b"\n",
    lambda size: b"x = a" + b"()" * size + b"\n",
    lambda size: b"x = " + b"lambda: " * size + b"1\n",
    lambda size: b"x = " + b"9" * size + b"\n",
    lambda size: b"x = '" + b"\\N{DASH}" * (size // 8) + b"'\n",
    lambda size: b"x = f'" + b"{x!r:" * (size // 8) + b"'\n",
    lambda size: b"if a: pass\n" + b"elif a: pass\n" * (size // 12),
    lambda size: b"".join(b" " * n + b"if a:\n" for n in range(min(size, 300))) + b" " * 300 + b"pass\n",
    lambda size: b"x = {" + b"**{" * size + b"}" * size + b"}\n",
    lambda size: b"a" * size + b" = 1\n",
    lambda size: b"#" * size + b"\n",
    lambda size: b"\n" * size,
    lambda size: b"x = 10 ** 10 ** " + str(size).encode() + b"\n",
    lambda size: b"x = [0] * " + str(size * 100_000).encode() + b"\n",
    lambda size: b"import numpy as np\nx = np.ones(" + str(size * 100_000).encode() + b")\n",
    lambda size: b"def f():\n    f()\nf()\n" * min(size, 3),
    lambda size: b"x = 'a' * " + str(size).encode() + b" * 1000\n",
    lambda size: b"class A: pass\n" * (size // 10),
    lambda size: b"x: " + b"list[" * size + b"int" + b"]" * size + b"\n",
    lambda size: b"print('x' * " + str(size).encode() + b" * 1000)\n",
)
SIZES: Final = (10, 95, 210, 1_000, 20_000, 200_000)


def seeds() -> tuple[bytes, ...]:
    """Whole strategies: ours, those of the examples, and the attacks."""
    written = [path.read_bytes() for path in sorted((ROOT / "examples").glob("*.py"))]
    built_in = [path.read_bytes() for path in sorted((ROOT / "src/tradewright/trading/strategies").glob("*.py"))]
    attacks = [one.text({"mark": "none", "calls": {}}).encode() for one in CORPUS if not one.ends][:40]
    return (strategy_text("my_idea")[1].encode(), *written, *built_in, *attacks)


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """So many sources, the same for the same seed."""
    chance, whole = random.Random(seed), seeds()
    for _ in range(count):
        yield mutated(bytearray(chance.choice(whole)), chance)


def mutated(source: bytearray, chance: random.Random) -> bytes:
    """One source, changed in one to five ways."""
    for _ in range(chance.randint(1, 5)):
        chance.choice(WAYS)(source, chance)
    return bytes(source[: 1 << 21])


def _flip(source: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        if source:
            source[chance.randrange(len(source))] ^= 1 << chance.randrange(8)


def _cut(source: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(source) + 1)
    del source[first : first + chance.randint(1, max(1, len(source) // 2))]


def _put(source: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(source) + 1)
    source[at:at] = chance.choice(ODD) * chance.choice((1, 1, 1, 50))


def _swap_lines(source: bytearray, chance: random.Random) -> None:
    lines = bytes(source).split(b"\n")
    if len(lines) > 1:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    source[:] = b"\n".join(lines)


def _repeat(source: bytearray, chance: random.Random) -> None:
    if source:
        first = chance.randrange(len(source))
        piece = source[first : first + chance.randint(1, 200)]
        source[first:first] = piece * chance.choice((1, 10, 1_000))


def _bomb(source: bytearray, chance: random.Random) -> None:
    made = chance.choice(BOMBS)(chance.choice(SIZES))
    lines = bytes(source).split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), made)
    source[:] = b"\n".join(lines)


def _join(source: bytearray, chance: random.Random) -> None:
    other = chance.choice(seeds())
    first = chance.randrange(len(other))
    source += other[first : first + chance.randint(1, 2_000)]


WAYS: Final = (_flip, _cut, _put, _put, _swap_lines, _repeat, _bomb, _bomb, _join)
