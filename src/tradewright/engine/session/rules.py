"""The rules of a session are the durations and policies that no limit covers: how long to wait, how often to look."""

from dataclasses import dataclass

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """Durations in nanoseconds of monotonic time, unless the name says else."""

    engine: str = "tw"
    """Names this installation in client order ids; two installations on one account need two names."""
    answer_patience_ns: int = 2 * SECOND_NS
    """How long after a send the venue may stay silent before it is asked."""
    query_every_ns: int = SECOND_NS
    """Pause between questions about an order in doubt; it doubles up to ten times that."""
    absences: int = 3
    """How often the venue must not know an order, after it can no longer arrive, before it counts as absent."""
    absence_spread_ns: int = 2 * SECOND_NS
    """From the first to the last of these."""
    alarm_after_ns: int = 15 * SECOND_NS
    """How long an order may be in doubt before somebody is told."""
    attempts: int = 3
    """Sends of one order at most, each after its absence was proven."""
    reconcile_every_ns: int = 10 * SECOND_NS
    again_after_ns: int = SECOND_NS // 4
    """Pause before a difference is looked at once more."""
    opening_after_ns: int = 5 * SECOND_NS
    """How long what an account is said to have held before the session must stay the same, where a venue's answers
    may lag behind what it did."""
    unseen_alert_ns: int = 120 * SECOND_NS
    """How long a critical alert may stay unseen before trading is shut to what reduces."""
    self_test_every_ns: int = 3600 * SECOND_NS
    """How often poison is put to the gate, the first time at the start (30 ms); 0 only where time is simulated."""
    confirm_within_ns: int = 60 * SECOND_NS
    """How long what a soft control refused may be confirmed."""
    farewell_ns: int = 5 * SECOND_NS
    """How long the end of a session waits for cancels to be confirmed."""
    overlap_ns: int = 24 * 3600 * SECOND_NS
    """How far before the last known execution fills are asked for again, in venue time."""
    skew_ns: int = 120 * SECOND_NS
    """How far the venue's clock may be behind ours: so long before the session its fills may be stamped."""
    paces: bool = True
    """Orders of one slice are counted as sent one after the other, as fast as the limits allow: a replay's clock
    stands still while they are decided, as a backtest's does. False on a clock that runs."""
    keeps_orders: int = 2_000
    """Orders that ended long ago and stay in the books: where there are more, all of them leave."""
    keeps_days: int = 5
    """Trading days after which an order that has ended, and was not heard of since, ended long ago."""
    clips: bool = True
    """Orders of a strategy are cut to what the limits leave; otherwise they are refused whole."""
