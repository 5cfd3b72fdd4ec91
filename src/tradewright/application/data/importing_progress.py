"""How far long work has come."""

from collections.abc import Callable

Progress = Callable[[int, int | None], None]
"""Called with rows read so far and the (estimated) rows in all, None while that is not known."""
