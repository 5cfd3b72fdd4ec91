"""Controls of eggs in one basket: one symbol at several venues, one sector, one asset class, one correlated cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.instruments.instrument import Instrument
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, at_most, number, part

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SymbolConcentration:
    """Everything of one symbol, at whichever venue, over equity."""

    name: ClassVar[str] = "symbol_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The symbol's notionals."""
        return _concentration(case, self.name, self.limit, lambda one: one.symbol)


@dataclass(frozen=True, slots=True)
class SectorConcentration:
    """Everything of one sector over equity; instruments without a sector count as one sector."""

    name: ClassVar[str] = "sector_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The sector's notionals."""
        return _concentration(case, self.name, self.limit, lambda one: one.sector)


@dataclass(frozen=True, slots=True)
class AssetClassConcentration:
    """Everything of one asset class over equity."""

    name: ClassVar[str] = "asset_class_concentration"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The asset class's notionals."""
        return _concentration(case, self.name, self.limit, lambda one: one.asset_class.value)


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

    def _cluster(self, case: Case) -> Decimal | Missing:
        if isinstance(case.exposed, Missing):
            return case.exposed
        total = _ZERO
        for one in case.exposed:
            first, second = sorted((one.name, case.instrument))
            if first != second:
                told = case.book.correlations.get((first, second))
                found = number(told, f"the correlation of {first} and {second}")
                if isinstance(found, Missing):
                    return found
                if abs(found) < self.above:
                    continue
            total += one.notional
        return total


def _concentration(case: Case, name: str, limit: Decimal, key: Callable[[Instrument], str]) -> Finding:
    what, total = _basket(case, key)
    return at_most(
        name,
        part(total, case.equity),
        limit=limit,
        what=f"everything in {what or 'no group'} over equity",
        remedy="send less, or close something of the same kind",
    )


def _basket(case: Case, key: Callable[[Instrument], str]) -> tuple[str, Decimal | Missing]:
    if case.market is None or isinstance(case.exposed, Missing):
        missing = case.exposed if isinstance(case.exposed, Missing) else Missing(f"the market of {case.instrument}")
        return "", missing
    basket = key(case.market.instrument)
    markets = case.book.markets
    return basket, sum((one.notional for one in case.exposed if key(markets[one.name].instrument) == basket), _ZERO)
