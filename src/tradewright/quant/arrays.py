"""Columns of numbers from whatever holds them: numpy arrays, Polars or pandas columns and frames, lists.

This file decides what counts as a column (finite numbers, NaN where a bar is missing) and what is refused, with a
message that says what was expected, what was found and what to do.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""A float64 column (rows) or panel (rows x instruments)."""


class HasNumpy(Protocol):
    """A column or frame of another library that can hand out a numpy array (Polars, pandas)."""

    def to_numpy(self) -> NDArray[np.generic]:
        """The values as a numpy array."""
        ...


Values: TypeAlias = NDArray[np.generic] | Sequence[float] | Sequence[Sequence[float]] | HasNumpy
"""What an indicator accepts as a column or a panel."""


def in_numpy(values: object) -> object:
    """The numpy array of a column or frame of another library; anything else as it is.

    `isinstance(values, HasNumpy)` would take 15 us a call, a tenth of a small sweep.
    """
    if type(values) is np.ndarray:
        return values
    to_numpy = getattr(values, "to_numpy", None)
    return values if to_numpy is None else to_numpy()


def as_floats(values: Values, name: str = "values") -> Array:
    """`values` as float64, 1-D (rows) or 2-D (rows x instruments); NaN marks a missing bar.

    Raises ValueError for anything that is not such numbers, and for infinite ones.
    """
    raw = in_numpy(values)
    try:
        array = np.asarray(raw)
        if array.dtype.kind not in "fiu":
            if array.dtype.kind != "O":
                raise TypeError(f"values of type {array.dtype}")
            array = array.astype(np.float64)
        array = np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: expected a column of numbers (numpy, Polars, pandas or a list); found {error}; "
            "convert it to floats, with NaN where a bar is missing"
        ) from error
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{name}: expected a column (1-D) or a panel of rows x instruments (2-D); found {array.ndim}-D of shape "
            f"{array.shape}; pass one price per row"
        )
    if np.isinf(array).any():
        row = int(np.argwhere(np.isinf(array))[0][0])
        raise ValueError(
            f"{name}: expected finite numbers or NaN; found an infinite one in row {row}; "
            "replace it by NaN if the bar is missing"
        )
    return array


def same_shape(columns: dict[str, Array]) -> tuple[Array, ...]:
    """The columns in their order, all of one shape; a 1-D column beside panels serves every instrument."""
    panels = [array for array in columns.values() if array.ndim == 2]
    target = (panels or list(columns.values()))[0].shape
    shaped = []
    for array in columns.values():
        spread = array.ndim == 1 and len(target) == 2 and len(array) == target[0]
        shaped.append(np.broadcast_to(array[:, None], target) if spread else array)
    if any(array.shape != target for array in shaped):
        found = ", ".join(f"{name} {array.shape}" for name, array in columns.items())
        raise ValueError(f"expected columns of one length; found {found}; cut them to the same rows")
    return tuple(shaped)
