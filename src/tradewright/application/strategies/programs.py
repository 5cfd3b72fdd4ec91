"""A strategy by its terms, ready to be shown slices: the same way into every host, in this process or in a worker."""

from tradewright.application.strategies.finding import make_strategy
from tradewright.application.strategies.source import code_digest
from tradewright.domain.errors import InputError
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.ports.code import CodeFiles
from tradewright.ports.hosts import StrategyTerms


def load_program(terms: StrategyTerms, *, code: CodeFiles) -> LiveStrategy:
    """Find, make and prepare it; InputError for an unknown one, wrong parameters, or code other than the terms name."""
    strategy, _ = make_strategy(terms.strategy, terms.parameters, code=code)
    digest = code_digest(type(strategy))
    if terms.code and terms.code != digest:
        raise InputError(
            f"the code of {terms.strategy} is not the code that was agreed on",
            expected=terms.code,
            found=digest,
            remedy="undo the edit, or start a new session with it",
        )
    return LiveStrategy(strategy, terms, code=digest)
