"""Settings that a function takes by name: a name that it does not know is refused with the one that is near."""

import difflib
from collections.abc import Collection, Mapping

from tradewright.domain.errors import InputError


def refuse_unknown(given: Mapping[str, object], known: Collection[str], *, of: str) -> None:
    """InputError for the first name that is not known; `of` is who was asked."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise InputError(
                f"{of} takes no {name!r}",
                expected=", ".join(known),
                remedy=f"did you mean {near[0]}?" if near else "",
            )
