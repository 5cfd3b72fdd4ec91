"""One attack on one host: it is shown four slices, and a judge looks at what it said, what it did, and what is left."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from proofs.sandboxing.attack import ESCAPED, HELD, MINUTE_NS, Attack, text_of
from proofs.sandboxing.ground import Ground
from tradewright.adapters.hosts.launch import MARK, Enclosing
from tradewright.adapters.hosts.limits import HostLimits
from tradewright.adapters.hosts.worker import WorkerHost
from tradewright.adapters.sandbox.enclosing import Enclosure
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.ports.code import Source
from tradewright.ports.feed import Slice, SliceBar
from tradewright.ports.hosts import (
    CancelWish,
    HostEvent,
    HostFailed,
    OrderWish,
    Proposed,
    ProtectWish,
    Shown,
    StrategyTerms,
    TargetWish,
    Wish,
)

ENTRY: Final = "tradewright.bootstrap.confined_worker"
PLAIN_ENTRY: Final = "tradewright.bootstrap.strategy_worker"
NAME: Final = "AAA.XNYS"
SLICES: Final = 4
PATIENCE_S: Final = 90.0
MOST_STORY: Final = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attack."""

    attack: str
    outcome: str
    """`held`, or how the host ended it."""
    told: str
    """What the attack met, or the story of its end."""
    met: int = 0
    """How many attacks told what they met."""
    findings: list[str] = field(default_factory=list)
    """What must not be; empty: it did not get out, and the host behaved."""
    refused_by: str = ""
    """The story where the strategy was not run at all."""


class _Events(list[HostEvent]):
    """What the host says, with a bell."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def __call__(self, event: HostEvent) -> None:
        self.append(event)
        self.news.set()

    @property
    def is_over(self) -> bool:
        """All slices are answered, or it failed."""
        return len(self) > SLICES or bool(self and isinstance(self[-1], HostFailed))


def tried(attack: Attack, ground: Ground) -> Verdict:
    """Let it run behind walls, and judge."""
    source = Source(attack.text(ground.places).encode(), "attack.py")
    return _tried(attack, source, ground, Enclosure(entry=ENTRY, source_of=lambda _: source))


def tried_together(several: Sequence[Attack], ground: Ground, *, is_confined: bool = True) -> Verdict:
    """Let several run in one process, one after the other; without walls, to see that they would get out."""
    source = Source(text_of(several, ground.places).encode(), "attack.py")
    plain = ground.folder.parent / f"{ground.folder.name}.py"
    attack = Attack(name=f"{len(several)} together", body="", limits={"answer_s": PATIENCE_S})
    if is_confined:
        return _tried(attack, source, ground, Enclosure(entry=ENTRY, source_of=lambda _: source))
    plain.write_bytes(source.content)
    try:
        return _tried(attack, source, ground, PLAIN_ENTRY, strategy=f"{plain}:Attack")
    finally:
        plain.unlink()


def _tried(attack: Attack, source: Source, ground: Ground, entry: str | Enclosing, *, strategy: str = "") -> Verdict:
    log = ground.folder.parent / f"{ground.folder.name}.log"
    log.unlink(missing_ok=True)
    randomness = _Remembered()
    limits = HostLimits(start_s=60.0, **attack.limits)  # type: ignore[arg-type]
    host = WorkerHost(entry, log=log, randomness=randomness, limits=limits)
    events = asyncio.run(_shown(host, strategy or source.named("Attack")))
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    log.unlink(missing_ok=True)
    findings = [*_judged(attack, events, text), *ground.traces(), *_descendants(randomness.given)]
    if any(ground.secret in told for told in (text, repr(list(events)))):
        findings.append("a secret came out")
    return _verdict(attack, events, text, findings)


async def _shown(host: WorkerHost, strategy: str) -> _Events:
    events = _Events()
    terms = StrategyTerms(
        strategy=strategy,
        parameters={},
        instruments=(NAME,),
        multipliers={},
        lots={},
        interval="1m",
    )
    await host.start(terms, events)
    try:
        async with asyncio.timeout(PATIENCE_S):
            for number in range(1, SLICES + 1):
                while len(events) < number and not events.is_over:
                    events.news.clear()
                    await events.news.wait()
                host.show(_slice(number))
            while not events.is_over:
                events.news.clear()
                await events.news.wait()
    except TimeoutError:
        pass  # the judge misses the answers
    finally:
        await host.close()
    return events


def _slice(number: int) -> Shown:
    bar = SliceBar(100.0, 101.0, 99.0, 100.5, 1000.0)
    made = Slice(number=number, time_ns=number * MINUTE_NS, session=0, bars=(bar,), is_warm_up=False)
    return Shown(slice=made, cash=1e5, equity=1e5, positions={}, working={})


def _judged(attack: Attack, events: _Events, text: str) -> list[str]:
    """What is wrong with what the host and the attack said."""
    found = [line[:200] for line in text.splitlines() if ESCAPED in line]
    failed = events[-1] if events and isinstance(events[-1], HostFailed) else None
    if not events.is_over:
        found.append(f"the host gave neither answers nor an end within {PATIENCE_S:g} s")
    elif failed is None and attack.ends and not attack.may_go_on:
        found.append(f"the host let it go on, expected {' or '.join(sorted(attack.ends))}")
    elif failed is not None and failed.trouble not in attack.ends:
        found.append(f"the host ended it as {failed.trouble}: {failed.story[:300]}")
    if failed is None and events.is_over and not attack.is_mute and HELD not in text and ESCAPED not in text:
        found.append("the attack never ran")
    if failed is not None and len(failed.story) > MOST_STORY:
        found.append(f"a story of {len(failed.story):,} characters")
    answers = [event for event in events if isinstance(event, Proposed)]
    odd = [answer for answer in answers if not all(_is_own(wish) for wish in answer.wishes)]
    return found + [f"a wish that cannot be came through: {str(answer.wishes)[:200]}" for answer in odd]


def _is_own(wish: Wish) -> bool:
    match wish:
        case CancelWish():
            return True
        case OrderWish():
            return wish.instrument == NAME and math.isfinite(wish.quantity)
        case TargetWish():
            return wish.instrument == NAME and math.isfinite(wish.weight)
        case ProtectWish():
            return wish.instrument == NAME


def _descendants(marks: list[str]) -> list[str]:
    """Processes that carry the mark of a host that was closed."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            environment = (folder / "environ").read_bytes() if folder.name.isdigit() else b""
        except OSError:
            continue
        if any(f"{MARK}={mark}".encode() in environment for mark in marks):
            found.append(f"process {folder.name} was left")
    return found


def _verdict(attack: Attack, events: _Events, text: str, findings: list[str]) -> Verdict:
    failed = events[-1] if events and isinstance(events[-1], HostFailed) else None
    if failed is None:
        held = next((line for line in text.splitlines() if line.startswith(HELD)), "")
        met = sum(line.startswith((HELD, ESCAPED)) for line in text.splitlines())
        return Verdict(attack.name, "held", held[:200], met, findings)
    refused = failed.story if failed.trouble == "refused" else ""
    return Verdict(attack.name, str(failed.trouble), failed.story[:200], 0, findings, refused[:500])


class _Remembered:
    """Chance that remembers the names it gave."""

    def __init__(self) -> None:
        self._chance = SystemRandomness()
        self.given: list[str] = []

    def token(self, length: int = 16) -> str:
        """A name."""
        self.given.append(self._chance.token(length))
        return self.given[-1]

    def below(self, limit: int) -> int:
        """A whole number below `limit`."""
        return self._chance.below(limit)
