"""The sizing methods by name, with their numbers as they come from a door."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, cast

from tradewright.domain.errors import InputError
from tradewright.trading.sizing import methods
from tradewright.trading.sizing.methods import SizingMethod

_KINDS = (
    methods.FixedQuantity,
    methods.FixedNotional,
    methods.FixedPart,
    methods.RiskPart,
    methods.AtrRisk,
    methods.VolatilityTarget,
    methods.KellyOdds,
    methods.KellyReturns,
    methods.VarBudget,
    methods.LiquidationSafe,
)
METHODS: Final[Mapping[str, type[Any]]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""By name."""


def method_of(name: str, numbers: Mapping[str, Decimal]) -> SizingMethod:
    """A method with its numbers; `""` names the first one. InputError that lists what there is."""
    kind = METHODS.get(name)
    if kind is None:
        raise InputError("there is no such sizing method", expected=f"one of {', '.join(METHODS)}", found=name)
    wanted = [one.name for one in fields(kind)]
    given = {wanted[0] if key == "" else key: value for key, value in numbers.items()}
    missing = [one.name for one in fields(kind) if one.default is MISSING and one.name not in given]
    unknown = [key for key in given if key not in wanted]
    if missing or unknown:
        raise InputError(
            f"the numbers of {name} cannot be used",
            expected=", ".join(wanted),
            found=", ".join(given) or "none",
            remedy=f"write it as --method {name}:{wanted[0]}=...",
        )
    return cast("SizingMethod", kind(**given))
