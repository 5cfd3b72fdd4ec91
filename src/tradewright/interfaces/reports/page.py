"""One self-contained page: style, scripts, data and text in a single file that opens from a disk without a network.

This file decides the frame: the policy that forbids the page to load or run anything else, the order of its parts, the
switch between light and dark.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from tradewright.interfaces.reports.markup import Child, Markup, json_text, tag

LIBRARY = "lightweight-charts.standalone.production.js"
_THEMES = (("auto", "Auto"), ("light", "Light"), ("dark", "Dark"))


def asset(name: str) -> str:
    """The text of a file that comes with the reports."""
    return files("tradewright.interfaces.reports").joinpath("assets", name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page's contents."""

    title: str
    links: tuple[tuple[str, str], ...]
    """(section, label) of the bar at the top."""
    scripts: tuple[str, ...]
    """Assets, run one after the other."""


def page(frame: Frame, body: Sequence[Markup], *, data: object) -> str:
    """The whole document; `data` is what the scripts read."""
    library = asset(LIBRARY)
    own = "'use strict';(() => {\n" + "\n".join(map(asset, frame.scripts)) + "\n})();"
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in (library, own))
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", frame.title),
        tag("style", Markup(asset("sheet.css"))),
    )
    text = tag(
        "body",
        _bar(frame),
        tag("main", *body),
        tag("noscript", tag("p", "The charts need scripts; the tables on this page do not.", class_="note")),
        tag("script", json_text(data), type="application/json", id="data"),
        tag("script", Markup(library)),
        tag("script", Markup(own)),
    )
    return "<!doctype html>\n" + tag("html", head, text, lang="en") + "\n"


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _bar(frame: Frame) -> Markup:
    anchors = [tag("a", label, href=f"#{section}") for section, label in frame.links]
    buttons: list[Child] = [
        tag("button", label, type="button", data_theme=name, aria_pressed="true" if name == "auto" else "false")
        for name, label in _THEMES
    ]
    return tag(
        "nav",
        tag("a", frame.title, href="#top", class_="brand"),
        tag("div", *anchors, class_="links"),
        tag("div", *buttons, class_="buttons", id="themes", role="group", aria_label="Colors of the page"),
        class_="topbar",
    )
