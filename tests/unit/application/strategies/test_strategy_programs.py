"""A strategy by its terms: found, made and prepared, or refused with the reason."""

import pytest

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.application.strategies.programs import load_program
from tradewright.application.strategies.source import code_digest
from tradewright.domain.errors import InputError
from tradewright.ports.hosts import StrategyTerms
from tradewright.trading.strategies.momentum_rotation import MomentumRotation


def terms(**other: object) -> StrategyTerms:
    stated = {"strategy": "momentum_rotation", "parameters": {"lookback": 5}, "instruments": ("AAA.XNYS",)}
    return StrategyTerms(**(stated | {"multipliers": {}, "lots": {}} | other))  # type: ignore[arg-type]


def test_a_program_has_the_digest_of_its_code() -> None:
    program = load_program(terms(), code=PythonFiles())
    assert program.code == code_digest(MomentumRotation)
    assert (program.warm_up_bars, program.speaks_weights) == (6, True)
    assert load_program(terms(code=program.code), code=PythonFiles()).code == program.code


def test_other_code_than_agreed_is_refused() -> None:
    with pytest.raises(InputError, match="is not the code that was agreed on: expected abc"):
        load_program(terms(code="abc"), code=PythonFiles())
