"""Controls of eggs in one basket: one symbol at several venues, one sector, one asset class, one correlated cluster."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, cast

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure
from tradewright.trading.risk.verdict import Missing, part


class _OverEquity(Measure, Growing):
    """A sum of notionals over equity."""

    __slots__ = ()
    limit: Decimal

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class SymbolConcentration(_OverEquity):
    """Everything of one symbol, at whichever venue, over equity."""

    name: ClassVar[str] = "symbol_concentration"
    remedy: ClassVar[str] = "send less, or close something of the same kind"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The symbol's notionals."""
        return case.totals if isinstance(case.totals, Missing) else part(case.totals.of_symbol, case.equity)

    def what(self, case: Case) -> str:
        """The symbol, where it is known."""
        return _everything("" if isinstance(case.subject, Missing) else case.subject.symbol)


@dataclass(frozen=True, slots=True)
class SectorConcentration(_OverEquity):
    """Everything of one sector over equity; instruments without a sector count as one sector."""

    name: ClassVar[str] = "sector_concentration"
    remedy: ClassVar[str] = "send less, or close something of the same kind"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The sector's notionals."""
        return case.totals if isinstance(case.totals, Missing) else part(case.totals.of_sector, case.equity)

    def what(self, case: Case) -> str:
        """The sector, where it is known."""
        return _everything("" if isinstance(case.subject, Missing) else case.subject.sector)


@dataclass(frozen=True, slots=True)
class AssetClassConcentration(_OverEquity):
    """Everything of one asset class over equity."""

    name: ClassVar[str] = "asset_class_concentration"
    remedy: ClassVar[str] = "send less, or close something of the same kind"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The asset class's notionals."""
        return case.totals if isinstance(case.totals, Missing) else part(case.totals.of_asset_class, case.equity)

    def what(self, case: Case) -> str:
        """The asset class, where it is known."""
        return _everything("" if isinstance(case.subject, Missing) else case.subject.asset_class)


@dataclass(frozen=True, slots=True)
class CorrelatedExposure(_OverEquity):
    """The instrument with everything that moves with it, over equity; a hedge counts too, for correlations break."""

    name: ClassVar[str] = "correlated_exposure"
    remedy: ClassVar[str] = "send less, or close something that moves with it"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal
    above: Decimal
    """From which absolute correlation on."""

    def measure(self, case: Case) -> Decimal | Missing:
        """Notionals of the instrument and of those correlated with it."""
        return part(self._cluster(case), case.equity)

    def what(self, case: Case) -> str:
        """The instrument, and from where on another moves with it."""
        return f"{case.instrument} with what moves with it (correlation {self.above} and above)"

    def _cluster(self, case: Case) -> Decimal | Missing:
        if isinstance(case.others, Missing) or isinstance(case.subject, Missing):
            return case.others if isinstance(case.others, Missing) else cast("Missing", case.subject)
        own, total, below, known = case.instrument, case.subject.notional, -self.above, case.book.correlations
        for one in case.others:
            name = one.stakes.name
            pair = (name, own) if name < own else (own, name)
            found = known.get(pair)
            if not isinstance(found, Decimal) or not found.is_finite():
                return Missing(f"the correlation of {pair[0]} and {pair[1]}")
            if not below < found < self.above:
                total += one.notional
        return total


def _everything(kind: str) -> str:
    return f"everything in {kind or 'no group'} over equity"
