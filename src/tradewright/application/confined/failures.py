"""What became of confined work that gave no answer, as the errors that everybody knows."""

from typing import Final

from tradewright.domain.errors import DataError, InputError, StrategyError, TradewrightError
from tradewright.ports.confinement import ConfinedFailure, ConfinedTrouble

KINDS: Final = {kind.__name__: kind for kind in (InputError, DataError, StrategyError)}
"""What a confined strategy may say it is; any other name is a StrategyError."""
_REMEDIES: Final = {
    ConfinedTrouble.TOO_SLOW: "let the strategy do less, or ask for fewer bars",
    ConfinedTrouble.TOO_LARGE: "let the strategy keep less, or ask for fewer bars",
}


def raised_there(failure: ConfinedFailure) -> TradewrightError:
    """The error to raise here."""
    facts = failure.facts
    if failure.trouble is ConfinedTrouble.RAISED and facts:
        kind = KINDS.get(facts.get("kind", ""), StrategyError)
        told = {name: facts.get(name, "") for name in ("expected", "found", "remedy")}
        return kind(facts.get("problem", failure.story), **told)
    return StrategyError(
        f"the strategy was ended: {failure.story}", remedy=_REMEDIES.get(failure.trouble, "mend the strategy")
    )
