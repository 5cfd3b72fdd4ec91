"""A run is named by what went into it: the strategy (code and parameters), the data, the assumptions and the engine.

The same inputs give the same name and the same bytes (BT9); what can change a number is in it, and nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = 12
"""48 bits: two of a million runs meet with a probability of 0.2%; a shorter beginning is enough to ask for a run."""


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The five things that decide every number of a run."""

    code: str
    """Hash of the strategy's source."""
    parameters: Mapping[str, object]
    data: tuple[str, ...]
    """Digests of the rows read: the run's, then the benchmark's."""
    assumptions: Mapping[str, object]
    engine_version: str


def run_id(inputs: RunInputs) -> str:
    """Twelve hexadecimal digits; equal inputs give equal ids on every machine."""
    content = {
        "code": inputs.code,
        "parameters": dict(inputs.parameters),
        "data": list(inputs.data),
        "assumptions": dict(inputs.assumptions),
        "engine": inputs.engine_version,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.blake2b(text.encode(), digest_size=DIGITS // 2).hexdigest()
