"""Controls of eggs in one basket: one symbol at several venues, one sector, one asset class, one correlated cluster."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, cast

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.exposure import Totals, Valued
from tradewright.trading.risk.verdict import Finding, Missing, at_most, part


@dataclass(frozen=True, slots=True)
class SymbolConcentration:
    """Everything of one symbol, at whichever venue, over equity."""

    name: ClassVar[str] = "symbol_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The symbol's notionals."""
        return _concentration(case, self.name, self.limit, "symbol")

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class SectorConcentration:
    """Everything of one sector over equity; instruments without a sector count as one sector."""

    name: ClassVar[str] = "sector_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The sector's notionals."""
        return _concentration(case, self.name, self.limit, "sector")

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class AssetClassConcentration:
    """Everything of one asset class over equity."""

    name: ClassVar[str] = "asset_class_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The asset class's notionals."""
        return _concentration(case, self.name, self.limit, "asset_class")

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class CorrelatedExposure:
    """The instrument with everything that moves with it, over equity; a hedge counts too, for correlations break."""

    name: ClassVar[str] = "correlated_exposure"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal
    above: Decimal
    """From which absolute correlation on."""

    def judge(self, case: Case) -> Finding:
        """Notionals of the instrument and of those correlated with it."""
        return at_most(
            self.name,
            part(self._cluster(case), case.equity),
            limit=self.limit,
            what=f"{case.instrument} with what moves with it (correlation {self.above} and above)",
            remedy="send less, or close something that moves with it",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)

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


def _concentration(case: Case, control: str, limit: Decimal, kind: str) -> Finding:
    is_known = isinstance(case.subject, Valued) and isinstance(case.totals, Totals)
    return at_most(
        control,
        part(getattr(case.totals, f"of_{kind}") if is_known else cast("Missing", case.totals), case.equity),
        limit=limit,
        what=f"everything in {(getattr(case.subject, kind) if is_known else '') or 'no group'} over equity",
        remedy="send less, or close something of the same kind",
    )
