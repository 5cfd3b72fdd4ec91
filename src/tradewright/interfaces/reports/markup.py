"""Markup is text that a browser may read as instructions; what came from a run is escaped before it gets there.

This file decides how elements are made, so that no renderer concatenates a name or a reason into HTML by hand, and how
data is put into a script element from which it cannot break out.
"""

import json
from html import escape


class Markup(str):
    """Text that is HTML already; any other text is escaped when it becomes a child."""

    __slots__ = ()


Child = str | int | None


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """One element. `class_` becomes class, `data_key` data-key; True is a bare attribute, None and False leave it out.

    >>> tag("td", "a < b", class_="number")
    '<td class="number">a &lt; b</td>'
    """
    given = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in {"input", "br", "meta", "hr"}:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other, each escaped unless it is markup."""
    return Markup("".join(_text(child) for child in children if child is not None))


def json_text(value: object) -> Markup:
    """JSON that is safe inside a script element: no character of it can end the element or open another."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _text(child: str | int) -> str:
    return child if isinstance(child, Markup) else escape(str(child), quote=True)


def _attribute(key: str, value: str | int | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'
