"""Limits as somebody says them at a door: by the word `default`, by a file, or by names and values."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.domain.errors import InputError

if TYPE_CHECKING:
    from tradewright.settings.tree import Risk

DEFAULT: Final = "default"


def limits_said(said: str | Path | Mapping[str, object] | None, *, risk: "Risk") -> Mapping[str, object] | None:
    """Names and exact values; `default` is what is shipped with the risk of the settings.

    An `InputError` tells what of a file cannot be read.
    """
    if said is None:
        return None
    if isinstance(said, Mapping):
        return {name: _exact(value) for name, value in said.items()}
    if str(said) == DEFAULT:
        return {
            "based_on": "shipped",
            "limits": {
                "position": risk.max_position,
                "portfolio_risk": risk.max_portfolio_risk,
                "drawdown": {"stop": risk.drawdown_stop},
            },
        }
    try:
        return tomllib.loads(Path(said).read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise InputError(
            f"the limits cannot be read from {said}",
            expected="the word default, or a TOML file with a table [limits]",
            found=str(problem),
        ) from problem


def _exact(value: object) -> object:
    """A float of a notebook as the decimal that was typed, in tables too."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return {name: _exact(one) for name, one in value.items()} if isinstance(value, Mapping) else value
