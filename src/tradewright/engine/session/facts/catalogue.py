"""How the journal of a session names its facts.

A fact may gain fields with defaults, and there may be new facts; any other change needs the next `SCHEMA` and the
step from the one before.
"""

from tradewright.engine.runtime.journal.record import Catalogue
from tradewright.engine.session.facts.account import CashBooked, PositionAdopted, Reconciled, SplitBooked
from tradewright.engine.session.facts.orders import (
    CancelRefusedByVenue,
    CancelRequested,
    CancelWanted,
    FillBusted,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderConfirmed,
    OrderExpired,
    OrderFilled,
    OrderHandedOver,
    OrderIntended,
    OrderLost,
    OrderNotSent,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    Pruned,
    ReplaceRefusedByVenue,
    ReplaceRequested,
    ReportRefused,
)
from tradewright.engine.session.facts.oversight import (
    AlertRaised,
    AlertSeen,
    CommandAnswered,
    IncidentRaised,
    InstrumentFrozen,
    InstrumentThawed,
    LimitsAdopted,
    TradingStateChanged,
)
from tradewright.engine.session.facts.session import (
    DayBegan,
    SessionResumed,
    SessionStarted,
    SessionStopped,
    SliceClosed,
    StrategyKnown,
)
from tradewright.engine.session.facts.strategy import (
    ExitTimed,
    ProposalDropped,
    StrategyLifeChanged,
    StrategyProposed,
    TargetDeferred,
    TargetForgotten,
    TargetSettled,
)

SCHEMA = 1
_FACTS = (
    SessionStarted,
    SessionResumed,
    SessionStopped,
    StrategyKnown,
    SliceClosed,
    DayBegan,
    OrderIntended,
    OrderRefused,
    OrderHandedOver,
    OrderNotSent,
    OrderAccepted,
    OrderRejected,
    OrderFilled,
    FillBusted,
    OrderCanceled,
    OrderConfirmed,
    OrderExpired,
    OrderLost,
    CancelRequested,
    CancelWanted,
    CancelRefusedByVenue,
    ReplaceRequested,
    OrderReplaced,
    ReplaceRefusedByVenue,
    OrderAdopted,
    StrategyProposed,
    ProposalDropped,
    TargetDeferred,
    TargetSettled,
    TargetForgotten,
    StrategyLifeChanged,
    ExitTimed,
    SplitBooked,
    CashBooked,
    PositionAdopted,
    Reconciled,
    TradingStateChanged,
    LimitsAdopted,
    InstrumentFrozen,
    InstrumentThawed,
    IncidentRaised,
    AlertRaised,
    AlertSeen,
    CommandAnswered,
    Pruned,
    ReportRefused,
)
Fact = (
    SessionStarted
    | SessionResumed
    | SessionStopped
    | StrategyKnown
    | SliceClosed
    | DayBegan
    | OrderIntended
    | OrderRefused
    | OrderHandedOver
    | OrderNotSent
    | OrderAccepted
    | OrderRejected
    | OrderFilled
    | FillBusted
    | OrderCanceled
    | OrderConfirmed
    | OrderExpired
    | OrderLost
    | CancelRequested
    | CancelWanted
    | CancelRefusedByVenue
    | ReplaceRequested
    | OrderReplaced
    | ReplaceRefusedByVenue
    | OrderAdopted
    | StrategyProposed
    | ProposalDropped
    | TargetDeferred
    | TargetSettled
    | TargetForgotten
    | StrategyLifeChanged
    | ExitTimed
    | SplitBooked
    | CashBooked
    | PositionAdopted
    | Reconciled
    | TradingStateChanged
    | LimitsAdopted
    | InstrumentFrozen
    | InstrumentThawed
    | IncidentRaised
    | AlertRaised
    | AlertSeen
    | CommandAnswered
    | Pruned
    | ReportRefused
)


def catalogue() -> Catalogue:
    """The names, with the facts they stand for."""
    return Catalogue(schema=SCHEMA, kinds={kind.__name__: kind for kind in _FACTS})
