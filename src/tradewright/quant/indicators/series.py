"""An indicator over whole columns: small work runs as plain Python, large work compiled, with the same floats.

Measured: the compiler takes 0.3 to 0.5 s to load, a cached kernel 5 to 30 ms, and a plain step of a moving average
0.3 us; hence the two limits.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeGuard

import numpy as np

from tradewright.quant.arrays import Array, Values, as_floats, in_numpy, same_shape
from tradewright.quant.compiled import is_enabled, is_loaded
from tradewright.quant.indicators.definition import Definition, Number
from tradewright.quant.indicators.growing import growing
from tradewright.quant.indicators.kernels import kernel
from tradewright.quant.indicators.memo import active, key_of
from tradewright.quant.indicators.rows import row_loop

Columns: TypeAlias = object
"""A column, or one object that has them all by name: bars, a data frame, a dictionary."""

COMPILE_STEPS = 200_000
"""Plain steps from which loading the compiler pays."""
COMPILE_STEPS_WHEN_LOADED = 20_000
"""Plain steps from which a kernel pays when the compiler is in the process already."""


def outputs_of(definition: Definition, columns: tuple[Columns, ...], **settings: object) -> tuple[Array, ...]:
    """Every output of an indicator as an array of the inputs' shape; NaN during warm-up and where a bar is missing.

    `columns`: the inputs of the definition in their order, or one object that has them by name. Raises ValueError.
    """
    parameters = definition.encode(settings)
    memo = active()
    if memo is None:
        arrays = same_shape(named_columns(definition, columns))
        kept = growing()
        found = kept.outputs(definition, arrays, parameters=parameters) if kept is not None and len(arrays[0]) else None
        return _computed(definition, arrays, parameters) if found is None else found
    if _are_floats(columns):  # what was remembered has been looked through before
        found = memo.found(key_of(definition.name, parameters, inputs=columns))
        if found is not None:
            return found
    arrays = same_shape(named_columns(definition, columns))
    key = key_of(definition.name, parameters, inputs=arrays)
    found = memo.found(key)
    if found is None:
        found = _computed(definition, arrays, parameters)
        memo.keep(key, arrays, outputs=found)
    return found


def _are_floats(columns: tuple[Columns, ...]) -> TypeGuard[tuple[Array, ...]]:
    return all(type(column) is np.ndarray and column.dtype == np.float64 for column in columns)


def _computed(definition: Definition, arrays: tuple[Array, ...], parameters: tuple[Number, ...]) -> tuple[Array, ...]:
    work = arrays[0].size * definition.cost
    limit = COMPILE_STEPS_WHEN_LOADED if is_loaded() else COMPILE_STEPS
    run = _run_compiled if is_enabled() and work >= limit else _run_plain
    if arrays[0].ndim == 1:
        return tuple(run(definition, arrays, parameters))
    turned = [np.ascontiguousarray(array.T) for array in arrays]
    filled = np.empty((len(definition.outputs), *turned[0].shape))
    for instrument in range(turned[0].shape[0]):
        one = run(definition, tuple(array[instrument] for array in turned), parameters)
        for place, column in enumerate(one):
            filled[place, instrument] = column
    return tuple(panel.T for panel in filled)


def output_of(definition: Definition, columns: tuple[Columns, ...], **settings: object) -> Array:
    """The output of an indicator that has one."""
    return outputs_of(definition, columns, **settings)[0]


def named_columns(definition: Definition, columns: tuple[Columns, ...]) -> dict[str, Array]:
    """The inputs by name, as float64."""
    names = definition.inputs
    if len(columns) == 1 and len(names) > 1:
        columns = tuple(_named(definition, columns[0], name) for name in names)
    if len(columns) != len(names):
        raise ValueError(
            f"{definition.name}: expected {', '.join(names)} (or one object that has them); found {len(columns)} "
            "columns; give parameters by name"
        )
    return {name: as_floats(column, name) for name, column in zip(names, columns, strict=True)}  # type: ignore[arg-type]


def with_session(
    definition: Definition, columns: tuple[Columns, ...], *, session: Values | None, default: Callable[[int], Array]
) -> tuple[Columns, ...]:
    """The columns with the session as the last: given, brought by the bars, or `default` of the number of rows."""
    names = definition.inputs[:-1]
    if len(columns) == 1:
        holder = columns[0]
        if session is None and _has(holder, "session"):
            session = _named(definition, holder, "session")  # type: ignore[assignment]
        columns = tuple(_named(definition, holder, name) for name in names)
    if len(columns) == len(names):
        rows = len(as_floats(columns[0], names[0]))  # type: ignore[arg-type]
        return (*columns, default(rows) if session is None else _numbers(session))
    raise ValueError(
        f"{definition.name}: expected {', '.join(names)} (or one object that has them); found {len(columns)} columns; "
        "give the session by name"
    )


def _numbers(session: Values) -> Values:
    """Session dates as days; numbers as they are."""
    array = np.asarray(in_numpy(session))
    return array.astype("datetime64[D]").astype(np.int64) if array.dtype.kind == "M" else session


def _has(holder: object, name: str) -> bool:
    names = holder if isinstance(holder, Mapping) else getattr(holder, "columns", ())
    return hasattr(holder, name) or name in names


def _named(definition: Definition, holder: object, name: str) -> object:
    if hasattr(holder, name):
        return getattr(holder, name)
    if _has(holder, name):
        return holder[name]  # type: ignore[index]
    raise ValueError(
        f"{definition.name}: expected {', '.join(definition.inputs)} or one object that has them; "
        f"found {type(holder).__name__} without {name}; pass the columns one by one"
    )


def _run_plain(definition: Definition, columns: tuple[Array, ...], parameters: tuple[Number, ...]) -> list[Array]:
    rows = len(columns[0])
    state, memory = definition.start(*parameters)
    outs = tuple([0.0] * rows for _ in definition.outputs)
    loop = row_loop(definition.step, len(columns), definition.is_single)
    loop(state, memory, parameters, outs, *(column.tolist() for column in columns))
    return [np.array(out, dtype=np.float64) for out in outs]


def _run_compiled(definition: Definition, columns: tuple[Array, ...], parameters: tuple[Number, ...]) -> list[Array]:
    rows = len(columns[0])
    state, memory = definition.start(*parameters)
    outs = tuple(np.empty(rows) for _ in definition.outputs)
    contiguous = (np.ascontiguousarray(column) for column in columns)
    kernel(definition)(state, np.array(memory, dtype=np.float64), parameters, outs, *contiguous)
    return list(outs)
