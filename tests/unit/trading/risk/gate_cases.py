"""A case of the gate in plain words: what is asked, of which book, under which limits, and who refuses."""

from dataclasses import dataclass, field
from typing import Any

from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import NOW, D

from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.domain.orders.request import OrderKind
from tradewright.trading.risk.gate import Approved, Refused, check

MS = 1_000_000
LIMIT = OrderKind.LIMIT


@dataclass(frozen=True)
class Row:
    """One case: what is asked, of which book, under which limits, and the control that refuses (none: approved)."""

    name: str
    refused_by: str = ""
    request: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    now_ns: int = NOW


def row(name: str, refused_by: str = "", *, now_ns: int = NOW, **parts: dict[str, Any]) -> Row:
    return Row(name, refused_by, now_ns=now_ns, **parts)


def three(
    control: str, *, what: str, values: tuple[Any, Any, Any], at: Any, limit: dict[str, Any], over_at: bool = False
) -> list[Row]:
    """Under, at and over a limit; `at` puts a value into the case."""
    names = ("just under", "at", "just over")
    refused = (False, over_at, True)
    return [
        row(f"{what} {name} its limit", control if is_refused else "", **{**at(value), "limits": limit})
        for name, value, is_refused in zip(names, values, refused, strict=True)
    ]


def quantity(value: int) -> dict[str, Any]:
    return {"request": {"quantity": D(value)}}


def instrument(name: str, **changes: Any) -> Instrument:
    kind = changes.pop("kind", AssetClass.EQUITY)
    return Instrument(InstrumentId(name), "USD", kind, **changes)


def decide(case: Row) -> None:
    """Ask the gate, and compare who refused."""
    answer = check(
        desk.request(**{"executes_ns": case.now_ns, **case.request}),
        desk.book(**case.book),
        limits=desk.limits(**case.limits),
        now_ns=case.now_ns,
    )
    refusals = [one.control for one in answer.findings if one.is_refused]
    assert refusals == ([case.refused_by] if case.refused_by else [])
    assert isinstance(answer, Refused if case.refused_by else Approved)
