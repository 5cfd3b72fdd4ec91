"""The compiled form of an indicator, made from the very step that plain Python runs.

Two options of the compiler make the loop run at the speed of one written by hand (a moving average of a million
prices: 20 ms without them, 1.6 ms with both): parts are inlined by force, and without the runtime's reference counts,
which is safe because a step never allocates.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from tradewright.quant.compiled import compiler, share, share_parts
from tradewright.quant.indicators.definition import Definition
from tradewright.quant.indicators.rows import Loop, row_loop


def kernel(definition: Definition) -> Loop:
    """Compiled `loop(state, memory, parameters, outs, *inputs)`: fills the columns `outs` (a tuple of float64 arrays).

    `state` comes from `definition.start`, `memory` is its second part as a float64 array (used up by the run),
    `inputs` are contiguous float64 columns.
    """
    return _compiled(definition.step, len(definition.inputs), definition.is_single)


@cache
def _compiled(step: Callable[..., Any], inputs: int, single: bool) -> Loop:
    share_parts(step)
    share(step)
    options = {"cache": is_ours(step), "nogil": True, "error_model": "numpy", "_nrt": False}
    return cast("Loop", compiler().njit(**options)(row_loop(step, inputs, single)))


def is_ours(step: Callable[..., Any]) -> bool:
    """True when the cache on disk notices an edit of this step: it is keyed by the sources of this package alone."""
    return step.__module__.startswith("tradewright.")
