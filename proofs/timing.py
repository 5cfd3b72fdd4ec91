"""Whether the time that a secret is compared in tells anything of it: Welch's t-test over two kinds of guesses.

At each place where a secret is compared, guesses that are nearly right and guesses that are all wrong are measured in
an order of chance; the slowest twentieth, which the machine made slow, is left out. A comparison letter by letter is
measured in the same way, to see that the measurement sees.
"""

import argparse
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from proofs.report import Report
from tradewright.adapters.passwords.argon import ArgonPasswords
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.access import opaque
from tradewright.application.access.entering import Entrance
from tradewright.application.messages import Role
from tradewright.domain.errors import NotIdentified
from tradewright.ports.keys import KeptKey, KeyKind, KeyRing

LIMIT = 4.5
"""Beyond it the two kinds differ: one chance in a hundred thousand where they do not."""
KEPT_SHARE = 0.95
POOL = 64
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Guess = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret is compared, with guesses of both kinds."""

    name: str
    guess: Guess
    near: Sequence[str]
    far: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What the times of a place say."""

    name: str
    samples: int
    t: float
    near_ns: float
    far_ns: float


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--samples", type=int, default=100_000, help="measured at each place")
    parser.add_argument("--seed", type=int, default=1)


def prove(asked: argparse.Namespace) -> int:
    """Measure every place."""
    report, chance = Report("timing", "G36"), random.Random(asked.seed)
    control = measured(letter_by_letter(chance), min(asked.samples, 20_000), chance)
    report.say("a comparison letter by letter, |t|", f"{abs(control.t):.1f}", goal=f"> {LIMIT}", is_met=seen(control))
    for place in places(chance):
        found = measured(place, asked.samples, chance)
        told = f"{abs(found.t):.2f} ({found.near_ns:,.0f} and {found.far_ns:,.0f} ns)"
        report.say(f"{place.name}, |t|", told, goal=f"< {LIMIT}", is_met=not seen(found))
        report.numbers[place.name] = {"t": found.t, "near_ns": found.near_ns, "far_ns": found.far_ns}
    report.numbers |= {"samples": asked.samples, "seed": asked.seed, "control": control.t}
    return report.finish(is_kept=not asked.no_record)


def seen(found: Found) -> bool:
    """Whether the times tell the kinds apart."""
    return abs(found.t) >= LIMIT


def places(chance: random.Random) -> list[Place]:
    """Every place where a secret that somebody sends meets one that is kept."""
    secret = _text(chance, 43)
    near = [secret[:42] + one for one in LETTERS if one != secret[42]]
    far = [_text(chance, 43) for _ in range(POOL)]
    id = "tw_abcdefgh2345"
    entrance = _entrance(id, secret)

    def enters(guess: str) -> object:
        try:
            return entrance.actor(guess)
        except NotIdentified:
            return None

    digest = sha256(secret.encode()).digest()
    passwords = ArgonPasswords(time_cost=1, memory_kib=64)
    word = "four words that nobody says"
    kept, texts = passwords.kept(word), [_text(chance, len(word)) for _ in range(POOL)]
    return [
        Place("a key at the door", enters, [f"{id}.{one}" for one in near], [f"{id}.{one}" for one in far]),
        Place("the secret of a key", lambda one: opaque.fits(opaque.Opaque(id, one), digest), near, far),
        Place(
            "a password, its letters",
            lambda one: passwords.fits(one, kept),
            [word[:-1] + one for one in LETTERS if one != word[-1]],
            texts,
        ),
        Place(
            "a password, of somebody or of nobody",
            lambda one: passwords.fits(one[1:], kept if one[0] == "s" else ""),
            [f"s{one}" for one in texts],
            [f"n{one}" for one in texts],
        ),
    ]


def letter_by_letter(chance: random.Random) -> Place:
    """How it must not be done."""
    secret = _text(chance, 43)

    def same(guess: str) -> bool:
        return all(mine == theirs for mine, theirs in zip(secret, guess, strict=True))

    near = [secret[:42] + one for one in LETTERS if one != secret[42]]
    return Place("letter by letter", same, near, [_text(chance, 43) for _ in range(POOL)])


def measured(place: Place, samples: int, chance: random.Random) -> Found:
    """Times of both kinds in an order of chance, and Welch's t of those that are not the machine's."""
    pools = _alike(place.near, place.far, chance)
    plan = [(kind, chance.choice(pools[kind])) for kind in chance.choices((True, False), k=samples)]
    guess, clock, times = place.guess, time.perf_counter_ns, [0] * samples
    for _, one in plan[:200]:
        guess(one)
    for number, (_, one) in enumerate(plan):
        began = clock()
        guess(one)
        times[number] = clock() - began
    most = sorted(times)[int(samples * KEPT_SHARE)]
    near, far = (
        [spent for spent, (kind, _) in zip(times, plan, strict=True) if kind is wanted and spent <= most]
        for wanted in (True, False)
    )
    return Found(place.name, samples, welch(near, far), sum(near) / len(near), sum(far) / len(far))


def welch(one: Sequence[float], other: Sequence[float]) -> float:
    """Welch's t (B. L. Welch, Biometrika 34, 1947): the difference of means by its standard error.

    >>> round(welch([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]), 4)
    -1.2247
    """
    means = [sum(values) / len(values) for values in (one, other)]
    errors = [
        sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
        for values, mean in zip((one, other), means, strict=True)
    ]
    return (means[0] - means[1]) / math.sqrt(sum(errors)) if sum(errors) else 0.0


def _alike(near: Sequence[str], far: Sequence[str], chance: random.Random) -> dict[bool, list[str]]:
    """As many of both kinds, each made anew and in an order of chance, so that they lie in the memory alike."""
    most = min(len(near), len(far))
    mixed = [(True, one) for one in near[:most]] + [(False, one) for one in far[:most]]
    chance.shuffle(mixed)
    made = [(kind, "".join(list(one))) for kind, one in mixed]
    return {wanted: [one for kind, one in made if kind is wanted] for wanted in (True, False)}


def _text(chance: random.Random, letters: int) -> str:
    return "".join(chance.choices(LETTERS, k=letters))


def _entrance(id: str, secret: str) -> Entrance:
    kept = KeptKey(
        id=id,
        digest=sha256(secret.encode()).digest(),
        kind=KeyKind.PROGRAM,
        name="desk",
        roles=frozenset({Role.VIEWER.value}),
        created_ns=1,
        created_by="proof",
    )
    return Entrance(cast(KeyRing, _OneKey(kept)), SystemClock())


class _OneKey:
    """A ring with one key, so that no database is measured."""

    changes = 0

    def __init__(self, kept: KeptKey) -> None:
        self._kept = kept

    def find(self, key: str) -> KeptKey | None:
        """It, by its id."""
        return self._kept if key == self._kept.id else None
