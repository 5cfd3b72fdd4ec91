"""What can be asked about risk: the limits, how much of them is used, how much to trade, and the kill switch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """The limits as they are set. Answer: `LimitsView`."""

    account: str = ""
    """What holds on this account with everything that tightens it; empty: what is set everywhere. NotFound for one that
    is not there."""
    strategy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimits:
    """Set limits, by name. Answer: `LimitsChange`; where it allows more than before and `typed` does not repeat the new
    numbers, nothing is changed and the answer says what to type."""

    values: Mapping[str, str]
    """As a person writes them: `0.04`, `true`, `AAPL.XNAS,MSFT.XNAS`."""
    who: str
    why: str
    account: str = ""
    strategy: str = ""
    """Where they hold: on one account, for one strategy; both empty: everywhere."""
    is_new: bool = False
    """The account need not be there yet; else NotFound where it is not."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """The new number of each limit that allows more, typed once more."""


@dataclass(frozen=True, slots=True)
class AdoptLimits:
    """A trader measures by the limits as they are set now. Answer: `Done`."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class RiskShown:
    """Every control's value and limit for one lot of an instrument, and how far trading is shut. Answer: `RiskView`."""

    session: str = ""
    symbol: str = ""
    """Empty: the session's first instrument."""
    side: str = "BUY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeQuestion:
    """How much to trade, and what binds it. Answer: `SizeView`."""

    symbol: str
    side: str = "BUY"
    entry: Decimal | None = None
    """The price to open at; None: the mark."""
    stop: Decimal | None = None
    """The protective stop's price."""
    methods: Mapping[str, Mapping[str, Decimal]]
    """By name, with their numbers: `risk_part: {part: 0.01}`."""
    atr: Decimal | None = None
    volatility_annual: Decimal | None = None
    value_at_risk: Decimal | None = None
    maintenance_margin: Decimal | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrder:
    """What the gate would say of an order, with every control's value and limit; nothing is sent and no room is taken.
    Answer: `OrderCheck`."""

    symbol: str
    side: str
    quantity: Decimal
    kind: str = "market"
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_share: Decimal | None = None
    time_in_force: str = "day"
    reduces_only: bool = False
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class PressKill:
    """Stop trading an account: nothing that adds risk leaves from now on, and what works is canceled (protection
    stays). It works while the trader is frozen. Answer: `KillView`.

    With a strategy or an instrument only that is shut, by the trader of the account, which must answer."""

    who: str
    reason: str = ""
    account: str = "paper"
    mode: str = "cancel"
    """`stop`: only shut; `cancel`: cancel what could open a position; `flatten`: close what is held, too."""
    strategy: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseKill:
    """Let an account trade again; by a named person who types the account's name. Answer: `KillView`."""

    who: str
    typed: str
    reason: str = ""
    account: str = "paper"
    strategy: str = ""
    symbol: str = ""
    """Of a scope that was killed by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmAccount:
    """Arm a live account for some hours, by a named person who types the account's name: one of the locks before real
    money. Answer: `ArmingView`."""

    account: str
    who: str
    typed: str
    hours: Decimal = Decimal(8)
    """At most 24."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisarmAccount:
    """Take the arming of a live account back, now. Answer: `ArmingView`."""

    account: str
    who: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KillShown:
    """Whether an account is killed, and who did what before. Answer: `KillView`; NotFound for one that is not there."""

    account: str = "paper"


@dataclass(frozen=True, slots=True)
class ShutTrading:
    """A trader stops at once and cancels. Answer: `Done`. The kill file is written before this is asked."""

    who: str
    reason: str
    when_ns: int
    session: str = ""
    mode: str = "cancel"
    scope: str = ""
    """A strategy or an instrument; empty: everything."""


@dataclass(frozen=True, slots=True)
class ReopenTrading:
    """A trader trades again; it refuses while something is wrong. Answer: `Done`."""

    who: str
    reason: str
    session: str = ""
    scope: str = ""
