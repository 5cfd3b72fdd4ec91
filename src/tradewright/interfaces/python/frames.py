"""Tables of other libraries as Polars frames: pandas, Arrow, numpy, plain mappings. Nothing is judged here."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tradewright.domain.errors import InputError


def is_table(source: object) -> bool:
    """Whether it is one table: a frame, a structured array, or a mapping of columns."""
    if isinstance(source, Mapping):
        return bool(source) and not any(_is_frame(value) or isinstance(value, Mapping) for value in source.values())
    return _is_frame(source)


def as_polars(source: Any) -> pl.DataFrame:
    """The table as a Polars frame; a pandas index that says something becomes a column. InputError else."""
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    if _is_pandas(source):
        return _from_pandas(source)
    if isinstance(source, np.ndarray) and source.dtype.names is not None:
        return pl.DataFrame([_array(name, source[name]) for name in source.dtype.names])
    if isinstance(source, Mapping):
        return _from_columns(source)
    if hasattr(source, "__arrow_c_stream__"):
        return pl.DataFrame(source)
    raise InputError(
        "this holds no bars",
        expected="a pandas or Polars frame, a structured numpy array, or a mapping of columns",
        found=type(source).__name__,
    )


def _is_frame(source: object) -> bool:
    structured = isinstance(source, np.ndarray) and source.dtype.names is not None
    arrow = hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series) and not _is_series(source)
    return structured or isinstance(source, pl.DataFrame | pl.LazyFrame) or _is_pandas(source) or arrow


def _is_pandas(source: object) -> bool:
    return type(source).__module__.startswith("pandas") and hasattr(source, "columns")


def _is_series(source: object) -> bool:
    return type(source).__module__.startswith("pandas") and not hasattr(source, "columns")


def _from_pandas(frame: Any) -> pl.DataFrame:
    """Column by column through numpy, so that no Arrow library is loaded."""
    names = [_name(column) for column in frame.columns]
    if len(set(names)) != len(names):
        raise InputError(
            "the pandas frame holds several columns of one name",
            expected="one instrument a frame; several as a mapping {symbol: frame}",
            found=", ".join(dict.fromkeys(name for name in names if names.count(name) > 1)),
        )
    columns: dict[str, pl.Series] = {}
    index = frame.index
    if index.name is not None or type(index).__name__ != "RangeIndex":
        name = str(index.name) if index.name is not None else "time"
        columns[name] = _series(name, index)
    for position, name in enumerate(names):
        columns[name] = _series(name, frame.iloc[:, position])
    return pl.DataFrame(list(columns.values()))


def _name(column: object) -> str:
    """Of `("Close", "AAPL")`, as downloads of several instruments have it, the first part."""
    return str(column[0] if isinstance(column, tuple) else column)


def _series(name: str, values: Any) -> pl.Series:
    zone = getattr(values.dtype, "tz", None)
    if zone is not None:
        moments = getattr(values, "dt", values).tz_convert("UTC")
        plain = getattr(moments, "dt", moments).tz_localize(None)
        return _array(name, plain.to_numpy()).dt.replace_time_zone("UTC").dt.convert_time_zone(str(zone))
    return _array(name, np.asarray(values.to_numpy()))


def _array(name: str, array: "np.ndarray[Any, Any]") -> pl.Series:
    if array.dtype.kind == "M":  # pandas knows seconds, which Polars does not
        return pl.Series(name, array.astype("datetime64[ns]"))
    return pl.Series(name, array.tolist() if array.dtype.kind in "OUS" else array)


def _from_columns(columns: Mapping[str, Any]) -> pl.DataFrame:
    made = []
    for name, values in columns.items():
        if isinstance(values, pl.Series):
            made.append(values.alias(str(name)))
        elif _is_series(values):
            made.append(_series(str(name), values))
        elif isinstance(values, np.ndarray | Sequence) and not isinstance(values, str):
            made.append(_array(str(name), values) if isinstance(values, np.ndarray) else pl.Series(str(name), values))
        else:
            raise InputError(f"column {name} holds no values", expected="an array or a list", found=repr(values))
    lengths = {series.name: len(series) for series in made}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise InputError("the columns are of different lengths", expected="one value a bar in each", found=told)
    return pl.DataFrame(made)
