"""Who is measured beside which of our lines, with which arguments, and what must come out equal.

The scripts of the peers are no part of this package: they are looked for in `../shared/peers` beside the checkout, or
where `PEERS_SCRIPTS` says.
"""

from dataclasses import dataclass, field

from benchmarks.peers.environments import LIMIT
from benchmarks.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One way to run one peer."""

    peer: str
    label: str = ""
    variant: str = ""
    bars: int | None = None
    """At most so many bars, for peers that would take minutes for all; compared by bar then."""
    combinations: int | None = None
    """At most so many combinations of the sweep."""
    repetitions: int = 3
    run_times: float | None = None
    """How many times as fast our run is to be."""
    process_times: float | None = None
    """How many times as fast our whole process is to be."""
    is_equal: bool = False
    """True where final equity must be equal to the cent, and the number of fills exactly."""

    @property
    def name(self) -> str:
        """As the table says it."""
        return f"{self.peer} {self.label}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Our lines and the peers' runs of one workload."""

    workload: str
    lines: tuple[str, ...]
    """Ours; ratios are to the first."""
    script: str
    """The workload's name in the peers' scripts."""
    rivals: tuple[Rival, ...]
    is_process: bool = False
    """True where only whole processes are compared."""
    is_cold: bool = field(default=False)
    """True where files are dropped from memory first."""

    def arguments(self, rival: Rival, sizes: Sizes) -> list[str]:
        """What the peer's script is told."""
        found = [self.script]
        if self.script in {"w1", "w2"}:
            bars = {"P1": sizes.minutes, "P2": sizes.callback_minutes, "P3": sizes.sweep_minutes}[self.workload]
            found += ["--n", str(min(bars, rival.bars or bars))]
        if self.script == "w2":
            found += ["--combos", str(self.units(rival, sizes))]
        return found + (["--variant", rival.variant] if rival.variant else [])

    def units(self, rival: Rival, sizes: Sizes) -> int:
        """How many bars, or combinations, one run of the rival handles."""
        if self.script == "w1":
            bars = sizes.minutes if self.workload == "P1" else sizes.callback_minutes
            return min(bars, rival.bars or bars)
        if self.script == "w2":
            combinations = sizes.combinations[0] * sizes.combinations[1]
            return min(combinations, rival.combinations or combinations)
        if self.script == "w3":
            return sizes.ticks
        return sizes.panel[0] * sizes.panel[1] if self.script == "w4" else 1


def _starting(*, is_cold: bool) -> Contest:
    return Contest(
        workload="P6",
        lines=("P6.cold" if is_cold else "P6.warm",),
        script="w5",
        rivals=tuple(
            Rival(peer=peer, label="cold" if is_cold else "warm", repetitions=1 if is_cold else 3)
            for peer in ("vectorbt", "nautilus", "backtesting", "backtrader")
        ),
        is_process=True,
        is_cold=is_cold,
    )


CONTESTS = (
    Contest(
        workload="P1",
        lines=("P1.statistics", "P1.backtest", "P1.kernel"),
        script="w1",
        rivals=(
            Rival(peer="vectorbt", label="Rust", run_times=10, process_times=2, is_equal=True),
            Rival(peer="vectorbt", label="numba", variant="numba"),
            Rival(peer=LIMIT, label="kernel"),
        ),
    ),
    Contest(
        workload="P2",
        lines=("P2.callback",),
        script="w1",
        rivals=(
            Rival(peer="nautilus", repetitions=1, run_times=10),
            Rival(peer="nautilus", label="lean", variant="lean", repetitions=1),
            Rival(peer="backtesting", repetitions=2, run_times=10),
            Rival(peer="backtrader", bars=100_000, repetitions=1),
            Rival(peer=LIMIT, label="callback, no framework", variant="python"),
        ),
    ),
    Contest(
        workload="P3",
        lines=("P3.sweep",),
        script="w2",
        rivals=(
            Rival(
                peer="vectorbt",
                label="Rust, 50 columns at a time",
                variant="auto-50",
                repetitions=1,
                run_times=100,
                is_equal=True,
            ),
            Rival(peer="nautilus", combinations=4, repetitions=1),
            Rival(peer="backtesting", combinations=4, repetitions=1),
            Rival(peer="backtrader", combinations=2, repetitions=1),
            Rival(peer=LIMIT, label="kernel", repetitions=3),
            Rival(peer=LIMIT, label="kernel in blocks", variant="simd", repetitions=3),
        ),
    ),
    Contest(
        workload="P4",
        lines=("P4.compiled", "P4.python"),
        script="w3",
        rivals=(
            Rival(peer="hftbacktest", run_times=1, process_times=5),
            Rival(peer="hftbacktest", label="array depth", variant="roi"),
            Rival(peer="nautilus", label="Python", repetitions=1),
            Rival(peer=LIMIT, label="kernel, no queue"),
        ),
    ),
    Contest(
        workload="P5",
        lines=("P5.statistics", "P5.rotation", "P5.kernel"),
        script="w4",
        rivals=(
            Rival(peer="vectorbt", label="Rust", run_times=10, is_equal=True),
            Rival(peer="nautilus", repetitions=1),
            Rival(peer="backtrader", repetitions=1),
            Rival(peer=LIMIT, label="kernel"),
        ),
    ),
    _starting(is_cold=False),
    _starting(is_cold=True),
)
